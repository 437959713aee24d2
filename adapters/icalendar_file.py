"""Due dates as an iCalendar file (RFC 5545), for calendar programs."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from icalendar import Event

FETCH_AGAIN = timedelta(hours=4)
"""How long calendar programs should wait before they fetch the file again."""


class DueEvent(NamedTuple):
    """A whole day on which something is due."""

    key: str
    """The same for the same thing in every file."""
    day: date
    summary: str
    description: str
    url: str
    since: datetime
    """When it became known, UTC-aware."""


def icalendar_file(name: str, events: Iterable[DueEvent]) -> bytes:
    """The content of the file; calendar programs show `name`."""
    # Takes as long to import as a page takes to draw: only who asks for a file waits for it.
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Jieli//Due dates//ZH")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("name", name)
    calendar.add("refresh-interval", FETCH_AGAIN, {"value": "DURATION"})
    for event in events:
        calendar.add_component(_component(event))
    return bytes(calendar.to_ical())


def _component(event: DueEvent) -> "Event":
    from icalendar import Event

    component = Event()
    component.add("uid", event.key)
    component.add("dtstamp", event.since)
    component.add("dtstart", event.day)
    component.add("summary", event.summary)
    component.add("description", event.description)
    component.add("url", event.url)
    component.add("transp", "TRANSPARENT")
    return component
