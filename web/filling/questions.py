"""A form as its page asks it: questions, groups and repeats, with what was typed so far."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from rules.dates.periods import period_words
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import LINE_LENGTH, TEXT_LENGTH, Attached, settle_answers
from rules.filling.conditions import Conditions, as_value
from rules.filling.repeats import times_shown
from rules.forms.expressions.expression import parse
from rules.forms.form_fields import (
    ATTACHED,
    BOUNDED,
    FieldType,
    FormField,
    bounds,
    chosen_by_default,
    words_in,
)
from rules.forms.form_structure import EXPRESSIONS, settling_order
from rules.forms.form_tree import MOST_TIMES, item_of
from rules.sentences.faults import Fault
from rules.sentences.refusal import N_
from web.edge.language import Words
from web.filling.asked import (
    BLANK,
    PREFIX,
    AskedField,
    AskedGroup,
    AskedRepeat,
    Node,
    choice_label,
    hint_of,
    in_words,
    item_in_words,
    label_of,
)

LONGEST_EARLIER = 60
"""Longer texts of the last period are not shown: they would only be copied."""
Where = int | str | None
"""Which filling of a repeat: its place, `BLANK`, or None outside of repeats."""


@dataclass(frozen=True)
class Questions:
    """Builds what the form page of an answer sheet shows.

    `typed` is what stands in it, by key; `today` an ISO date; `attached` finds the files that
    are here already.
    """

    words: Words
    sheet: AnswerSheet
    typed: Mapping[str, list[str]]
    today: str
    attached: Attached
    faults: Mapping[str, Fault | str] = field(default_factory=dict)
    """Key → what is wrong there, or the finished sentence."""

    @cached_property
    def times(self) -> dict[str, int]:
        """Repeat → how many times it is shown."""
        return {one.name: times_shown(self.typed, one.name) for one in self.sheet.tree.repeats}

    @cached_property
    def state(self) -> Conditions:
        """The conditions as they stand."""
        sheet = self.sheet
        return settle_answers(
            sheet.tree,
            {key: texts for key, texts in self.typed.items() if item_of(key) not in self._closed},
            kept={name: sheet.kept.get(name) for name in self._closed},
            today=self.today,
            shown=self.times,
            attached=self.attached,
        )

    @cached_property
    def _closed(self) -> set[str]:
        return {item.name for item in self.sheet.tree.items} - self.sheet.open_names

    @cached_property
    def _returned(self) -> frozenset[str]:
        review = self.sheet.review
        return frozenset(review.fields) if review else frozenset()

    @cached_property
    def _tied(self) -> frozenset[str]:
        """Open because of what was returned, of a form that is not all open."""
        return self.sheet.tied_names if self._closed else frozenset()

    def nodes(self, within: str = "", where: Where = None) -> list[Node]:
        """What lies in a group or repeat, or at the top; what has nothing to show is left out."""
        found = (self._node(one, where) for one in self._children.get(within, ()))
        return [node for node in found if node is not None]

    @cached_property
    def _children(self) -> dict[str, list[FormField]]:
        found: dict[str, list[FormField]] = {}
        for one in self.sheet.fields:
            within = one.within if one.within in self.sheet.tree.by_name else ""
            found.setdefault(within, []).append(one)
        return found

    def _node(self, one: FormField, where: Where) -> Node | None:
        if one.type is FieldType.GROUP:
            return self._group(one, where)
        if one.type is FieldType.REPEAT:
            return self._repeat(one)
        if one.type is FieldType.CALCULATE and not one.label:
            return None
        return self._question(one, where)

    def _group(self, one: FormField, where: Where) -> AskedGroup | None:
        inner = self.nodes(one.name, where)
        if not inner:
            return None
        return AskedGroup(
            name=one.name,
            key=self._key(one, where),
            label=label_of(self.words, one),
            hint=hint_of(self.words, one),
            conditional=bool(one.relevant),
            unasked=self._unasked(one, where),
            inner=inner,
        )

    def _repeat(self, one: FormField) -> AskedRepeat:
        is_open = one.name in self.sheet.open_names
        kept = self.sheet.kept.get(one.name)
        return AskedRepeat(
            id=PREFIX + one.name,
            name=one.name,
            label=label_of(self.words, one),
            hint=hint_of(self.words, one),
            required=one.required,
            conditional=bool(one.relevant),
            unasked=self._unasked(one, None),
            fillings=[self.nodes(one.name, at) for at in range(self.times[one.name])]
            if is_open
            else [],
            blank=self.nodes(one.name, BLANK) if is_open else [],
            full=self.times[one.name] >= MOST_TIMES,
            returned=one.name in self._returned,
            tied=one.name in self._tied,
            open=is_open,
            shown=item_in_words(self.words, self.sheet.tree, one, kept),
            fault=self._fault(one, one.name),
            remark=self._remark(one.name),
        )

    def _question(self, one: FormField, where: Where) -> AskedField:
        key = self._key(one, where)
        values = self._values(one, key, where)
        computed = bool(one.calculation)
        offered = self._offered(one, where)
        item = item_of(key)
        return AskedField(
            id=PREFIX + key,
            type=one.type,
            label=label_of(self.words, one),
            hint=self._hint(one, where),
            required=one.required,
            multiline=one.multiline,
            choices=[(each.value, choice_label(self.words, each)) for each in one.choices],
            values=values,
            fault=self._fault(one, key),
            returned=item in self._returned and where is None and one.answered,
            tied=item in self._tied and where is None and one.answered,
            open=item in self.sheet.open_names or not one.answered,
            shown=self._shown(one, where, values),
            name=one.name,
            key=key,
            conditional=bool(one.relevant),
            unasked=self._unasked(one, where),
            computed=computed,
            fixed=one.readonly and not computed,
            unfit=frozenset(each.value for each in one.choices) - offered if offered else offered,
            waits=self._waits(one),
            waiting=self._waiting(one, where) and not offered,
            known=self._known(one, where, values),
            remark=self._remark(one.name) if where is None else "",
            limits=_limits(one),
            attached=self._attached(one, key, values),
            upload_url=f"/assignments/{self.sheet.assignment.id}/uploads",
        )

    def _key(self, one: FormField, where: Where) -> str:
        if where is None:
            return one.name
        repeat = self.sheet.tree.repeat_of(one)
        return f"{repeat}.{where}.{one.name}"

    def _values(self, one: FormField, key: str, where: Where) -> list[str]:
        """What stands in it; in a filling nobody has touched, what it begins with."""
        if one.readonly and one.default:
            return chosen_by_default(one) if one.choices else [one.default]
        untouched = where is not None and not self._touched(key)
        if untouched and one.default:
            return chosen_by_default(one) if one.choices else [one.default]
        return list(self.typed.get(key, []))

    def _touched(self, key: str) -> bool:
        return key.rpartition(".")[0] in self._fillings

    @cached_property
    def _fillings(self) -> set[str]:
        """The fillings of repeats in which anything stands, as `visits.0`."""
        return {key.rpartition(".")[0] for key in self.typed}

    def _shown(self, one: FormField, where: Where, values: list[str]) -> str:
        if one.calculation:
            computed = None if where == BLANK else self.state.calculated(one, _place(where))
            return in_words(self.words, one, computed)
        if one.readonly:
            return in_words(self.words, one, values)
        return in_words(self.words, one, self.sheet.kept.get(one.name)) if where is None else ""

    def _unasked(self, one: FormField, where: Where) -> bool:
        if not one.relevant or where == BLANK:
            return False
        return not self.state.relevant(one, _place(where))

    def _offered(self, one: FormField, where: Where) -> frozenset[str]:
        """The choices its filter leaves. Where it leaves nothing, none is marked as unfit.

        A filter that leaves nothing waits for an answer above it, and that answer may be on this
        same page: whoever has no JavaScript can still fill in everything in one go.
        """
        if not one.choice_filter or where == BLANK:
            return frozenset()
        return frozenset(self.state.offered(one, _place(where)))

    def _waits(self, one: FormField) -> str:
        """What to answer first, where the choices depend on it."""
        if not one.choice_filter:
            return ""
        names = parse(one.choice_filter, choice=True).references
        asked = (each for each in self.sheet.fields if each.name in names)
        labels = self.words.say(N_("、")).join(
            label for each in asked if (label := label_of(self.words, each))
        )
        if not labels:
            return self.words.say(N_("请先填写前面的问题。"))
        return self.words.say(N_("请先填写“%(label)s”。"), label=labels)

    def _waiting(self, one: FormField, where: Where) -> bool:
        """Whether what its choices depend on is still unanswered."""
        if not one.choice_filter or where == BLANK:
            return False
        return self.state.awaits(one, _place(where))

    def _known(self, one: FormField, where: Where, values: list[str]) -> str:
        known = self.sheet.prefilled.get(one.name) if where is None else None
        if known is None or list(known.texts) != values:
            return ""
        source = self.words.say(known.source)
        return self.words.say(N_("已自动填入：%(source)s"), source=source)

    def _hint(self, one: FormField, where: Where) -> str:
        """Its hint, and on lines of their own its bounds and what the last period's answer was."""
        lines = (hint_of(self.words, one), bounds_in(self.words, one), self._earlier(one, where))
        return Markup("<br>").join(line for line in lines if line)

    def _earlier(self, one: FormField, where: Where) -> str:
        """What the last period's answer was, where it is not filled in."""
        value = self.sheet.earlier.get(one.name) if where is None else None
        told = one.readonly or one.type in ATTACHED or one.name in self.sheet.prefilled
        if value is None or told:
            return ""
        answer = in_words(self.words, one, value)
        if len(answer) > LONGEST_EARLIER:
            return ""
        period = period_words(self.sheet.earlier_period)
        return self.words.say(N_("上期（%(period)s）：%(answer)s"), period=period, answer=answer)

    def _remark(self, name: str) -> str:
        review = self.sheet.review
        return review.notes.get(name, "") if review and name in self._returned else ""

    def _attached(self, one: FormField, key: str, values: list[str]) -> Mapping[str, Any] | None:
        return self.attached(key, values[0]) if one.type in ATTACHED and values else None

    def _fault(self, one: FormField, key: str) -> str:
        found = self.faults.get(key, "")
        if isinstance(found, str):
            return found
        if "message" in found.values:
            return message_in(one, self.words.language)
        return self.words.say(found)


