"""A morning's reminders over 777,350 assignments and more, and the plain-SQL floor beside them."""

import time
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine, case, delete, func, insert, literal, select, text
from sqlmodel import Session, col

from adapters.database import refresh_statistics
from bench import sample
from bench.databases import counted, fresh_engine, transaction, why_absent
from models import Assignment, Measure, Message, ReminderRound
from services.assignments.reminders import tell_digests

ASSIGNMENTS = 777_350
ROUNDS = 3
TODAY = date(2026, 12, 18)
"""A Friday."""
NOW = sample.NOW + (TODAY - sample.NOW.date())
_ASSIGNMENTS = Assignment.__table__  # type: ignore[attr-defined]
_MEASURES = Measure.__table__  # type: ignore[attr-defined]


def measure(backend: str, folder: Path) -> dict[str, Any] | None:
    """The figures of one database; None where the database is not here.

    `seconds` is the time of the service with its commit. `floor_seconds` is the time in which the
    database counts the same assignments by unit and by the unit above, and writes as many messages
    as the service, by two plain statements. Both are medians of three, measured in turn.
    """
    if why_absent(backend):
        return None
    with fresh_engine(backend, folder) as engine:
        count = _fill(engine)
        rounds = [_one_round(engine) for _ in range(ROUNDS + 1)][1:]
    seconds, floor = (
        median(figures[name] for figures in rounds) for name in ("seconds", "floor_seconds")
    )
    return {
        "assignments": count,
        "seconds": round(seconds, 2),
        "statements": max(figures["statements"] for figures in rounds),
        "messages": rounds[0]["messages"],
        "floor_seconds": round(floor, 2),
    }


def _fill(engine: Engine) -> int:
    """A campaign of many measures: a third answered, a seventh waiting for a review, the rest owed,
    due from three weeks ago to three weeks ahead. Returns the number of assignments."""
    sample.fill(engine, everybody=True)
    with transaction(engine) as session:
        released, wish = sample.release_one(session, 1)
        first = released.id
    sample.carry_out(engine, wish)
    with transaction(engine) as session:
        size: int = session.execute(select(func.count(col(Assignment.id)))).scalar_one()
        for copy in range(1, -(-ASSIGNMENTS // size) + 1):
            _copy(session, first, copy)
        count: int = session.execute(select(func.count(col(Assignment.id)))).scalar_one()
        refresh_statistics(session, count, Assignment, Measure)
    return count


def _copy(session: Session, first: int, copy: int) -> None:
    """The measure `first` once more, with all its assignments."""
    shift: int = session.execute(select(func.max(col(Assignment.id)))).scalar_one()
    _copy_rows(session, _MEASURES, _MEASURES.c.id == first, {"id": literal(first + copy)})
    kind = (_ASSIGNMENTS.c.unit_id + 5 * copy) % 21
    changed = {
        "id": _ASSIGNMENTS.c.id + shift,
        "parent_id": _ASSIGNMENTS.c.parent_id + shift,
        "measure_id": literal(first + copy),
        "status": case((kind < 7, "approved"), (kind < 10, "submitted"), else_="issued"),
        "due_on": literal(TODAY + timedelta(days=copy - 24)),
        "review_due_on": literal(TODAY),
    }
    _copy_rows(session, _ASSIGNMENTS, _ASSIGNMENTS.c.measure_id == first, changed)


def _copy_rows(session: Session, table: Any, chosen: Any, changed: dict[str, Any]) -> None:
    columns = [changed.get(column.name, column) for column in table.columns]
    rows = select(*columns).where(chosen)
    session.execute(insert(table).from_select([column.name for column in table.columns], rows))


def _one_round(engine: Engine) -> dict[str, Any]:
    with transaction(engine) as session:
        session.execute(delete(Message))
        session.execute(delete(ReminderRound))
    start = time.perf_counter()
    with counted(engine) as counter, transaction(engine) as session:
        told = tell_digests(session, now=NOW)
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "statements": counter.statements,
        "messages": told,
        "floor_seconds": _floor(engine, told),
    }


def _floor(engine: Engine, told: int) -> float:
    """Seconds of the plain statements for the same work."""
    with transaction(engine) as session:
        session.execute(delete(Message))
    start = time.perf_counter()
    with transaction(engine) as session:
        session.execute(text(_COUNT_ABOVE), {"today": TODAY}).all()
        session.execute(text(_WRITE), {"until": TODAY + timedelta(5), "now": NOW, "most": told})
    seconds = time.perf_counter() - start
    with transaction(engine) as session:
        written = session.execute(select(func.count(col(Message.id)))).scalar_one()
        assert written, "the floor has written nothing"
    return seconds


_COUNT_ABOVE = """
SELECT parent_id, count(*) FROM assignment
WHERE status IN ('issued', 'submitted') AND closed_at IS NULL AND due_on <= :today
GROUP BY parent_id
"""
_WRITE = """
INSERT INTO message (unit_id, day, kind, about, sentence, path, created_at)
SELECT unit_id, CURRENT_DATE, 'digest', '', '{"msgid": "", "values": {}}', '/', :now FROM (
  SELECT unit_id, count(*) AS owed FROM assignment
  WHERE status = 'issued' AND closed_at IS NULL AND due_on <= :until
  GROUP BY unit_id
) AS owing LIMIT :most
"""
