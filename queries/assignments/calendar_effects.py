"""What a change of the calendars means for the due dates of open assignments."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, select
from sqlmodel import Session, col

from models import Assignment, Measure, UnitTag
from queries.assignments.still_open import OWING
from queries.campaigns.measures import list_levels_of
from rules.dates.calendar import SHANGHAI, Calendar, Calendars, local_date
from rules.dates.due import dates_of, final_date_of

NO_TAG = -1


@dataclass(frozen=True)
class OpenGroup:
    """Assignments that owe an answer and have the same dates: one measure, period, level, day of
    receipt and calendar. The dates are those of the due rule; dates that somebody has set apart
    (earlier ones, extensions) are in no group."""

    measure_id: int
    title: str
    period: str
    level: str
    root: bool
    """The issuer's own assignment."""
    received: date
    tag: int
    """The place of the tag whose calendar counts; `NO_TAG`: the plain calendar."""
    units: int
    due_on: date
    to_on: date
    """The due date by the calendars after the change."""

    @property
    def gains(self) -> bool:
        return self.to_on > self.due_on

    def chosen(self, tags: Sequence[str]) -> ColumnElement[bool]:
        """The clause for the assignments of the group."""
        issued = col(Assignment.issued_at)
        start = datetime.combine(self.received, time(), SHANGHAI).astimezone(UTC)
        return and_(
            col(Assignment.measure_id) == self.measure_id,
            col(Assignment.period) == self.period,
            col(Assignment.level) == self.level,
            col(Assignment.parent_id).is_(None) == self.root,
            col(Assignment.due_on) == self.due_on,
            issued >= start,
            issued < start + timedelta(days=1),
            _tag_of(tags) == self.tag,
        )


def list_effects(
    session: Session, before: Calendars, after: Calendars, today: date
) -> list[OpenGroup]:
    """The groups whose date moves when `after` takes the place of `before`; three statements.

    No date comes earlier than `today`.
    """
    tags = list(after.tagged)
    rows = session.execute(_groups(tags)).all()
    ids = {row.measure_id for row in rows}
    measures = {row.id: row for row in session.scalars(_measures(ids))} if ids else {}
    levels = list_levels_of(session, ids) if ids else {}
    found = (
        _moved(row, measures[row.measure_id], levels[row.measure_id], (before, after), today)
        for row in _folded(rows)
    )
    return [group for group in found if group is not None]


@dataclass(frozen=True)
class _Found:
    """One row of the statement, with the day of receipt instead of the moment."""

    measure_id: int
    period: str
    level: str
    root: bool
    due_on: date
    tag: int
    received: date
    units: int


def _folded(rows: Collection[Any]) -> Iterator[_Found]:
    """The rows, with those of one day of receipt together."""
    counts: dict[tuple[Any, ...], int] = {}
    for row in rows:
        key = (*row[:6], local_date(row.issued_at))
        counts[key] = counts.get(key, 0) + row.units
    for key, units in counts.items():
        measure_id, period, level, root, due_on, tag, received = key
        yield _Found(measure_id, period, level, bool(root), due_on, tag, received, units)


def _moved(
    row: _Found,
    measure: Measure,
    levels: list[str],
    calendars: tuple[Calendars, Calendars],
    today: date,
) -> OpenGroup | None:
    tag = list(calendars[1].tagged)[row.tag] if row.tag != NO_TAG else ""
    old, new = (_due(row, measure, levels, kept.of([tag])) for kept in calendars)
    to_on = new if new is None else max(new, min(row.due_on, today))
    if old != row.due_on or to_on is None or to_on == row.due_on:
        return None
    return OpenGroup(
        row.measure_id, measure.title, row.period, row.level, row.root, row.received, row.tag,
        row.units, row.due_on, to_on,
    )  # fmt: skip


def _due(row: _Found, measure: Measure, levels: list[str], calendar: Calendar) -> date | None:
    """The date of the measure's rule; None for a level that the measure does not reach."""
    how: dict[str, Any] = {"period": row.period, "received": row.received, "calendar": calendar}
    if row.root:
        return final_date_of(measure, **how)
    return dates_of(measure, levels, **how).get(row.level)


def _groups(tags: Sequence[str]) -> Any:
    columns = (
        col(Assignment.measure_id),
        col(Assignment.period),
        col(Assignment.level),
        col(Assignment.parent_id).is_(None).label("root"),
        col(Assignment.due_on),
        _tag_of(tags).label("tag"),
        col(Assignment.issued_at),
    )
    return (
        select(*columns, func.count().label("units"))
        .where(OWING)
        .group_by(*columns)
        .order_by(*columns)
    )


def _tag_of(tags: Sequence[str]) -> ColumnElement[int]:
    """The place of the first of these tags that the assignment's unit carries, or `NO_TAG`."""
    if not tags:
        return literal(NO_TAG)
    carried = [
        (exists().where(col(UnitTag.unit_id) == Assignment.unit_id, col(UnitTag.tag) == tag), place)
        for place, tag in enumerate(tags)
    ]
    return case(*carried, else_=NO_TAG)


def _measures(ids: Collection[int]) -> Any:
    return select(Measure).where(col(Measure.id).in_(ids))