def _place(where: Where) -> int | None:
    return where if isinstance(where, int) else None


def _limits(one: FormField) -> dict[str, str]:
    """What the script of the page holds an answer against."""
    if one.type is FieldType.TEXT:
        return {"data-longest": str(TEXT_LENGTH if one.multiline else LINE_LENGTH)}
    if one.type not in BOUNDED:
        return {}
    named = {"data-kind": one.type, "data-min": one.min, "data-max": one.max}
    return {name: str(value) for name, value in named.items() if value is not None}


def bounds_in(words: Words, one: FormField) -> str:
    """What an answer may be at least and at most. That a count is not below nothing goes without
    saying."""
    low, high = bounds(one)
    if one.type not in BOUNDED or (not low and high is None):
        return ""
    if low is not None and high is not None:
        return words.say(N_("%(min)s 至 %(max)s 之间"), min=low, max=high)
    if one.numeric:
        if high is None:
            return words.say(N_("不小于 %(min)s"), min=low)
        return words.say(N_("不大于 %(max)s"), max=high)
    if high is None:
        return words.say(N_("不早于 %(min)s"), min=low)
    return words.say(N_("不晚于 %(max)s"), max=high)


def message_in(one: FormField, language: str) -> str:
    """What the author says of an answer that breaks the constraint, in `language`."""
    found = words_in(one.words, language)
    return (found.constraint_message if found else "") or one.constraint_message


