"""What a return named, told by the labels of the form version that had been answered."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from models import FormVersion, Review, Status, Submission
from queries.filling.submissions import get_submitted_fields
from queries.forms.forms import get_version
from rules.filling.answer_sheet import AnswerSheet
from rules.forms.form_change import compare
from rules.forms.form_fields import FormField
from rules.forms.form_tree import FormTree
from web.edge.viewer.language import Words
from web.filling.asked import PREFIX, item_in_words, label_of


@dataclass(frozen=True)
class ReturnedField:
    """A question of the answered version, and what became of the question."""

    label: str
    note: str
    """What the unit above wrote about the question."""
    place: str
    """The id of the question on today's form page; empty: the question is no longer asked."""
    answer: str = ""
    """What was reported, where today's form cannot show it."""


@dataclass(frozen=True)
class Mending:
    """What a form page says of a return beside the reason."""

    fields: Sequence[ReturnedField] = ()
    before: FormVersion | None = None
    """The version that was answered, where the form has changed since."""
    tied: Sequence[ReturnedField] = ()
    """Questions that are open because they hang together with the returned ones."""
    others: Sequence[ReturnedField] = field(default=())
    """What was not returned, and has no place on today's form, or none that fits."""

    @property
    def all_kept(self) -> bool:
        """Whether everything that was reported stands on today's form."""
        return not self.others and not any(returned.answer for returned in self.fields)


def list_returned(
    words: Words,
    fields: Sequence[FormField],
    names: Sequence[str],
    notes: Mapping[str, str],
    asked: Container[str],
) -> list[ReturnedField]:
    """The fields a return named. `fields`: of the version that had been answered; `notes`: name →
    what was written about it; `asked`: the names of those that are asked today."""
    by_name = FormTree(fields).by_name
    return [
        ReturnedField(
            label=label_of(words, by_name[name]) or name if name in by_name else name,
            note=notes.get(name, ""),
            place=PREFIX + name if name in asked else "",
        )
        for name in names
    ]


def find_mending(words: Words, session: Session, sheet: AnswerSheet) -> Mending:
    """What is to be said of the return the sheet's unit mends; no statement on the same version,
    two on another."""
    review, reviewed = sheet.review, sheet.reviewed
    if review is None or reviewed is None or sheet.assignment.status != Status.RETURNED:
        return Mending()
    if reviewed.form_version_id == sheet.version_id or reviewed.form_version_id is None:
        asked = sheet.tree.by_name
        tied = [item.name for item in sheet.tree.items if item.name in sheet.tied_names]
        return Mending(
            list_returned(words, sheet.fields, review.fields, review.notes, asked),
            tied=list_returned(words, sheet.fields, tied, {}, asked),
        )
    return _across(words, session, sheet, review, reviewed)


def _across(
    words: Words, session: Session, sheet: AnswerSheet, review: Review, reviewed: Submission
) -> Mending:
    """The form has changed between the answer and its mending."""
    assert reviewed.form_version_id is not None
    fields = get_submitted_fields(session, reviewed)
    lost = _lost_answers(words, fields, sheet.fields, reviewed.answers)
    told = list_returned(words, fields, review.fields, review.notes, sheet.tree.by_name)
    named = [
        ReturnedField(returned.label, returned.note, returned.place, lost.get(name, ""))
        for name, returned in zip(review.fields, told, strict=True)
    ]
    tree = FormTree(fields)
    others = [
        ReturnedField(label_of(words, tree.by_name[name]) or name, "", _place(sheet, name), text)
        for name, text in lost.items()
        if name not in review.fields
    ]
    return Mending(named, get_version(session, reviewed.form_version_id), others=others)


def _place(sheet: AnswerSheet, name: str) -> str:
    return PREFIX + name if name in sheet.tree.by_name else ""


def _lost_answers(
    words: Words,
    before: Sequence[FormField],
    after: Sequence[FormField],
    answers: dict[str, Any],
) -> dict[str, str]:
    """Item → its answer, where another version has no place for the whole answer."""
    tree = FormTree(before)
    lost = [tree.by_name[field.name] for field in compare(before, after).lost]
    names = {tree.repeat_of(field) or field.name for field in lost}
    told = {
        item.name: item_in_words(words, tree, item, answers.get(item.name))
        for item in tree.mendable
        if item.name in names
    }
    return {name: text for name, text in told.items() if text}
