"""Coverage is kept day by day, so that a board can draw how the answers came in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, and_, exists, func, literal, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from adapters.database import insert_into
from models import Assignment, CoverageDay, Level, Status, Tally, Unit
from queries.assignments.still_open import OPEN
from rules.dates.calendar import local_date

LEVELS_BELOW = 2
"""How many levels a unit has below it for which coverage is kept: of a township's villages the
page itself says enough."""


def keep_coverage(session: Session, *, now: datetime) -> None:
    """Keep today's answers to every open measure.

    One statement over the kept tallies. Where nothing has changed since the last row nothing is
    written. Keeping twice on a day leaves the later figures.
    """
    new = insert_into(session, CoverageDay.__table__)  # type: ignore[attr-defined]
    new = new.from_select(_NAMES, _counted(local_date(now)))
    figures = {name: getattr(new.excluded, name) for name in _FIGURES}
    kept = new.on_conflict_do_update(index_elements=_NAMES[:4], set_=figures)
    session.execute(kept)


_FIGURES = ("reported", "reviewed")
_NAMES = ["measure_id", "period", "unit_id", "day", *_FIGURES]


def _counted(today: date) -> Any:
    """The answers below each unit that differ from what was kept last, or are kept for the day."""
    day = literal(today, Date)
    sums = _sums().subquery()
    last, latest = aliased(CoverageDay), aliased(CoverageDay)
    before = (
        select(func.max(latest.day))
        .where(_same(latest, sums), col(latest.day) < day)
        .correlate(sums)
        .scalar_subquery()
    )
    unchanged = exists().where(
        _same(last, sums), col(last.day) == before,
        *(getattr(last, name) == sums.c[name] for name in _FIGURES),
    )  # fmt: skip
    is_kept = exists().where(_same(latest, sums), col(latest.day) == day)
    columns = [day.label("day") if name == "day" else sums.c[name] for name in _NAMES]
    return select(*columns).where(or_(~unchanged, is_kept))


def _sums() -> Any:
    lowest = select(func.max(Level.rank)).scalar_subquery()
    return (
        select(
            col(Tally.measure_id), col(Tally.period), col(Tally.unit_id),
            *(func.sum(getattr(Tally, name)).label(name) for name in _FIGURES),
        )
        .join(Unit, col(Unit.id) == Tally.unit_id)
        .join(Level, and_(col(Level.code) == Unit.level, lowest - Level.rank >= LEVELS_BELOW))
        .join(
            Assignment,
            and_(
                col(Assignment.unit_id) == Tally.unit_id,
                col(Assignment.measure_id) == Tally.measure_id,
                col(Assignment.period) == Tally.period,
            ),
        )
        .where(OPEN, col(Assignment.status) != Status.WITHDRAWN)
        .group_by(col(Tally.measure_id), col(Tally.period), col(Tally.unit_id))
    )  # fmt: skip


def _same(kept: Any, sums: Any) -> Any:
    return and_(
        kept.measure_id == sums.c.measure_id,
        kept.period == sums.c.period,
        kept.unit_id == sums.c.unit_id,
    )
