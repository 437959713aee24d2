"""The clauses behind every review list: which submissions it holds, and in which order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models import Act, Assignment, Event, Submission, Unit
from models.parameters import ESCAPE, escaped
from queries.assignments.still_open import WAITING_ABOVE, WAITING_DIRECTLY
from queries.filling.current_submission import is_current
from queries.review.review_clock import is_overdue

SHAPES = 100
"""Of how many shapes of a review list the statements are kept."""


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
    stood_in: bool = False
    """What the unit reviews because the unit below it has answered in the place of another; without
    it, the answers of the units directly below."""
    sort: Sort = Sort.REVIEW

    @property
    def narrows(self) -> bool:
        """Whether the filter leaves anything out."""
        return self != ReviewFilter(stood_in=self.stood_in, sort=self.sort)


class Position(NamedTuple):
    """Where a submission stands in the order of a list."""

    key: Any
    assignment_id: int


class Shape(NamedTuple):
    """Which clauses a review list asks for, and in which order its rows stand."""

    asked: frozenset[str]
    sort: Sort

    def select(self, *needed: Any) -> Select[Any]:
        """The statement for the assignment ids, without the values."""
        own = aliased(Assignment)
        wanted = _above(own) if "stood_in" in self.asked else _directly(own)
        wanted = wanted.where(col(own.unit_id) == bindparam("reviewer", type_=Integer))
        needs = {*needed, *(table for name, table in _NEEDED.items() if name in self.asked)}
        for table, clause in _JOINS.items():
            if table in needs:
                wanted = wanted.join(table, clause())
        return wanted.where(*(_CLAUSES[name](own) for name in sorted(self.asked - {"stood_in"})))

    def order(self) -> tuple[Any, Any]:
        """The columns of the order. The last column makes the order unique."""
        return _KEYS[self.sort], col(Assignment.id)

    def select_sorted(self) -> Select[Any]:
        """`select` with the table that `order` needs."""
        return self.select(_TABLES[self.sort])

    def in_order(self) -> Select[Any]:
        """The statement for assignment ids in order, with the first column of the order."""
        key, last = self.order()
        return self.select_sorted().add_columns(key.label("key")).order_by(key, last)

    def before(self) -> ColumnElement[bool]:
        """The clause "stands before the position that is given", see `at`."""
        key, last = self.order()
        here, here_id = _here(key)
        return or_(key < here, and_(key == here, last < here_id))

    def after(self) -> ColumnElement[bool]:
        """The clause "stands after the position that is given", see `at`."""
        key, last = self.order()
        here, here_id = _here(key)
        return or_(key > here, and_(key == here, last > here_id))


@dataclass(frozen=True)
class WaitingSubmissions:
    """The submissions that wait for one unit's decision, narrowed by a filter.

    The statements know which clauses a list asks for, and not the values. They are therefore built
    once for each such shape of a list; `given` holds the values.
    """

    unit_id: int
    chosen: ReviewFilter = field(default_factory=ReviewFilter)
    today: date | None = None
    """The day for the filter's `overdue`; needed for nothing else."""
    until: datetime | None = None
    """Only submissions that have waited since this moment or longer are kept; None: all."""

    @property
    def shape(self) -> Shape:
        """The names of the clauses that the list asks for, and its order."""
        chosen = self.chosen
        asked = {
            "measure": chosen.measure_id,
            "period": chosen.period,
            "unit": chosen.unit_id,
            "search": chosen.search,
            "late": chosen.late,
            "again": chosen.again is True,
            "first": chosen.again is False,
            "flagged": chosen.flagged,
            "overdue": chosen.overdue,
            "stood_in": chosen.stood_in,
            "until": self.until,
        }
        return Shape(frozenset(name for name, value in asked.items() if value), chosen.sort)

    @property
    def given(self) -> dict[str, Any]:
        """The values for the statements of the list."""
        chosen = self.chosen
        return {
            "reviewer": self.unit_id,
            "measure": chosen.measure_id,
            "period": chosen.period,
            "unit": chosen.unit_id,
            "name_part": f"%{escaped(chosen.search)}%",
            "code_start": f"{escaped(chosen.search)}%",
            "before": self.today,
            "until": self.until,
        }

    def select(self, *needed: Any) -> Select[Any]:
        """The statement for the assignment ids, with its values. Only tables that the filter or
        `needed` asks for are joined."""
        return self.shape.select(*needed).params(self.given)

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


