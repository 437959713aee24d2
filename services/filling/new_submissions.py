"""Storing submissions: the number of statements does not depend on the number of submissions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, delete, insert, select
from sqlalchemy.orm import make_transient_to_detached
from sqlmodel import Session, col

from models import Account, Act, Assignment, Draft, Flag, KnownValue, Submission, TextPrint
from models.parameters import among, given_rows
from queries.units.calendars import get_calendars_above
from rules.assignments.states import sending
from rules.dates.calendar import Calendar, local_date
from rules.dates.review_clock import review_due
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.checks.flags import marks
from rules.filling.posting import Posting
from rules.filling.receipts import checksum, receipt_number
from rules.filling.sheet_answers import SheetAnswers
from rules.forms.answer_numbers import numbers
from services.assignments.changes import Change, change_each
from services.filling.checks import print_rows
from services.filling.fill_times import count_fillings
from services.filling.known_values import known_rows


@dataclass(frozen=True)
class NewSubmission:
    """Checked answers that are sent, and the submission that is made of them."""

    answers: SheetAnswers
    submission: Submission
    actor: Account
    reason: str
    """Stands in the history."""
    opened: int | None
    """When the form was first opened, in seconds since 1970."""

    @classmethod
    def of(
        cls,
        answers: SheetAnswers,
        flags: Sequence[Flag],
        rolled_up: Mapping[str, Any],
        posting: Posting,
        actor: Account,
        now: datetime,
        reason: str,
    ) -> NewSubmission:
        """The next submission of the assignment, not yet stored. Raises `Refusal` after 999."""
        sent = made_submission(answers, rolled_up, flags, posting.send_key, actor, now)
        if posting.checked and answers.sheet.holds_still(answers.values):
            sent.checked_period = answers.sheet.carried_period
        return cls(answers, sent, actor, reason, posting.opened)

    @property
    def sheet(self) -> AnswerSheet:
        return self.answers.sheet

    @property
    def now(self) -> datetime:
        return self.submission.sent_at

    @property
    def numbers(self) -> dict[str, int]:
        """The numbers that are added up the tree."""
        return numbers(self.sheet.fields, self.answers.values)


def made_submission(
    answers: SheetAnswers,
    rolled_up: Mapping[str, Any],
    flags: Sequence[Flag],
    send_key: str,
    actor: Account,
    now: datetime,
) -> Submission:
    """The next submission of the assignment with its receipt, not yet stored."""
    sheet, revision = answers.sheet, answers.sheet.revision + 1
    content: dict[str, Any] = {
        "assignment_id": answers.id, "revision": revision, "form_version_id": sheet.version_id,
        "answers": dict(answers.values), "rolled_up": dict(rolled_up), "sent_at": now,
    }  # fmt: skip
    return Submission(
        **content,
        flags=tuple(flags),
        flag_count=len(flags),
        asked=marks(flags),
        send_key=send_key,
        receipt=receipt_number(answers.id, revision),
        checksum=checksum(**content),
        sent_by=actor.id,
    )


def store_submissions(session: Session, rows: Sequence[NewSubmission]) -> None:
    """Store the submissions, set their assignments to submitted, and delete their drafts.

    The assignments are locked, belong to different units, and can be sent. The totals are written
    last, because many units share them (`services.assignments.roll_up.add_differences`).
    """
    if not rows:
        return
    replace_answers(session, rows)
    drafted = [row.answers.id for row in rows if row.sheet.draft]
    if drafted:
        session.execute(_NO_DRAFTS, {"ids": drafted})
    topmost = [row for row in rows if row.sheet.assignment.parent_id is None]
    calendars = get_calendars_above(session, {row.sheet.assignment.parent_id for row in rows})
    change_each(session, [_change(row, calendars[row.sheet.assignment.parent_id]) for row in rows])
    if topmost:
        approved = [Change(row.sheet.assignment, Act.APPROVE, row.now) for row in topmost]
        change_each(session, approved)
    count_fillings(session, [(row.sheet, row.opened, row.now) for row in rows])


def replace_answers(session: Session, rows: Sequence[NewSubmission]) -> None:
    """Store the submissions. Their values for other forms and the prints of their texts replace
    those of the assignments' earlier answers."""
    _add(session, [row.submission for row in rows])
    before = [row.answers.id for row in rows if row.sheet.last is not None]
    known = [value for row in rows for value in known_rows(row.sheet, row.submission)]
    prints = [text_print for row in rows for text_print in print_rows(row.answers)]
    forget_answers(session, before)
    if known:
        session.execute(_NEW_KNOWN, known)
    if prints:
        session.execute(_NEW_PRINTS, {"prints": prints})


def _add(session: Session, submissions: Sequence[Submission]) -> None:
    """Store the submissions in one statement. The session would need a statement for each on
    SQLite."""
    made = [{name: getattr(submission, name) for name in _COLUMNS} for submission in submissions]
    ids = dict(session.execute(_NEW_SUBMISSIONS, made).tuples().all())
    for submission in submissions:
        submission.id = ids[submission.assignment_id]
        make_transient_to_detached(submission)
        session.add(submission)


def forget_answers(session: Session, ids: Sequence[int]) -> None:
    """Delete the values for other forms and the prints of these assignments."""
    if ids:
        session.execute(_NO_KNOWN, {"ids": ids})
        session.execute(_NO_PRINTS, {"ids": ids})


def _change(row: NewSubmission, reviewers: Calendar) -> Change:
    assignment, now = row.sheet.assignment, row.now
    first, today = assignment.sent_at is None, local_date(now)
    values = {
        "revision": row.submission.revision,
        "acknowledged_at": assignment.acknowledged_at or now,
        "sent_at": assignment.sent_at or now,
        "late": today > assignment.due_on if first else assignment.late,
        "stood_in": row.actor.unit_id not in (assignment.unit_id, row.sheet.measure.unit_id),
        "review_due_on": review_due(now, row.sheet.measure.review_days, reviewers),
        "extended": _is_extended(assignment, today) if first else assignment.extended,
    }
    return Change(
        assignment, sending(assignment.status), now, values, row.reason, row.actor,
        numbers=row.numbers,
    )  # fmt: skip


def _is_extended(assignment: Assignment, today: date) -> bool:
    """See `Assignment.extended`."""
    first = assignment.first_due_on
    return first is not None and first < today <= assignment.due_on


def _without(table: Any) -> Any:
    return delete(table.__table__).where(among(col(table.assignment_id), "ids"))


_NO_DRAFTS, _NO_KNOWN, _NO_PRINTS = map(_without, (Draft, KnownValue, TextPrint))
_COLUMNS = [
    column.name
    for column in Submission.__table__.columns  # type: ignore[attr-defined]
    if not column.primary_key
]
_NEW_SUBMISSIONS = insert(Submission.__table__).returning(  # type: ignore[attr-defined]
    col(Submission.assignment_id), col(Submission.id)
)
_NEW_KNOWN = insert(KnownValue)
_PRINTS = {"assignment_id": Integer, "parent_id": Integer, "digest": BigInteger}
_NEW_PRINTS = insert(TextPrint.__table__).from_select(  # type: ignore[attr-defined]
    [*_PRINTS], select(*given_rows("prints", **_PRINTS))
)
