"""The due dates of every level, if a measure were released on a given day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlmodel import Session

from models import Measure
from queries.campaigns.measures import list_addressed
from queries.units.calendars import get_calendars
from queries.units.unit_groups import list_groups_below
from rules.dates.calendar import Calendar
from rules.dates.due import dates_of, due_dates, parse_due
from rules.dates.floor import workdays_left


class OwnDates(NamedTuple):
    """The dates by the calendar of a tag."""

    calendar: Calendar
    dates: Mapping[str, date]
    """Level at which units with the tag are reached → its due date."""


@dataclass(frozen=True)
class LevelDates:
    """Each level's due date. `levels` in the mappings are codes, from the top down."""

    calendar: Calendar
    """Of the units that have none of their own."""
    dates: Mapping[str, date]
    """Empty where the measure reaches no level."""
    moved: Mapping[str, date]
    """Level → the day off that its date was before it became the working day before."""
    own: Sequence[OwnDates]
    """By each calendar of a tag."""

    @property
    def off(self) -> dict[str, date]:
        """The levels whose date is a day off."""
        return {
            level: day for level, day in self.dates.items() if not self.calendar.is_workday(day)
        }

    def tightest(self, today: date) -> OwnDates:
        """The calendar by which the lowest level has the fewest working days, with its date."""
        lowest = list(self.dates)[-1:]
        every = [OwnDates(self.calendar, self.dates), *self.own]
        reached = [
            (own, own.dates[level]) for own in every for level in lowest if level in own.dates
        ]
        own, day = min(reached, key=lambda found: workdays_left(found[0].calendar, today, found[1]))
        return OwnDates(own.calendar, {lowest[0]: day})


def get_level_dates(
    session: Session, measure: Measure, levels: Sequence[str], *, period: str, received: date
) -> LevelDates:
    """The dates of `levels`, the codes of those below the issuer, from the top down.

    Two statements more, if any tag has a calendar. The measure has a due rule and `levels` are
    some.
    """
    calendars, codes = get_calendars(session), list(levels)
    when = {"period": period, "received": received}

    def dates_by(calendar: Calendar) -> dict[str, date]:
        return dates_of(measure, codes, **when, calendar=calendar)  # type: ignore[arg-type]

    plain = dates_by(calendars.plain)
    carried = _carried(session, measure) if calendars.tagged else {}
    return LevelDates(
        calendar=calendars.plain,
        dates=plain,
        moved=_moved(measure, codes, plain, period, received, calendars.plain),
        own=[
            OwnDates(
                calendar,
                {code: day for code, day in dates_by(calendar).items() if code in carried[tag]},
            )
            for tag, calendar in calendars.tagged.items()
            if tag in carried
        ],
    )


def _carried(session: Session, measure: Measure) -> dict[str, set[str]]:
    """Tag → the levels at which units with the tag are reached."""
    addressees, found = list_addressed(session, measure.id), dict[str, set[str]]()
    for group in list_groups_below(session, measure.unit_id):
        if group.in_scope(addressees):
            for tag in group.tags:
                found.setdefault(tag, set()).add(group.level)
    return found


def _moved(
    measure: Measure,
    levels: list[str],
    dates: Mapping[str, date],
    period: str,
    received: date,
    calendar: Calendar,
) -> dict[str, date]:
    if not measure.off_to_before:
        return {}
    unmoved = due_dates(
        parse_due(measure.due_rule), levels,
        period=period, received=received, review_days=measure.review_days, calendar=calendar,
    )  # fmt: skip
    return {
        level: day
        for level, day in unmoved.items()
        if not calendar.is_workday(day) and dates[level] < day
    }
