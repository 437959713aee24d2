"""Sending the answers of many units at once.

The rows written are those that `services.filling.submissions.submit` writes for one unit. The
number of statements does not depend on the number of units.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import case, delete, func, insert, literal, select
from sqlmodel import Session, col

from models import (
    Account,
    Act,
    AnswerNumber,
    Assignment,
    Draft,
    Flag,
    KnownValue,
    Status,
    Submission,
    TextPrint,
)
from queries.filling.checks import list_sibling_numbers
from queries.workbooks.workbooks import list_histories, list_like_texts
from rules.dates.calendar import local_date
from rules.dates.review_clock import review_due
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.checks.circle import MOST_SIBLINGS
from rules.filling.checks.figures import Figures, compared_numbers
from rules.filling.sheet_answers import SheetAnswers
from rules.forms.answer_numbers import numbers as numbers_of
from rules.forms.form_fields import FormField
from services.assignments.changes import change_all
from services.filling.checks import (
    changed_numbers,
    find_flags,
    judged,
    print_rows,
)
from services.filling.known_values import known_rows
from services.filling.submissions import made_submission

_TABLES: tuple[Any, ...] = (AnswerNumber, KnownValue, TextPrint, Draft)
"""The tables whose rows of an assignment are replaced by a sending."""


@dataclass(frozen=True)
class AnsweredRow:
    """The checked answers of one unit that are to be sent."""

    answers: SheetAnswers
    send_key: str

    @property
    def sheet(self) -> AnswerSheet:
        return self.answers.sheet

    @property
    def id(self) -> int:
        return self.sheet.assignment.id


def send_rows(
    session: Session, rows: Sequence[AnsweredRow], *, reason: str, actor: Account, now: datetime
) -> list[Submission]:
    """Store a submission for each row, and return the submissions.

    All rows are below one unit and of one measure and period. The caller has locked the assignments
    and checked that they still owe their answers. `reason` is written into their history.
    """
    flags = flags_of(session, [row.answers for row in rows])
    made = [
        made_submission(row.sheet, dict(row.answers.values), {}, asked, row.send_key, actor, now)
        for row, asked in zip(rows, flags, strict=True)
    ]
    session.execute(insert(Submission), [_columns(submission) for submission in made])
    _replace(session, rows, made)
    _change(session, rows, reason, actor, now)
    return made


def _columns(submission: Submission) -> dict[str, Any]:
    """The values of a submission as its columns take them; the id comes from the database."""
    return {name: getattr(submission, name) for name in Submission.model_fields if name != "id"}


def _replace(session: Session, rows: Sequence[AnsweredRow], made: Sequence[Submission]) -> None:
    """Replace numbers, known values and prints of earlier answers, and delete the drafts."""
    ids = [row.id for row in rows]
    for table in _TABLES:
        session.execute(delete(table).where(col(table.assignment_id).in_(ids)))
    numbers = [number for row in rows for number in _number_rows(row)]
    prints = [text_print for row in rows for text_print in print_rows(row.answers)]
    for table, added in ((AnswerNumber, numbers), (TextPrint, prints)):
        if added:
            session.execute(insert(table), added)
    if any(field.reuse for field in rows[0].sheet.fields):
        _keep_known(session, rows, made)


def _number_rows(row: AnsweredRow) -> list[dict[str, Any]]:
    found = numbers_of(row.sheet.fields, row.answers.values)
    return [
        {"assignment_id": row.id, "field": name, "value": value} for name, value in found.items()
    ]


def _keep_known(session: Session, rows: Sequence[AnsweredRow], made: Sequence[Submission]) -> None:
    keys = [submission.send_key for submission in made]
    stored = select(col(Submission.send_key), Submission).where(col(Submission.send_key).in_(keys))
    by_key = dict(session.execute(stored).tuples().all())
    known = [
        known_value for row in rows for known_value in known_rows(row.sheet, by_key[row.send_key])
    ]
    if known:
        session.execute(insert(KnownValue), known)


def _change(
    session: Session, rows: Sequence[AnsweredRow], reason: str, actor: Account, now: datetime
) -> None:
    """Let the assignments become submitted; the issuer's, which nobody above reviews, approved."""
    chosen = col(Assignment.id).in_([row.id for row in rows])
    topmost = rows[0].sheet.assignment.parent_id is None
    columns = Assignment.__table__.c  # type: ignore[attr-defined]
    count = change_all(
        session,
        chosen,
        Act.SUBMIT,
        Status.SUBMITTED,
        actor=actor,
        now=now,
        reason=reason,
        revision=columns.revision + 1,
        acknowledged_at=func.coalesce(
            columns.acknowledged_at, literal(now, columns.acknowledged_at.type)
        ),
        late=case(
            (columns.sent_at.is_(None), columns.due_on < literal(local_date(now))),
            else_=columns.late,
        ),
        sent_at=func.coalesce(columns.sent_at, literal(now, columns.sent_at.type)),
        review_due_on=review_due(now, rows[0].sheet.measure.review_days),
    )
    assert count == len(rows), "an assignment was not locked"
    if topmost:
        change_all(session, chosen, Act.APPROVE, Status.APPROVED, actor=None, now=now)


def flags_of(session: Session, answered: Sequence[SheetAnswers]) -> list[list[Flag]]:
    """The flags of each answer, as `services.filling.checks.find_flags` finds them; at most three
    statements for all.

    Units of the same workbook are compared with each other as well, so that a text copied into
    every row is found.
    """
    if len(answered) < len(("one", "another")):
        return [find_flags(session, answers) for answers in answered]
    sheets = [answers.sheet for answers in answered]
    fields = sheets[0].fields
    changed = {name for answers in answered for name in changed_numbers(answers)}
    history = list_histories(session, sheets, changed)
    siblings = _siblings(session, answered, fields)
    beside = _beside(session, answered)
    return [
        judged(
            answers,
            history=history.get(answers.sheet.assignment.unit_id, {}),
            siblings=siblings[place],
            beside=beside[place],
        )
        for place, answers in enumerate(answered)
    ]


def _siblings(
    session: Session, answered: Sequence[SheetAnswers], fields: Sequence[FormField]
) -> list[dict[str, list[Decimal]]]:
    """For each answer: field → the numbers reported by units beside and in the same workbook."""
    names = compared_numbers(fields)
    reported = list_sibling_numbers(session, answered[0].sheet.assignment, names)
    own = [answers.now for answers in answered]
    return [
        {name: [*reported.get(name, ()), *_others(own, place, name)] for name in names}
        for place in range(len(own))
    ]


def _others(own: Sequence[Figures], place: int, name: str) -> list[Decimal]:
    numbers = (
        figures[name] for index, figures in enumerate(own) if index != place and name in figures
    )
    return list(islice(numbers, MOST_SIBLINGS))


def _beside(session: Session, answered: Sequence[SheetAnswers]) -> list[list[Collection[int]]]:
    """For each answer: the prints of the other texts that share a print with it."""
    own = [answers.digests for answers in answered]
    sent = {answers.sheet.assignment.id for answers in answered}
    parent_id = answered[0].sheet.assignment.parent_id or 0
    found = list_like_texts(session, parent_id, (digest for digests in own for digest in digests))
    others = [prints for assignment_id, prints in found.items() if assignment_id not in sent]
    return [
        [
            other
            for other in (*others, *own[:place], *own[place + 1 :])
            if not prints.isdisjoint(other)
        ]
        for place, prints in enumerate(own)
    ]
