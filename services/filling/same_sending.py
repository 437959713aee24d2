"""Whether a sending is the very one that has arrived before."""

from collections.abc import Sequence
from typing import Any

from models import Submission
from rules.assignments.states import REPORTED
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import Attached, Typed, check_answers
from rules.forms.form_fields import FormField
from rules.forms.form_tree import FormTree, item_of


def sent_meanwhile(sheet: AnswerSheet, seen_revision: int | None) -> Submission | None:
    """The one submission that has arrived since the page was made and was not taken back."""
    arrived = sheet.last is not None and sheet.last.revision - 1 == seen_revision
    return sheet.last if arrived and sheet.assignment.status in REPORTED else None


def is_same(
    fields: Sequence[FormField],
    sheet: AnswerSheet,
    earlier: Submission,
    typed: Typed,
    attached: Attached,
    today: str,
) -> bool:
    """Whether what was typed gives, on `fields`, the answers that were sent before."""
    typed = sheet.completed(typed)
    items = {item.name for item in FormTree(fields).items}
    asked = {item_of(key) for key in typed} & items
    if sheet.reviewed is None or sheet.reviewed.revision < earlier.revision:
        asked |= sheet.open_names & items  # A box that is not ticked sends nothing.
    asked -= {field.name for field in fields if field.readonly}
    checked = check_answers(
        fields,
        {key: texts for key, texts in typed.items() if item_of(key) in asked},
        kept={name: earlier.answers.get(name) for name in items - asked},
        today=today,
        attached=attached,
    )
    if any(item_of(key) in asked for key in checked.faults):
        return False
    return all(
        _content(checked.values.get(name)) == _content(earlier.answers.get(name)) for name in asked
    )


def _content(value: Any) -> Any:
    """An answer without the tokens of its files, because a file that is sent twice has two
    tokens."""
    if isinstance(value, list):
        return [_content(part) for part in value]
    if isinstance(value, dict):
        return {name: _content(part) for name, part in value.items() if name != "token"}
    return value
