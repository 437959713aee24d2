"""Checks that help: finding what looks odd in a filled form. They never stop it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import Session, col

from models import Flag, FlagKind, Status, TextPrint
from queries.filling.checks import list_history, list_like_prints, list_sibling_numbers
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.checks.figures import (
    Figures,
    against_last_period,
    against_siblings,
    all_zero,
    compared_numbers,
    copied,
)
from rules.filling.checks.flags import asked_before, in_order, unasked
from rules.filling.checks.known import against_known
from rules.filling.checks.returned import unchanged
from rules.filling.checks.text_prints import Prints, is_alike
from rules.filling.sheet_answers import SheetAnswers

_ADD = insert(TextPrint.__table__)  # type: ignore[attr-defined]


def find_flags(session: Session, answers: SheetAnswers) -> list[Flag]:
    """What looks odd in checked answers, in the order of the form.

    At most three statements: numbers beside, earlier periods, like texts; each only
    for a form that has such fields.
    """
    one = answers.sheet.assignment
    asked = [name for name in compared_numbers(answers.sheet.fields) if name in answers.now]
    every = [digest for digests in answers.prints.values() for digest in digests]
    return judged(
        answers,
        history=list_history(session, one, changed_numbers(answers)),
        siblings=list_sibling_numbers(session, one, asked),
        beside=list_like_prints(session, one, every).values(),
    )


def judged(
    answers: SheetAnswers,
    *,
    history: Mapping[str, Sequence[Decimal]],
    siblings: Mapping[str, Sequence[Decimal]],
    beside: Collection[Collection[int]],
) -> list[Flag]:
    """What looks odd in the answers, held against what was found: the unit's earlier numbers, the
    numbers and the prints of the units beside it. In the order of the form."""
    sheet, now, last = answers.sheet, answers.now, answers.last
    flags = [
        *all_zero(now),
        *copied(_own(sheet, now), _own(sheet, last)),
        *against_known(sheet.fields, sheet.prefilled, answers.values),
        *against_last_period(now, last, history),
        *against_siblings(now, siblings),
        *_alike(answers.prints, beside),
        *_unchanged(sheet, answers.values),
    ]
    return in_order(flags, [field.name for field in sheet.fields])


def changed_numbers(answers: SheetAnswers) -> list[str]:
    """The numbers far from the last period's, of which the periods before must be known."""
    return [flag.field for flag in against_last_period(answers.now, answers.last, {})]


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


def keep_prints(session: Session, answers: SheetAnswers) -> None:
    """Put the prints of these answers in the place of those of the answers before."""
    one = answers.sheet.assignment
    if one.parent_id is None:
        return
    if answers.sheet.last is not None:
        forget_prints(session, one.id)
    rows = print_rows(answers)
    if rows:
        session.execute(_ADD, rows)


def print_rows(answers: SheetAnswers) -> list[dict[str, Any]]:
    """The prints of the answers as rows of `TextPrint`; none where no unit is beside it."""
    one = answers.sheet.assignment
    if one.parent_id is None:
        return []
    return [
        {"assignment_id": one.id, "parent_id": one.parent_id, "digest": digest}
        for digest in sorted(answers.digests)
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


def _alike(own: Prints, beside: Collection[Collection[int]]) -> list[Flag]:
    counts = {name: _count_alike(digests, beside) for name, digests in own.items()}
    return [
        Flag(FlagKind.SIMILAR_TEXT, name, count=count) for name, count in counts.items() if count
    ]


def _count_alike(own: Sequence[int], others: Iterable[Collection[int]]) -> int:
    return sum(is_alike(own, other) for other in others)
