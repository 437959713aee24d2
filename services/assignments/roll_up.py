"""Roll-up: keeps Tally and Total equal to what a recount from nothing would give.

Every change of assignments takes out what they contributed to the units above, is made, and
puts in what they contribute now. Both halves are the same set-based statement, so that one
answer and fifteen thousand cost the same number of statements. Contributions are added up by
the assignment directly above first and then climb, a few rows per unit above.
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
"""Column of Tally → which assignments it counts."""

SUMS: dict[str, Any] = {
    "reported_sum": case((_reported, col(AnswerNumber.value)), else_=0),
    "reported_count": case((_reported, 1), else_=0),
    "reviewed_sum": case((_reviewed, col(AnswerNumber.value)), else_=0),
    "reviewed_count": case((_reviewed, 1), else_=0),
}
"""Column of Total → what one answered number adds to it."""


def lock_measures(session: Session, where: ColumnElement[bool]) -> None:
    """Wait for every other change of the measures that `where` (on Assignment) touches.

    In the order of their ids, so that two acts never wait for each other. SQLite has locked
    the whole database already.
    """
    session.execute(measures_of(where)).all()


def measures_of(where: ColumnElement[bool]) -> Select[Any]:
    """The statement that locks the measures `where` touches."""
    touched = select(col(Assignment.measure_id)).where(where)
    return (
        select(col(Measure.id))
        .where(col(Measure.id).in_(touched))
        .order_by(col(Measure.id))
        .with_for_update(key_share=True)
    )


@contextmanager
def rolled_up(session: Session, where: ColumnElement[bool]) -> Iterator[None]:
    """Change the assignments that `where` selects inside the block; the totals follow.

    `where` must select the same assignments before and after (by id, by measure). Lock and
    check first: an exception inside the block must end the transaction.
    """
    contribute(session, where, sign=-1)
    yield
    session.flush()
    contribute(session, where, sign=1)


@contextmanager
def rolled_up_one(
    session: Session, assignment: Assignment, *, becomes: str | None = None
) -> Iterator[None]:
    """As `rolled_up`, for a single assignment, whose status the block makes `becomes` (None: it
    stays): the statements are built and compiled once in the life of the process, because that
    takes five times as long as carrying them out. Numbers that are not reported add nothing."""
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
    """SQL, its values by name, and for a database without named values their order."""
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
    """Add (`sign` 1) or take out (-1) what the assignments mean to the units above them."""
    session.execute(_counts(where, sign))
    session.execute(_sums(where, sign))


def adding(where: ColumnElement[bool]) -> Insert:
    """The statement that adds what assignments without answers mean to the units above them: for
    assignments just made. Who makes many builds the statement once."""
    return _counts(where, 1)


def recount(session: Session, measure_id: int, period: str) -> None:
    """Throw the totals of one measure and period away and count them again from nothing."""
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
    """Group `source` by the assignment above and `keys`, let the groups climb, add them up."""
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
    """What becomes of a row that is there. As text, because SQLAlchemy compiles its own
    ON CONFLICT anew each time, which takes longer than carrying it out."""
    name = table.__tablename__
    added = ", ".join(f"{value} = {name}.{value} + excluded.{value}" for value in values)
    return text(f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {added}")


def _whole(expression: Any, name: str) -> Any:
    """A sum as the whole number it is: PostgreSQL widens sums of BIGINT to NUMERIC."""
    kind = Total.__table__.c[name].type if name in Total.__table__.c else Integer()  # type: ignore[attr-defined]
    return cast(expression, kind).label(name)
