"""Which submissions a review list holds and in which order; the clauses behind every page."""

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
    """What is to be decided on first."""
    DUE = "due"
    """What its unit owed first."""
    SENT = "sent"
    """What was sent first."""
    UNIT = "unit"
    """In the order of the tree."""
    FLAGS = "flags"
    """What the checks have most questions about."""


@dataclass(frozen=True)
class ReviewFilter:
    """What a person has narrowed the list to."""

    measure_id: int | None = None
    period: str = ""
    unit_id: int | None = None
    search: str = ""
    """Part of the unit's name, or the beginning of its code."""
    late: bool = False
    again: bool | None = None
    """True: sent more than once; False: sent for the first time."""
    flagged: bool = False
    overdue: bool = False
    """Waits longer than the time its review has."""
    sort: Sort = Sort.REVIEW

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
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
    """What the filter's `overdue` is asked for; needed only there."""
    until: datetime | None = None
    """Only what has been waiting since this moment or longer."""

    def select(self, *needed: Any) -> Select[Any]:
        """Assignment ids; tables that neither the filter nor `needed` asks for are not joined."""
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
        """Measure and period are asked of the unit's own assignments, which are few."""
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
        """The columns a page is ordered by; the last one makes it unique."""
        return _KEYS[self.chosen.sort], col(Assignment.id)

    def in_order(self) -> Select[Any]:
        """Assignment ids with the first column they are ordered by, in order."""
        key, last = self.order()
        return self.select_sorted().add_columns(key.label("key")).order_by(key, last)

    def select_sorted(self) -> Select[Any]:
        """As `select`, with the table that `order` needs."""
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
        """Where a submission stands, whether or not it (still) belongs to the list."""
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
    """The clause "a decision about it was taken back after this moment"."""
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
