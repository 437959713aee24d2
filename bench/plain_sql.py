"""The floor: the rows of a hand-down, written by INSERT … SELECT from a copy of the rows.

The database, the tables, their indexes and constraints are the same, and the tables hold as many
rows as the hand-down found. The copies are temporary tables that were just written, so that reading
them costs next to nothing. All inserts are one transaction.
"""

import time
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    Table,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlmodel import col

from models import Assignment, Event, HandDown, HandDownStep, Measure, Tally

WRITTEN: tuple[Any, ...] = (Assignment, Event, Tally, HandDownStep)
NUMBERED = (Measure, HandDown, Assignment)
"""The tables whose rows are written with new ids."""


def floor_seconds(engine: Engine, measure_id: int) -> tuple[float, int]:
    """Write all rows of a hand-down again under another measure, and return seconds and rows."""
    with engine.connect() as connection:
        copies = _copy_all(connection, measure_id)
        connection.commit()
        start = time.perf_counter()
        rows = sum(_insert_copy(connection, table, copies[table]) for table in WRITTEN)
        connection.commit()
        seconds = time.perf_counter() - start
        for copy in copies.values():
            copy.drop(connection)
        _advance_sequences(connection)
        connection.commit()
    return seconds, rows


def _copy_all(connection: Connection, measure_id: int) -> dict[Any, Table]:
    """Temporary tables with the rows to be written. The rows of the root are written at once."""
    given = col(Assignment.measure_id) == measure_id
    below = col(Assignment.parent_id).is_not(None)
    measure = _clone(connection, Measure, col(Measure.id) == measure_id)
    wishes = col(HandDown.measure_id) == measure_id
    wish = _clone(connection, HandDown, wishes, measure_id=measure)
    shift = connection.execute(select(func.max(Assignment.id))).scalar_one()
    assignment = {
        "id": col(Assignment.id) + shift,
        "measure_id": measure,
        "parent_id": col(Assignment.parent_id) + shift,
        "hand_down_id": wish,
    }
    root = select(*_columns(Assignment, assignment)).where(given, ~below)
    connection.execute(insert(Assignment).from_select(_names(Assignment), root))
    own = select(col(Assignment.id)).where(given, below)
    done = select(col(HandDown.id)).where(wishes)
    return {
        Assignment: _copy(connection, Assignment, assignment, given & below),
        Event: _copy(
            connection,
            Event,
            {"assignment_id": col(Event.assignment_id) + shift},
            col(Event.assignment_id).in_(own),
        ),
        Tally: _copy(
            connection, Tally, {"measure_id": measure}, col(Tally.measure_id) == measure_id
        ),
        HandDownStep: _copy(
            connection,
            HandDownStep,
            {"hand_down_id": wish},
            col(HandDownStep.hand_down_id).in_(done),
        ),
    }


def _clone(connection: Connection, table: Any, where: Any, **changed: int) -> int:
    """Write a row again with the next id, and return that id."""
    changed["id"] = connection.execute(select(func.max(table.id) + 1)).scalar_one()
    rows = select(*_columns(table, changed)).where(where)
    connection.execute(insert(table).from_select(_names(table), rows))
    return changed["id"]


def _copy(connection: Connection, table: Any, changed: dict[str, Any], where: Any) -> Table:
    """A temporary table with the rows of `table`, in the order in which they were written."""
    columns = [Column(column.name, column.type) for column in table.__table__.columns]
    name = f"copy_of_{table.__tablename__}"
    copy = Table(name, MetaData(), *columns, prefixes=["TEMPORARY"])
    copy.create(connection)
    rows = select(*_columns(table, changed)).where(where).order_by(*table.__table__.primary_key)
    connection.execute(insert(copy).from_select(_names(table), rows))
    return copy


def _insert_copy(connection: Connection, table: Any, copy: Table) -> int:
    names = [name for name in _names(table) if (table, name) != (Event, "id")]
    rows = select(*(copy.c[name] for name in names))
    statement = insert(table).from_select(names, rows)
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount


def _columns(table: Any, changed: dict[str, Any]) -> list[Any]:
    """The columns of `table`, some of them replaced."""
    return [
        literal(changed[column.name], column.type) if isinstance(changed.get(column.name), int)
        else changed.get(column.name, column)
        for column in table.__table__.columns
    ]  # fmt: skip


def _names(table: Any) -> list[str]:
    return [column.name for column in table.__table__.columns]


def _advance_sequences(connection: Connection) -> None:
    """Let PostgreSQL number the next rows after those written here."""
    if connection.dialect.name != "postgresql":
        return
    for table in NUMBERED:
        name = table.__tablename__
        connection.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}")
        )
