"""Checks that help: finding what looks odd in a filled form. They never stop it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import Session, col

from models import Status, TextPrint
from queries.filling.checks import list_history, list_like_prints, list_sibling_numbers
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.checks.figures import (
    Figures,
    against_last_period,
    against_siblings,
    all_zero,
    compared_numbers,
    copied,
    figures,
)
from rules.filling.checks.flags import Flag, FlagKind, asked_before, in_order, unasked
from rules.filling.checks.known import against_known
from rules.filling.checks.returned import unchanged
from rules.filling.checks.text_prints import is_alike, prints, texts_of
from rules.forms.form_fields import FormField

_ADD = insert(TextPrint.__table__)  # type: ignore[attr-defined]
Prints = dict[str, tuple[int, ...]]
"""Field → the prints of its text."""


def find_flags(session: Session, sheet: AnswerSheet, values: Mapping[str, Any]) -> list[Flag]:
    """What looks odd in `values`, checked answers of the sheet, in the order of the form.

    At most three statements: numbers beside, earlier periods, like texts; each only
    for a form that has such fields.
    """
    now = figures(sheet.fields, values)
    changed = changed_numbers(sheet, values)
    asked = [name for name in compared_numbers(sheet.fields) if name in now]
    every = [digest for digests in text_prints(sheet.fields, values).values() for digest in digests]
    return judged(
        sheet,
        values,
        history=list_history(session, sheet.assignment, changed),
        siblings=list_sibling_numbers(session, sheet.assignment, asked),
        beside=list_like_prints(session, sheet.assignment, every).values(),
    )


def judged(
    sheet: AnswerSheet,
    values: Mapping[str, Any],
    *,
    history: Mapping[str, Sequence[Decimal]],
    siblings: Mapping[str, Sequence[Decimal]],
    beside: Collection[set[int]],
) -> list[Flag]:
    """What looks odd in `values`, held against what was found: the unit's earlier numbers, the
    numbers and the prints of the units beside it. In the order of the form."""
    now = figures(sheet.fields, values)
    last = figures(sheet.fields, sheet.earlier)
    flags = [
        *all_zero(now),
        *copied(_own(sheet, now), _own(sheet, last)),
        *against_known(sheet.fields, sheet.prefilled, values),
        *against_last_period(now, last, history),
        *against_siblings(now, siblings),
        *_alike(text_prints(sheet.fields, values), beside),
        *_unchanged(sheet, values),
    ]
    return in_order(flags, [field.name for field in sheet.fields])


def changed_numbers(sheet: AnswerSheet, values: Mapping[str, Any]) -> list[str]:
    """The numbers far from the last period's, of which the periods before must be known."""
    now, last = figures(sheet.fields, values), figures(sheet.fields, sheet.earlier)
    return [flag.field for flag in against_last_period(now, last, {})]


def unanswered(sheet: AnswerSheet, flags: Iterable[Flag], shown: str) -> list[Flag]:
    """The flags to ask about before sending: those that the person can do something about and has
    not been asked yet. `shown`: the `marks` the page came back with.

    What was sent before as it is, and not returned, was answered then.
    """
    opened = {"", *sheet.open_names}
    returned = set(sheet.review.fields) if sheet.review else set()
    before = asked_before(sheet.last.asked, sheet.last.flags) if sheet.last else frozenset()
    return [
        flag
        for flag in unasked(flags, shown)
        if flag.field in opened and (flag.field in returned or flag.mark not in before)
    ]


def text_prints(fields: Iterable[FormField], values: Mapping[str, Any]) -> Prints:
    """The prints of the long texts among the answers."""
    found = texts_of(fields, values)
    return {name: prints(name, text) for name, text in found.items()}


def keep_prints(session: Session, sheet: AnswerSheet, values: Mapping[str, Any]) -> None:
    """Put the prints of these answers in the place of those of the answers before."""
    one = sheet.assignment
    if one.parent_id is None:
        return
    if sheet.last is not None:
        forget_prints(session, one.id)
    rows = print_rows(sheet, values)
    if rows:
        session.execute(_ADD, rows)


def print_rows(sheet: AnswerSheet, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The prints of the answers as rows of `TextPrint`; none where no unit is beside it."""
    one = sheet.assignment
    if one.parent_id is None:
        return []
    digests = {digest for each in text_prints(sheet.fields, values).values() for digest in each}
    return [
        {"assignment_id": one.id, "parent_id": one.parent_id, "digest": digest}
        for digest in sorted(digests)
    ]


def forget_prints(session: Session, assignment_id: int) -> None:
    """The assignment's texts are no longer compared."""
    session.execute(delete(TextPrint).where(col(TextPrint.assignment_id) == assignment_id))


def _own(sheet: AnswerSheet, numbers: Figures) -> dict[str, Decimal]:
    """Without what is carried from elsewhere: that is meant to stay the same."""
    shared = {field.name for field in sheet.fields if field.reuse}
    return {name: value for name, value in numbers.items() if name not in shared}


def _unchanged(sheet: AnswerSheet, values: Mapping[str, Any]) -> list[Flag]:
    if sheet.assignment.status != Status.RETURNED or sheet.review is None or not sheet.reviewed:
        return []
    return unchanged(sheet.review.fields, sheet.reviewed.answers, values)


def _alike(own: Prints, beside: Collection[set[int]]) -> list[Flag]:
    counts = {name: _count_alike(digests, beside) for name, digests in own.items()}
    return [
        Flag(FlagKind.SIMILAR_TEXT, name, count=count) for name, count in counts.items() if count
    ]


def _count_alike(own: Sequence[int], others: Iterable[set[int]]) -> int:
    return sum(is_alike(own, other) for other in others)