def browser_rules(words: Words, sheet: AnswerSheet, today: str) -> Markup | None:
    """The form's conditions as JSON for `form.js`, safe between single quotes.

    None where there is nothing to work out: no expression and no repeat.
    """
    tree = sheet.tree
    speaking = any(getattr(one, what) for one in tree.fields for what in EXPRESSIONS)
    if not speaking and not tree.repeats:
        return None
    rules = {
        "today": today,
        "order": [one.name for one in settling_order(tree)],
        "fields": {one.name: _rules_of(words, sheet, one) for one in tree.fields},
    }
    compact = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
    return htmlsafe_json_dumps(rules, dumps=compact, sort_keys=False)


def _rules_of(words: Words, sheet: AnswerSheet, one: FormField) -> dict[str, Any]:
    tree = sheet.tree
    found: dict[str, Any] = {
        "type": one.type,
        "repeat": tree.repeat_of(one),
        "above": [above.name for above in tree.above(one)],
    }
    for what in EXPRESSIONS:
        text = getattr(one, what)
        if text:
            found[what] = parse(text, choice=what == "choice_filter").to_json()
    if one.constraint:
        default = words.say(N_("这一项不符合要求，请核对。"))
        found["message"] = message_in(one, words.language) or default
    if one.choice_filter:
        found["columns"] = _columns(one)
    repeat = tree.repeat_of(one)
    if one.answered and (repeat or one.name) not in sheet.open_names:
        found["value"] = _kept_value(sheet, one, repeat)
    return found


def _kept_value(sheet: AnswerSheet, one: FormField, repeat: str) -> Any:
    """What stands though it is not open, as expressions see it; in a repeat one after another."""
    if repeat:
        rows = sheet.kept.get(repeat) or ()
        return [_plain(as_value(one, row.get(one.name))) for row in rows]
    return _plain(as_value(one, sheet.kept.get(one.name)))


def _plain(value: Any) -> Any:
    return " ".join(value) if isinstance(value, list) else value


def _columns(one: FormField) -> dict[str, dict[str, str]]:
    """Code → the columns of the choice that the filter reads."""
    wanted = parse(one.choice_filter, choice=True).columns
    return {
        each.value: {
            name: text
            for name, text in {**each.columns, "name": each.value, "label": each.label}.items()
            if name in wanted
        }
        for each in one.choices
    }
