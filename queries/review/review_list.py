"""The clauses behind every review list: which submissions it holds, and in which order."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models import Act, Assignment, Event, Submission, Unit
from queries.assignments.still_open import WAITING
from queries.filling.current_submission import is_current
from queries.review.review_clock import is_overdue


class Sort(StrEnum):
    """The order of a review list."""

    REVIEW = "review"
    """First the submission whose review is due first."""
    DUE = "due"
    """First the submission whose assignment was due first."""
    SENT = "sent"
    """First the submission that was sent first."""
    UNIT = "unit"
    """The order of the tree."""
    FLAGS = "flags"
    """First the submission with the most flags."""


@dataclass(frozen=True)
class ReviewFilter:
    """What a person has chosen to narrow the list."""

    measure_id: int | None = None
    period: str = ""
    unit_id: int | None = None
    search: str = ""
    """A part of the unit's name, or the beginning of the unit's code."""
    late: bool = False
    again: bool | None = None
    """True: only what was sent more than once; False: only first sendings; None: both."""
    flagged: bool = False
    overdue: bool = False
    """Whether only overdue reviews are kept."""
    sort: Sort = Sort.REVIEW

    @property
    def narrows(self) -> bool:
        """Whether the filter leaves anything out."""
        return self != ReviewFilter(sort=self.sort)


class Position(NamedTuple):
    """Where a submission stands in the order of a list."""

    key: Any
    assignment_id: int


@dataclass(frozen=True)
class WaitingSubmissions:
    """The submissions that wait for one unit's decision, narrowed by a filter."""

    unit_id: int
    chosen: ReviewFilter = field(default_factory=ReviewFilter)
    today: date | None = None
    """The day for the filter's `overdue`; needed for nothing else."""
    until: datetime | None = None
    """Only submissions that have waited since this moment or longer are kept; None: all."""

    def select(self, *needed: Any) -> Select[Any]:
        """The statement for the assignment ids. Only tables that the filter or `needed` asks for
        are joined."""
        own = aliased(Assignment)
        wanted = (
            select(col(Assignment.id))
            .join(own, col(own.id) == Assignment.parent_id)
            .where(col(own.unit_id) == self.unit_id, WAITING)
        )
        for table, clause in _JOINS.items():
            if table in needed or table in self._needed:
                wanted = wanted.join(table, clause())
        return wanted.where(*self._clauses(own))

    @property
    def _needed(self) -> set[Any]:
        chosen = self.chosen
        asks = {
            Submission: chosen.flagged or self.until is not None,
            Unit: bool(chosen.search),
        }
        return {table for table, asked in asks.items() if asked}

    def _clauses(self, own: Any) -> list[ColumnElement[bool]]:
        """The filter's clauses. Measure and period are matched on the unit's own assignments, which
        are few."""
        chosen = self.chosen
        clauses: list[tuple[object, Any]] = [
            (chosen.measure_id, own.measure_id == chosen.measure_id),
            (chosen.period, own.period == chosen.period),
            (chosen.unit_id, col(Assignment.unit_id) == chosen.unit_id),
            (chosen.search, _named(chosen.search)),
            (chosen.late, col(Assignment.late)),
            (chosen.again is True, col(Assignment.revision) > 1),
            (chosen.again is False, col(Assignment.revision) == 1),
            (chosen.flagged, col(Submission.flag_count) > 0),
        ]
        found = [clause for asked, clause in clauses if asked]
        if chosen.overdue:
            assert self.today is not None
            found.append(is_overdue(self.today))
        if self.until is not None:
            found += [col(Submission.sent_at) <= self.until, ~_reopened_after(self.until)]
        return found

    def order(self) -> tuple[Any, Any]:
        """The columns of the order. The last column makes the order unique."""
        return _KEYS[self.chosen.sort], col(Assignment.id)

    def in_order(self) -> Select[Any]:
        """The statement for assignment ids in order, with the first column of the order."""
        key, last = self.order()
        return self.select_sorted().add_columns(key.label("key")).order_by(key, last)

    def select_sorted(self) -> Select[Any]:
        """`select` with the table that `order` needs."""
        return self.select(_TABLES[self.chosen.sort])

    def before(self, here: Position) -> ColumnElement[bool]:
        """The clause "stands before this position"."""
        key, last = self.order()
        return or_(key < here.key, and_(key == here.key, last < here.assignment_id))

    def after(self, here: Position) -> ColumnElement[bool]:
        """The clause "stands after this position"."""
        key, last = self.order()
        return or_(key > here.key, and_(key == here.key, last > here.assignment_id))

    def position(self, assignment: Assignment, submission: Submission, unit: Unit) -> Position:
        """Where a submission stands in the order, whether or not the list holds the submission."""
        keys = {
            Sort.REVIEW: assignment.review_due_on,
            Sort.DUE: assignment.due_on,
            Sort.SENT: submission.sent_at,
            Sort.UNIT: unit.lft,
            Sort.FLAGS: -submission.flag_count,
        }
        return Position(keys[self.chosen.sort], assignment.id)


_JOINS: dict[Any, Any] = {
    Submission: is_current,
    Unit: lambda: col(Unit.id) == Assignment.unit_id,
}
_KEYS: dict[Sort, Any] = {
    Sort.REVIEW: col(Assignment.review_due_on),
    Sort.DUE: col(Assignment.due_on),
    Sort.SENT: col(Submission.sent_at),
    Sort.UNIT: col(Unit.lft),
    Sort.FLAGS: -col(Submission.flag_count),
}
_TABLES: dict[Sort, Any] = {
    Sort.REVIEW: Assignment, Sort.DUE: Assignment, Sort.SENT: Submission, Sort.UNIT: Unit,
    Sort.FLAGS: Submission,
}  # fmt: skip


def _reopened_after(moment: datetime) -> ColumnElement[bool]:
    """The clause "a decision about the assignment was undone after this moment"."""
    return exists().where(
        col(Event.assignment_id) == Assignment.id,
        col(Event.act) == Act.REOPEN,
        col(Event.at) > moment,
    )


def _named(search: str) -> ColumnElement[bool]:
    return or_(
        col(Unit.name).contains(search, autoescape=True),
        col(Unit.code).startswith(search, autoescape=True),
    )


def find_next(session: Session, wanted: WaitingSubmissions, here: Position) -> int | None:
    """The assignment after this position; one statement, however long the list is."""
    return session.scalars(wanted.in_order().where(wanted.after(here)).limit(1)).first()


def find_previous(session: Session, wanted: WaitingSubmissions, here: Position) -> int | None:
    """The assignment before this position."""
    key, last = wanted.order()
    found = wanted.in_order().where(wanted.before(here)).order_by(None)
    return session.scalars(found.order_by(key.desc(), last.desc()).limit(1)).first()


def find_first(session: Session, wanted: WaitingSubmissions) -> int | None:
    """The first assignment of the list."""
    return session.scalars(wanted.in_order().limit(1)).first()
