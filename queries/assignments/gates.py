"""When the gate at which an assignment waits opens by itself."""

from datetime import date

from sqlmodel import Session

from adapters.settings import get_settings
from queries.assignments.visible_assignments import Seen
from queries.campaigns.measures import list_levels_of
from queries.units.calendars import get_calendars
from rules.dates.gates import Opening, Way, opening


def find_opening(session: Session, seen: Seen, today: date) -> Opening | None:
    """When the assignment goes down by itself; None: it waits at no gate. At most one statement."""
    assignment, measure = seen.assignment, seen.measure
    if assignment.passes_on_on is None or assignment.released_at is not None:
        return None
    levels = list_levels_of(session, [measure.id])[measure.id]
    calendar = get_calendars(session).plain
    return opening(
        Way.of(measure, levels, assignment.period, calendar),
        assignment.level,
        own=assignment.passes_on_on,
        lower_due_on=assignment.lower_due_on,
        floor=get_settings().floor_workdays,
        today=today,
    )
