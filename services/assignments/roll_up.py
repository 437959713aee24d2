"""Roll-up: Tally and Total stay equal to a recount from nothing.

A change of a set of assignments has three steps. What the assignments contribute to the units above
is taken out; the change is made; what the assignments contribute now is put in. Taking out and
putting in are the same statement, so that ten answers and fifteen thousand cost the same number of
statements. An act on single assignments works out the difference first and writes only that
(`add_differences`). Contributions are first added up by the assignment directly above and then
climb, so that few rows climb (decision 0004).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Insert,
    Integer,
    Select,
    String,
    TextClause,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
    true,
)
from sqlmodel import Session, col

from models import AnswerNumber, Assignment, Measure, Status, Tally, Total
from models.parameters import given_rows
from queries.assignments.climb import climb
from queries.assignments.still_open import OPEN
from rules.assignments.states import OUT, REPORTED, REVIEWED, UNSENT

STANDING = (
    "parent_id", "measure_id", "period", "level", "due_on", "status", "acknowledged_at",
    "released_at", "closed_at", "late", "answering", "sent_at", "extended",
)  # fmt: skip
"""The columns of an assignment that decide what it contributes to the units above."""
LIVE = tuple(status for status in Status if status not in OUT)


class Counted(NamedTuple):
    """The rule by which a column of Tally counts assignments."""

    statuses: tuple[Status, ...]
    mark: str = ""
    """The name of a column that must be true, or hold a time; empty: none must."""
    is_open: bool = False
    """Whether assignments count only while the measure is not closed."""

    def clause(self) -> ColumnElement[bool]:
        """The rule as a clause for the database."""
        clauses = [col(Assignment.status).in_(self.statuses)]
        if self.mark:
            column = Assignment.__table__.c[self.mark]  # type: ignore[attr-defined]
            is_flag = isinstance(column.type, Boolean)
            clauses.append(column.is_(True) if is_flag else column.is_not(None))
        return and_(*clauses, OPEN) if self.is_open else and_(*clauses)

    def counts(self, standing: Mapping[str, Any]) -> bool:
        """Whether the rule counts an assignment with these values of `STANDING`."""
        marked = not self.mark or bool(standing[self.mark])
        counted = marked and standing["status"] in self.statuses
        return counted and not (self.is_open and standing["closed_at"] is not None)


COUNTERS: dict[str, Counted] = {
    "issued": Counted(LIVE),
    "acknowledged": Counted(LIVE, "acknowledged_at"),
    "released": Counted(LIVE, "released_at"),
    "submitted": Counted(REPORTED),
    "approved": Counted(REVIEWED),
    "returned": Counted((Status.RETURNED,)),
    "unsent": Counted(UNSENT, is_open=True),
    "late": Counted(LIVE, "late"),
    "sent": Counted(LIVE, "sent_at"),
    "extended": Counted(LIVE, "extended"),
    "excused": Counted((Status.EXCUSED,), "answering"),
    "answering": Counted(LIVE, "answering"),
    "reported": Counted(REPORTED, "answering"),
    "reviewed": Counted(REVIEWED, "answering"),
}
"""Column of Tally → the rule by which the column counts."""

SUMMED = {"reported": REPORTED, "reviewed": REVIEWED}
"""Prefix of the columns `…_sum` and `…_count` of Total → statuses whose numbers count."""
SUMS: dict[str, Any] = {
    f"{name}_{what}": case((col(Assignment.status).in_(statuses), number), else_=0)
    for name, statuses in SUMMED.items()
    for what, number in (("sum", col(AnswerNumber.value)), ("count", literal(1)))
}
"""Column of Total → what one answered number adds to the column."""


def lock_measures(session: Session, where: ColumnElement[bool]) -> None:
    """Lock the measures that `where` (a clause on Assignment) touches, and wait for other changes.

    The measures are locked in the order of their ids, so that two acts never wait for each other.
    On SQLite a writing transaction has locked the whole database already.
    """
    session.execute(measures_of(where)).all()


def measures_of(where: ColumnElement[bool], *, shared: bool = False) -> Select[Any]:
    """The statement that locks the measures which `where` touches.

    With `shared` the locks are for an act on single assignments, which are locked themselves. Other
    such acts go on meanwhile; acts on all assignments of a measure wait.
    """
    touched = select(col(Assignment.measure_id)).where(where)
    return (
        select(col(Measure.id))
        .where(col(Measure.id).in_(touched))
        .order_by(col(Measure.id))
        .with_for_update(read=shared, key_share=not shared)
    )


@contextmanager
def rolled_up(session: Session, where: ColumnElement[bool]) -> Iterator[None]:
    """The block changes assignments that `where` selects, and the totals follow.

    `where` must select the same assignments before and after the block (by id, by measure). Lock
    and check before the block, because an exception inside it must end the transaction.
    """
    contribute(session, where, sign=-1)
    yield
    session.flush()
    contribute(session, where, sign=1)


class Moved(NamedTuple):
    """One assignment before and after an act, as far as the totals above depend on it."""

    before: Mapping[str, Any]
    """The values of `STANDING`. The assignment is locked."""
    after: Mapping[str, Any]
    numbers_before: Mapping[str, int]
    """Field → value of its `AnswerNumber`s. An assignment that is not reported adds none, and its
    numbers may be left out."""
    numbers_after: Mapping[str, int]


def standing_of(assignment: Assignment) -> dict[str, Any]:
    """The values of `STANDING`."""
    return {name: getattr(assignment, name) for name in STANDING}


def add_differences(session: Session, moved: Iterable[Moved]) -> None:
    """Add the differences that acts on single assignments make to the totals above.

    At most two statements, however many assignments there are. The rows of totals are locked last,
    Tally before Total and always in the same order, so that acts of one measure never wait for each
    other in a ring. The locks are short, because every act needs the rows of the topmost unit.
    """
    tallies, totals = _Differences(), _Differences()
    for move in moved:
        for sign, standing, numbers in (
            (-1, move.before, move.numbers_before),
            (1, move.after, move.numbers_after),
        ):
            if standing["parent_id"] is not None:
                _take_in(tallies, totals, sign, standing, numbers)
    for table, differences in ((Tally, tallies), (Total, totals)):
        rows = differences.rows()
        if rows:
            connection = session.connection()
            dialect, given = connection.dialect, json.dumps(rows, default=str)
            sql = _compiled(dialect, table)
            connection.exec_driver_sql(sql, (given,) if dialect.positional else {"rows": given})


class _Differences:
    """Differences added up by the keys of a row."""

    def __init__(self) -> None:
        self._found: dict[tuple[Any, ...], list[int]] = {}

    def add(self, keys: tuple[Any, ...], values: Iterable[int]) -> None:
        """Add `values` to the row with these keys."""
        known = self._found.get(keys)
        found = list(values)
        self._found[keys] = [a + b for a, b in zip(known, found, strict=True)] if known else found

    def rows(self) -> list[list[Any]]:
        """The rows with a value that is not zero, as keys and values."""
        return [[*keys, *values] for keys, values in self._found.items() if any(values)]


def _take_in(
    tallies: _Differences,
    totals: _Differences,
    sign: int,
    standing: Mapping[str, Any],
    numbers: Mapping[str, int],
) -> None:
    above, measure_id, period, level, due_on, status, *_ = (standing[name] for name in STANDING)
    counts = (sign * counted.counts(standing) for counted in COUNTERS.values())
    tallies.add((above, measure_id, period, level, due_on), counts)
    summed = [status in statuses for statuses in SUMMED.values()]
    if any(summed):
        for field, value in numbers.items():
            sums = (sign * added * counted for counted in summed for added in (value, 1))
            totals.add((above, measure_id, period, field), sums)


@cache
def _compiled(dialect: Any, table: Any) -> str:
    """The SQL that adds rows given as JSON. It is compiled once, because compiling takes longer
    than carrying out."""
    keys, values = _SHAPES[table]
    given = {"above": Integer, **keys, **dict.fromkeys(values, BigInteger)}
    groups = select(*given_rows("rows", **given)).cte("groups")
    statement = _add(table, groups, [*keys], [*values], sign=1)
    return str(statement.compile(dialect=dialect))


_SHAPES: dict[Any, tuple[dict[str, Any], Iterable[str]]] = {
    Tally: (
        {"measure_id": Integer, "period": String, "level": String, "due_on": Date}, COUNTERS,
    ),
    Total: ({"measure_id": Integer, "period": String, "field": String}, SUMS),
}  # fmt: skip
"""Table → its key columns without the unit, and its value columns."""


def contribute(session: Session, where: ColumnElement[bool], *, sign: int) -> None:
    """Add (`sign` 1) or take out (`sign` -1) what the assignments contribute to the units above."""
    session.execute(_counts(where, sign))
    session.execute(_sums(where, sign))


def adding(where: ColumnElement[bool]) -> Insert:
    """The statement that adds what assignments without answers contribute to the units above.

    It is for assignments just made. A hand-down builds the statement once.
    """
    return _counts(where, 1)


def recount(session: Session, measure_id: int, period: str) -> None:
    """Delete the totals of one measure and period, and count them again from nothing."""
    where = and_(
        col(Assignment.measure_id) == measure_id,
        col(Assignment.period) == period,
    )
    lock_measures(session, where)
    for table in (Tally, Total):
        session.execute(
            delete(table).where(col(table.measure_id) == measure_id, col(table.period) == period)
        )
    contribute(session, where, sign=1)


def _counts(where: ColumnElement[bool], sign: int) -> Insert:
    values = {name: case((counted.clause(), 1), else_=0) for name, counted in COUNTERS.items()}
    return _contributed(Tally, select(Assignment).where(where), values, sign)


def _sums(where: ColumnElement[bool], sign: int) -> Insert:
    source = (
        select(Assignment)
        .join(AnswerNumber, col(AnswerNumber.assignment_id) == Assignment.id)
        .where(where)
    )
    return _contributed(Total, source, SUMS, sign)


def _contributed(table: Any, source: Any, values: dict[str, Any], sign: int) -> Insert:
    """The statement that groups `source` by the assignment above and the keys of `table`, and adds
    the groups to the totals."""
    names = [*_SHAPES[table][0]]
    keys = [col(getattr(AnswerNumber if name == "field" else Assignment, name)) for name in names]
    groups = (
        source.with_only_columns(
            col(Assignment.parent_id).label("above"),
            *keys,
            *(_whole(func.sum(value), name) for name, value in values.items()),
        )
        .where(col(Assignment.parent_id).is_not(None))
        .group_by(col(Assignment.parent_id), *keys)
        .cte("groups")
    )
    return _add(table, groups, names, [*values], sign)


def _add(table: Any, groups: CTE, keys: list[str], values: list[str], sign: int) -> Insert:
    """The statement that lets groups climb to every unit above and adds them to the totals there.

    The rows are written with the lowest units first, in the same order in every act.
    """
    reached = climb(groups)
    names = ["unit_id", *keys]
    by = [reached.c[name] for name in names]
    sums = [_whole(literal_column(str(sign)) * func.sum(reached.c[name]), name) for name in values]
    order = [reached.c.unit_id.desc(), *by[1:]]
    rows = select(*by, *sums).where(true()).group_by(*by).order_by(*order)
    return insert(table.__table__).from_select(
        [*names, *values], rows.suffix_with(_adding(table, tuple(names), tuple(values)))
    )


@cache
def _adding(table: Any, keys: tuple[str, ...], values: tuple[str, ...]) -> TextClause:
    """The ON CONFLICT part, which adds to a row that is there.

    It is text, because SQLAlchemy compiles its own ON CONFLICT anew each time, and compiling takes
    longer than carrying out.
    """
    name = table.__tablename__
    added = ", ".join(f"{value} = {name}.{value} + excluded.{value}" for value in values)
    return text(f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {added}")


def _whole(expression: Any, name: str) -> Any:
    """A sum as a whole number, because PostgreSQL widens sums of BIGINT to NUMERIC."""
    kind = Total.__table__.c[name].type if name in Total.__table__.c else Integer()  # type: ignore[attr-defined]
    return cast(expression, kind).label(name)
