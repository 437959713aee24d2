"""What the dates of a measure's levels mean for its release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from adapters.settings import get_settings
from models import Level
from queries.campaigns.level_dates import LevelDates
from queries.units.calendars import get_calendars
from web.edge.viewer.context import Context
from web.edge.viewer.language import level_names


def dated_facts(
    context: Context, found: LevelDates | None, levels: Sequence[Level]
) -> dict[str, Any]:
    """The part of `ReleaseFacts` that comes from dates. `found` None: there are no dates."""
    floor, today = get_settings().floor_workdays, context.today
    if found is None:
        plain = get_calendars(context.session).plain
        return {"due_on": None, "today": today, "calendar": plain, "floor": floor}
    names = level_names(levels, context.words.language)

    def named(dates: Mapping[str, date]) -> dict[str, date]:
        return {names[level]: day for level, day in dates.items()}

    tightest = found.tightest(today)
    (due_on,) = tightest.dates.values()
    return {
        "due_on": due_on, "today": today, "calendar": tightest.calendar, "floor": floor,
        "dates": named(found.dates), "off": named(found.off), "moved": named(found.moved),
    }  # fmt: skip