def _directly(own: Any) -> Select[Any]:
    """The assignments directly below `own` that wait for its unit."""
    chosen = select(col(Assignment.id)).join(own, own.id == Assignment.parent_id)
    return chosen.where(WAITING_DIRECTLY)


def _above(own: Any) -> Select[Any]:
    """The assignments that wait for the unit of `own` because the unit between has answered."""
    between = aliased(Assignment)
    chosen = select(col(Assignment.id)).join(between, col(between.id) == Assignment.parent_id)
    return chosen.join(own, own.id == between.parent_id).where(WAITING_ABOVE)


def at(here: Position) -> dict[str, Any]:
    """The values for `Shape.before` and `Shape.after`."""
    return {"here": here.key, "here_id": here.assignment_id}


def _here(key: Any) -> tuple[Any, Any]:
    return bindparam("here", type_=key.type), bindparam("here_id", type_=Integer)


_CLAUSES: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "measure": lambda own: own.measure_id == bindparam("measure"),
    "period": lambda own: own.period == bindparam("period"),
    "unit": lambda _own: col(Assignment.unit_id) == bindparam("unit"),
    "search": lambda _own: or_(
        col(Unit.name).like(bindparam("name_part"), escape=ESCAPE),
        col(Unit.code).like(bindparam("code_start"), escape=ESCAPE),
    ),
    "late": lambda _own: and_(col(Assignment.late)),
    "again": lambda _own: col(Assignment.revision) > 1,
    "first": lambda _own: col(Assignment.revision) == 1,
    "flagged": lambda _own: col(Submission.flag_count) > 0,
    "overdue": lambda _own: is_overdue(bindparam("before")),
    "until": lambda _own: and_(
        col(Submission.sent_at) <= bindparam("until"), ~_reopened_after(bindparam("until"))
    ),
}
"""Name of a clause → the clause. Measure and period are matched on the unit's own assignments,
which are few."""
_NEEDED = {"flagged": Submission, "until": Submission, "search": Unit}
"""Name of a clause → the table that the clause looks at."""
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


def _reopened_after(moment: Any) -> ColumnElement[bool]:
    """The clause "a decision about the assignment was undone after this moment"."""
    return exists().where(
        col(Event.assignment_id) == Assignment.id,
        col(Event.act) == Act.REOPEN,
        col(Event.at) > moment,
    )


def find_next(session: Session, wanted: WaitingSubmissions, here: Position) -> int | None:
    """The assignment after this position; one statement, however long the list is."""
    return session.scalars(_next(wanted.shape), {**wanted.given, **at(here)}).first()


def find_previous(session: Session, wanted: WaitingSubmissions, here: Position) -> int | None:
    """The assignment before this position."""
    return session.scalars(_previous(wanted.shape), {**wanted.given, **at(here)}).first()


def find_first(session: Session, wanted: WaitingSubmissions) -> int | None:
    """The first assignment of the list."""
    return session.scalars(_first(wanted.shape), wanted.given).first()


@lru_cache(SHAPES)
def _next(shape: Shape) -> Select[Any]:
    return shape.in_order().where(shape.after()).limit(1)


@lru_cache(SHAPES)
def _previous(shape: Shape) -> Select[Any]:
    key, last = shape.order()
    found = shape.in_order().where(shape.before()).order_by(None)
    return found.order_by(key.desc(), last.desc()).limit(1)


@lru_cache(SHAPES)
def _first(shape: Shape) -> Select[Any]:
    return shape.in_order().limit(1)
