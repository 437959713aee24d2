"""What a return named, told by the labels of the form version that had been answered."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from models import FormVersion, Review, Status, Submission
from queries.filling.submissions import get_submitted_fields
from queries.forms.forms import get_version
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import Typed
from rules.filling.repeats import places_now
from rules.forms.form_change import compare
from rules.forms.form_fields import FormField
from rules.forms.form_tree import FormTree, filling_key, item_of
from rules.sentences.refusal import N_
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
    now: Mapping[str, str] | None = None,
) -> list[ReturnedField]:
    """The fields a return named. `fields`: of the version that had been answered; `notes`: name →
    was written about it; `asked`: the names of those that are asked today; `now`: filling of a
    repeat → its id on the page."""
    by_name = FormTree(fields).by_name
    labels = {
        name: label_of(words, by_name[name]) or name if name in by_name else name for name in names
    }
    told = {key: _told_of(words, labels[item_of(key)], key) for key in _keys(names, notes)}
    return [
        ReturnedField(
            label=label,
            note=notes.get(key, ""),
            place=_anchor(key, now or {}) if item_of(key) in asked else "",
        )
        for key, label in told.items()
    ]


def _keys(names: Sequence[str], notes: Mapping[str, str]) -> list[str]:
    """The returned fields, each repeat followed by its fillings about which something is said."""
    inner = [key for key in notes if key not in names]
    return [
        key for name in names for key in (name, *(key for key in inner if item_of(key) == name))
    ]


def _told_of(words: Words, label: str, key: str) -> str:
    if key == item_of(key):
        return label
    place = int(key.partition(".")[2]) + 1
    return words.say(N_("%(repeat)s第 %(place)s 条"), repeat=label, place=place)


def _anchor(key: str, now: Mapping[str, str]) -> str:
    """The id of the question on the page, or of the filling where it stands by now."""
    return PREFIX + key if key == item_of(key) else now.get(key, PREFIX + item_of(key))


def remarks_of(sheet: AnswerSheet, repeat: str, typed: Typed) -> dict[int, str]:
    """Place of a filling on the page → what the unit above wrote about it in its return."""
    notes = sheet.review.notes if sheet.review and repeat in sheet.review.fields else {}
    return {
        at: notes[key]
        for place, at in _places(sheet, repeat, typed).items()
        if (key := filling_key(repeat, place)) in notes
    }


def _places(sheet: AnswerSheet, repeat: str, typed: Typed) -> dict[int, int]:
    rows = sheet.reviewed.answers.get(repeat) if sheet.reviewed else None
    return places_now(repeat, rows, typed) if rows else {}


def _anchors(sheet: AnswerSheet, typed: Typed) -> dict[str, str]:
    """Filling that was sent → the id under which it stands on the page."""
    return {
        filling_key(repeat.name, place): filling_key(repeat.name, at)
        for repeat in sheet.tree.repeats
        for place, at in _places(sheet, repeat.name, typed).items()
    }


def find_mending(words: Words, session: Session, sheet: AnswerSheet, typed: Typed) -> Mending:
    """What is to be said of the return the sheet's unit mends; `typed`: what the page shows. No
    statement on the same version, two on another."""
    review, reviewed = sheet.review, sheet.reviewed
    if review is None or reviewed is None or sheet.assignment.status != Status.RETURNED:
        return Mending()
    if reviewed.form_version_id == sheet.version_id or reviewed.form_version_id is None:
        asked = sheet.tree.by_name
        tied = [item.name for item in sheet.tree.items if item.name in sheet.tied_names]
        return Mending(
            list_returned(
                words, sheet.fields, review.fields, review.notes, asked, _anchors(sheet, typed)
            ),
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
        ReturnedField(returned.label, returned.note, returned.place, lost.get(key, ""))
        for key, returned in zip(_keys(review.fields, review.notes), told, strict=True)
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
