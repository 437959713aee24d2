"""What falls due at the units addressed in the coming days, beside the date that is proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from adapters.settings import get_settings
from models import Level, Measure
from queries.campaigns.congestion import list_alike, list_due_work
from rules.campaigns.congestion import ROOM, WITHOUT_FORM, DayLoad, day_loads, day_with_room
from rules.dates.calendar import Calendar
from services.campaigns.measures import EDITABLE
from web.edge.viewer.context import Context

DAYS = 20
"""The working days that are looked at."""


@dataclass(frozen=True)
class Congestion:
    """The coming days at the units of one level that the measure is meant for."""

    level: Level
    days: Sequence[DayLoad]
    minutes: int
    """What the measure itself takes one unit."""
    wanted: date
    """The due date of the level."""
    proposed: DayLoad | None
    """None: the date that is wanted has room, or lies beyond the days."""
    own_date: date | None
    """The office's own date that gives the level the proposed one."""

    @property
    def found(self) -> DayLoad | None:
        """The day that is wanted; None where it is not among the days."""
        return next((load for load in self.days if load.day == self.wanted), None)

    @property
    def highest(self) -> int:
        """The minutes of the fullest day with the measure itself: the top of the picture."""
        return max(*(load.high for load in self.days), ROOM) + self.minutes


def read_congestion(
    context: Context,
    measure: Measure,
    levels: Sequence[tuple[Level, date | None, int]],
    minutes: int,
) -> Congestion | None:
    """The next working days at the units of the lowest level that answers. None after the release,
    and without a date; a constant number of statements.

    `levels`: each level with its due date and with the number of its units that answer, from the
    top down. `minutes`: what the form takes, 0 without a form.
    """
    dated = [(level, day, answering) for level, day, answering in levels if day]
    answering = [(level, day) for level, day, count in dated if count]
    if not answering or measure.status not in EDITABLE:
        return None
    level, wanted = answering[-1]
    loads, taken = _loads(context, measure, level), minutes or WITHOUT_FORM
    calendar = context.calendar
    earliest = calendar.add_workdays(context.today, get_settings().floor_workdays + 1)
    near = wanted <= loads[-1].day
    best = day_with_room(loads, taken, wanted, earliest) if near else None
    proposed = best if best and best.day != wanted else None
    later = calendar.workdays_between(wanted, dated[0][1])
    own_date = calendar.add_workdays(proposed.day, later) if proposed else None
    return Congestion(level, loads, taken, wanted, proposed, own_date)


def _loads(context: Context, measure: Measure, level: Level) -> list[DayLoad]:
    """What falls due besides the measure itself."""
    session, own = context.session, context.viewer.unit
    days = next_workdays(context.calendar, context.today)
    due = list_due_work(session, own, level.code, days[0], days[-1])
    work = [row for row in due if row.measure_id != measure.id]
    ids = {row.measure_id for row in work} | {measure.id}
    return day_loads(list_alike(session, own, level.code, ids), measure.id, work, days)


def next_workdays(calendar: Calendar, today: date) -> list[date]:
    """The next working days, from the one after today on."""
    days = [calendar.add_workdays(today, 1)]
    while len(days) < DAYS:
        days.append(calendar.add_workdays(days[-1], 1))
    return days
