"""The conditions of a form as the script of its page works them out."""

import json
from functools import partial
from typing import Any

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from rules.filling.answer_sheet import AnswerSheet
from rules.filling.conditions import as_value
from rules.forms.expressions.expression import parse
from rules.forms.form_fields import FormField, words_in
from rules.forms.form_structure import EXPRESSIONS, settling_order
from rules.sentences.refusal import N_
from web.edge.viewer.language import Words


def message_in(field: FormField, language: str) -> str:
    """What the author says of an answer that breaks the constraint, in `language`."""
    found = words_in(field.words, language)
    return (found.constraint_message if found else "") or field.constraint_message


def browser_rules(words: Words, sheet: AnswerSheet, today: str) -> Markup | None:
    """The form's conditions as JSON for `form.js`, safe between single quotes.

    None where there is nothing to work out: no expression and no repeat.
    """
    tree = sheet.tree
    speaking = any(getattr(field, what) for field in tree.fields for what in EXPRESSIONS)
    if not speaking and not tree.repeats:
        return None
    rules = {
        "today": today,
        "order": [field.name for field in settling_order(tree)],
        "fields": {field.name: _rules_of(words, sheet, field) for field in tree.fields},
    }
    compact = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
    return htmlsafe_json_dumps(rules, dumps=compact, sort_keys=False)


def _rules_of(words: Words, sheet: AnswerSheet, field: FormField) -> dict[str, Any]:
    tree = sheet.tree
    found: dict[str, Any] = {
        "type": field.type,
        "repeat": tree.repeat_of(field),
        "above": [above.name for above in tree.above(field)],
    }
    for what in EXPRESSIONS:
        text = getattr(field, what)
        if text:
            found[what] = parse(text, choice=what == "choice_filter").to_json()
    if field.constraint:
        default = words.say(N_("这一项不符合要求，请核对。"))
        found["message"] = message_in(field, words.language) or default
    if field.choice_filter:
        found["columns"] = _columns(field)
    repeat = tree.repeat_of(field)
    if field.answered and (repeat or field.name) not in sheet.open_names:
        found["value"] = _kept_value(sheet, field, repeat)
    return found


def _kept_value(sheet: AnswerSheet, field: FormField, repeat: str) -> Any:
    """The value of a field that is not open, as expressions see it; of a repeat, a list."""
    if repeat:
        rows = sheet.kept.get(repeat) or ()
        return [_plain(as_value(field, row.get(field.name))) for row in rows]
    return _plain(as_value(field, sheet.kept.get(field.name)))


def _plain(value: Any) -> Any:
    return " ".join(value) if isinstance(value, list) else value


def _columns(field: FormField) -> dict[str, dict[str, str]]:
    """Code → the columns of the choice that the filter reads."""
    wanted = parse(field.choice_filter, choice=True).columns
    return {
        choice.value: {
            name: text
            for name, text in {
                **choice.columns,
                "name": choice.value,
                "label": choice.label,
            }.items()
            if name in wanted
        }
        for choice in field.choices
    }
