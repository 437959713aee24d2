"""A form as a clerk will see it, before anybody has been asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models import Assignment, Measure, Unit
from rules.filling.answer_sheet import AnswerSheet
from rules.forms.faults import FormFaults
from rules.forms.form_check import check_form
from rules.forms.form_fields import CONTAINERS, FieldType, FormField
from rules.forms.minutes import minutes
from rules.sentences.faults import Fault
from rules.sentences.refusal import N_, Refusal
from web.edge.viewer.language import Words
from web.filling.asked import Node
from web.filling.questions import Questions
from web.forms.editor_faults import in_one, item_name
from web.forms.typed_form import TypedForm


@dataclass(frozen=True)
class FormPreview:
    """The questions, and how many minutes the questions cost one unit."""

    nodes: list[Node]
    minutes: int


def preview_of(
    words: Words, measure: Measure, unit: Unit, fields: Sequence[FormField], today: date
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
    questions = Questions(words, sheet, sheet.typed, today.isoformat(), _nothing_attached)
    return FormPreview(questions.nodes(), minutes(fields))


def preview_so_far(
    words: Words, measure: Measure, unit: Unit, sent: TypedForm, today: date
) -> FormPreview:
    """An unfinished form: the fields that could be published, and a line for each wrong field.

    A row into which nothing has been typed yet is not called wrong.
    """
    raw = sent.raw()
    right = right_so_far(raw)
    shown = list(_with_marks(words, raw, right, sent.untouched))
    nodes = preview_of(words, measure, unit, shown, today).nodes
    return FormPreview(nodes, minutes(list(right.values())))


def right_so_far(raw: Sequence[Mapping[str, Any]]) -> dict[int, FormField]:
    """Place (1 is the first) → the fields of an unfinished form that could be published.

    A wrong group keeps its frame for the fields that stand in the group.
    """
    left = dict(enumerate(raw, start=1))
    while left:
        try:
            return dict(zip(left, check_form(list(left.values())), strict=True))
        except FormFaults as refused:
            places = list(left)
            for place in [places[at - 1] for at in refused.faults]:
                frame = _frame(raw[place - 1])
                if frame and left[place] != frame:
                    left[place] = frame
                else:
                    del left[place]
        except Refusal:
            break
    return {}


def _frame(row: Mapping[str, Any]) -> dict[str, Any]:
    if row["type"] not in CONTAINERS:
        return {}
    return {"name": row["name"], "type": FieldType.GROUP, "within": row["within"]}


def _with_marks(
    words: Words,
    raw: Sequence[Mapping[str, Any]],
    right: Mapping[int, FormField],
    untouched: Collection[int],
) -> Iterator[FormField]:
    """The fields, and in the place of each that is wrong a line that says so."""
    faults = _faults_of(raw)
    frames = {field.name for field in right.values() if field.container}
    for place, row in enumerate(raw, start=1):
        if place in right:
            yield right[place]
        if place in untouched:
            continue
        if place in faults or (place not in right and right):
            around = row["name"] if place in right else row["within"]
            yield FormField(
                name=f"{WRONG}{place}",
                type=FieldType.NOTE,
                within=around if around in frames else "",
                label=_mark(words, place, row, faults.get(place, ()))[:300],
            )


WRONG = "_wrong_"
"""Before the names of lines that say what is wrong."""


def _faults_of(raw: Sequence[Mapping[str, Any]]) -> dict[int, list[Fault]]:
    try:
        check_form(raw)
    except FormFaults as refused:
        return refused.faults
    except Refusal:
        pass
    return {}


def _mark(words: Words, place: int, row: Mapping[str, Any], faults: Sequence[Fault]) -> str:
    item = item_name(words, place, str(row["label"])[:60])
    told = [words.say(fault) for fault in faults]
    text = in_one(words, told or [words.say(N_("它引用的项还没有写好。"))])
    return words.say(N_("%(item)s还没有写好：%(text)s"), item=item, text=text)


def _nothing_attached(_key: str, _sent: str) -> None:
    return None
