"""A form as a clerk will see it, before anybody has been asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import Request

from models import Assignment, Measure, Unit
from rules.forms.answer_sheet import AnswerSheet
from rules.forms.faults import FormFaults
from rules.forms.form_check import check_form
from rules.forms.form_fields import FormField
from rules.forms.minutes import minutes
from rules.refusal import Refusal
from web.asked import Node
from web.questions import Questions


@dataclass(frozen=True)
class FormPreview:
    """The questions, and what they cost one unit in minutes."""

    nodes: list[Node]
    minutes: int


def preview_of(
    request: Request, measure: Measure, unit: Unit, fields: Sequence[FormField], today: date
) -> FormPreview:
    """The empty form, rendered by the same code that asks the clerks."""
    sheet = AnswerSheet(
        assignment=Assignment(id=0, answering=True, lowest=True),  # type: ignore[call-arg]
        measure=measure,
        unit=unit,
        version=None,
        fields=tuple(fields),
        last=None,
        last_sender="",
        reviewed=None,
        review=None,
        draft=None,
    )
    questions = Questions(request, sheet, sheet.typed, today.isoformat(), _nothing_attached)
    return FormPreview(questions.nodes(), minutes(fields))


def right_so_far(raw: Sequence[Mapping[str, Any]]) -> tuple[FormField, ...]:
    """The fields of an unfinished form that could be published as they are."""
    left = list(raw)
    while left:
        try:
            return check_form(left)
        except FormFaults as refused:
            left = [one for place, one in enumerate(left, start=1) if place not in refused.faults]
        except Refusal:
            break
    return ()


def _nothing_attached(_key: str, _sent: str) -> None:
    return None
