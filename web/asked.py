"""Questions of a form as a page shows them, with their answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData

from rules.forms.answer_sheet import AnswerSheet
from rules.forms.faults import Fault
from rules.forms.form_fields import FieldType, FormField
from rules.refusal import N_
from web.language import say
from web.posted import typed

PREFIX = "f-"
"""Before the names of answers in a posted form, so that they never meet our own fields."""


@dataclass(frozen=True)
class Asked:
    """One question on the form page."""

    id: str
    type: FieldType
    label: str
    hint: str
    required: bool
    multiline: bool
    choices: list[tuple[str, str]]
    values: list[str]
    """What is shown in it, as typed."""
    fault: str
    returned: bool
    """Returned by the unit above."""
    open: bool
    """Can be filled in."""
    shown: str
    """The answer in words, where it cannot be changed."""


@dataclass(frozen=True)
class Answered:
    """One question with its answer in words; `before`: the answer of the revision before."""

    name: str
    label: str
    answer: str
    before: str
    changed: bool


def ask(
    request: Request,
    sheet: AnswerSheet,
    answers: Mapping[str, list[str]],
    faults: Mapping[str, Fault],
) -> list[Asked]:
    """The questions of an answer sheet, filled with `answers`."""
    returned = sheet.open_names if sheet.review and sheet.review.fields else frozenset()
    return [
        Asked(
            id=PREFIX + field.name,
            type=field.type,
            label=say(request, field.label),
            hint=say(request, field.hint) if field.hint else "",
            required=field.required,
            multiline=field.multiline,
            choices=[(choice.value, choice.label) for choice in field.choices],
            values=list(answers.get(field.name, [])),
            fault=_told(request, faults.get(field.name)),
            returned=field.name in returned,
            open=field.name in sheet.open_names or not field.answered,
            shown=in_words(request, field, sheet.kept.get(field.name)),
        )
        for field in sheet.fields
    ]


def _told(request: Request, fault: Fault | None) -> str:
    return say(request, fault.msgid, **fault.values) if fault else ""


def answers_in(posted: FormData) -> dict[str, list[str]]:
    """The answers of a posted form by the name of their field."""
    return strip_prefix(typed(posted))


def strip_prefix(fields: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The answers among posted fields, by the name of their field."""
    return {
        name.removeprefix(PREFIX): values
        for name, values in fields.items()
        if name.startswith(PREFIX)
    }


def in_words(request: Request, field: FormField, value: Any) -> str:
    """A stored answer as people read it: labels instead of codes, empty when unanswered."""
    if value is None:
        return ""
    labels = {choice.value: choice.label for choice in field.choices}
    values = value if isinstance(value, list) else [value]
    return say(request, N_("、")).join(labels.get(str(one), str(one)) for one in values)


def answered(
    request: Request,
    fields: Sequence[FormField],
    answers: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
) -> list[Answered]:
    """Every question with its answer, beside the answer of the revision before (if any)."""
    earlier = before or {}
    return [
        Answered(
            field.name,
            say(request, field.label),
            in_words(request, field, answers.get(field.name)),
            in_words(request, field, earlier.get(field.name)),
            before is not None and answers.get(field.name) != earlier.get(field.name),
        )
        for field in fields
        if field.answered
    ]
