"""Roll-up: Tally and Total stay equal to a recount from nothing.

A change of assignments has three steps. What the assignments contribute to the units above is
taken out; the change is made; what the assignments contribute now is put in. Taking out and
putting in are the same set-based statement, so that one answer and fifteen thousand cost the same
number of statements. Contributions are first added up by the assignment directly above and then
climb, so that few rows climb.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Integer,
    Select,
    TextClause,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    true,
)
from sqlmodel import Session, col

from models import AnswerNumber, Assignment, Measure, Status, Tally, Total
from queries.assignments.climb import climb
from queries.assignments.still_open import OWING
from rules.assignments.states import REPORTED, REVIEWED

_live = col(Assignment.status) != Status.WITHDRAWN
_reported = col(Assignment.status).in_(REPORTED)
_reviewed = col(Assignment.status).in_(REVIEWED)

COUNTERS: dict[str, ColumnElement[bool]] = {
    "issued": _live,
    "acknowledged": and_(_live, col(Assignment.acknowledged_at).is_not(None)),
    "released": and_(_live, col(Assignment.released_at).is_not(None)),
    "submitted": _reported,
    "approved": _reviewed,
    "returned": col(Assignment.status) == Status.RETURNED,
    "unsent": OWING,
    "late": and_(_live, col(Assignment.late)),
    "answering": and_(_live, col(Assignment.answering)),
    "reported": and_(_reported, col(Assignment.answering)),
    "reviewed": and_(_reviewed, col(Assignment.answering)),
}
"""Column of Tally → the clause for the assignments that the column counts."""

SUMS: dict[str, Any] = {
    "reported_sum": case((_reported, col(AnswerNumber.value)), else_=0),
    "reported_count": case((_reported, 1), else_=0),
    "reviewed_sum": case((_reviewed, col(AnswerNumber.value)), else_=0),
    "reviewed_count": case((_reviewed, 1), else_=0),
}
"""Column of Total → what one answered number adds to the column."""


def lock_measures(session: Session, where: ColumnElement[bool]) -> None:
    """Lock the measures that `where` (a clause on Assignment) touches, and wait for other changes.

    The measures are locked in the order of their ids, so that two acts never wait for each other.
    On SQLite a writing transaction has locked the whole database already.
    """
    session.execute(measures_of(where)).all()


def measures_of(where: ColumnElement[bool]) -> Select[Any]:
    """The statement that locks the measures which `where` touches."""
    touched = select(col(Assignment.measure_id)).where(where)
    return (
        select(col(Measure.id))
        .where(col(Measure.id).in_(touched))
        .order_by(col(Measure.id))
        .with_for_update(key_share=True)
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


@contextmanager
def rolled_up_one(
    session: Session, assignment: Assignment, *, becomes: str | None = None
) -> Iterator[None]:
    """`rolled_up` for a single assignment, whose status becomes `becomes` in the block (None: it
    stays).

    The statements are built and compiled once, because building and compiling take five times as
    long as carrying out. Numbers that are not reported add nothing and are left out.
    """
    session.flush()
    before, after = assignment.status, becomes or assignment.status
    _add_one(session, assignment.id, before, -1)
    yield
    session.flush()
    _add_one(session, assignment.id, after, 1)


def _add_one(session: Session, assignment_id: int, status: str, sign: int) -> None:
    connection = session.connection()
    for table in (Tally, Total) if status in REPORTED else (Tally,):
        sql, values, order = _compiled(connection.dialect, table, sign)
        given = {**values, "one": assignment_id}
        connection.exec_driver_sql(sql, tuple(given[name] for name in order) if order else given)


@cache
def _compiled(dialect: Any, table: Any, sign: int) -> tuple[str, dict[str, Any], tuple[str, ...]]:
    """The SQL, its values by name, and their order for a database that takes them by position."""
    where = col(Assignment.id) == bindparam("one", 0, type_=Integer)
    build = _counts if table is Tally else _sums
    statement = build(where, sign)
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    values = compiled.construct_params()
    plain = {
        name: str(value) if isinstance(value, str) else value for name, value in values.items()
    }
    return compiled.string, plain, tuple(compiled.positiontup or ())


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
    keys = [
        col(Assignment.measure_id),
        col(Assignment.period),
        col(Assignment.level),
        col(Assignment.due_on),
    ]
    values = {name: case((counted, 1), else_=0) for name, counted in COUNTERS.items()}
    source = select(Assignment).where(where)
    return _add(Tally, source, keys, values, sign)


def _sums(where: ColumnElement[bool], sign: int) -> Insert:
    keys = [col(Assignment.measure_id), col(Assignment.period), col(AnswerNumber.field)]
    source = (
        select(Assignment)
        .join(AnswerNumber, col(AnswerNumber.assignment_id) == Assignment.id)
        .where(where)
    )
    return _add(Total, source, keys, SUMS, sign)


def _add(table: Any, source: Any, keys: list[Any], values: dict[str, Any], sign: int) -> Insert:
    """The statement that groups `source` by the assignment above and `keys`, lets the groups climb
    and adds them to `table`."""
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
    reached = climb(groups)
    names = ["unit_id", *(key.name for key in keys)]
    by = [reached.c[name] for name in names]
    sums = [_whole(literal(sign) * func.sum(reached.c[name]), name) for name in values]
    rows = select(*by, *sums).where(true()).group_by(*by).order_by(*by)
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
