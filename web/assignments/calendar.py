"""The calendar of a unit's due dates: a month on a page, and a feed for calendar programs."""

from __future__ import annotations

import hmac
import re
from calendar import Calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from fastapi import APIRouter, Request, Response

from adapters.icalendar_file import DueEvent, icalendar_file
from adapters.language import tell_period
from adapters.signing import keyed_digest
from models import CalendarFeed
from queries.assignments.due_calendar import (
    DueAssignment,
    find_fed_unit,
    find_own_feed,
    list_due,
    list_due_between,
)
from rules.assignments.states import UNSENT
from rules.dates.calendar import WEEKDAY_NAMES
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_
from services.assignments.calendar_feeds import make_feed, revoke_feed
from web.edge.doors.public_address import public_address
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.viewer.context import SignedIn
from web.edge.viewer.language import words_of
from web.edge.viewer.transactions import OpenSession

router = APIRouter()
_MONTH = re.compile(r"(20[0-9]{2})-?(0[1-9]|1[0-2])")
_SECRET_DIGITS = 40


@dataclass(frozen=True)
class DueDay:
    """A day of the month's table."""

    day: date
    within: bool
    """The day belongs to the month, not to the month before or after."""
    works: bool
    due: Sequence[DueAssignment] = ()


@dataclass(frozen=True)
class CalendarPage(Page):
    """One month of due dates."""

    TEMPLATE = "pages/assignments/calendar.html"

    month: date
    """The first day of the month."""
    before: str
    after: str
    today: date
    weekdays: Mapping[int, str]
    weeks: Sequence[Sequence[DueDay]]
    days: Sequence[DueDay]
    """The days on which something is due."""
    late: frozenset[int]
    """The assignments that are overdue."""
    published: bool
    """The holidays of the month are known."""
    feed: str
    """The address of the account's feed; empty: there is none."""


@router.get("/calendar")
def show_month(context: SignedIn, month: str = "") -> Response:
    """A month of the unit's due dates; without `month` (2026-12) the present one."""
    first = _first_of(month) or context.today.replace(day=1)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    due = list_due_between(context.session, context.viewer.unit_id, weeks[0][0], weeks[-1][-1])
    by_day = {day: list(found) for day, found in groupby(due, lambda row: row.due_on)}
    drawn = [
        [_day(context.calendar.is_workday, day, first, by_day) for day in week] for week in weeks
    ]
    page = CalendarPage(
        month=first,
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{first + timedelta(days=31):%Y-%m}",
        today=context.today,
        weekdays=WEEKDAY_NAMES,
        weeks=drawn,
        days=[day for week in drawn for day in week if day.within and day.due],
        late=frozenset(row.id for row in due if _is_late(row, context.today)),
        published=first <= context.calendar.known_until,
        feed=_feed_address(context.request, find_own_feed(context.session, context.actor.id)),
    )
    return render(context.request, page)


def _first_of(month: str) -> date | None:
    found = _MONTH.fullmatch(month)
    return date(int(found[1]), int(found[2]), 1) if found else None


def _day(
    works: Callable[[date], bool],
    day: date,
    first: date,
    by_day: Mapping[date, Sequence[DueAssignment]],
) -> DueDay:
    return DueDay(day, day.month == first.month, works(day), by_day.get(day, ()))


def _is_late(row: DueAssignment, today: date) -> bool:
    return row.due_on < today and row.status in UNSENT and row.closed_at is None


@router.post("/calendar/feed")
def make_address(context: SignedIn) -> Response:
    """Make the address for calendar programs."""
    make_feed(context.session, actor=context.actor, now=context.now)
    return back_to("/calendar", N_("订阅地址已生成，请只放进自己的日历软件，不要转发。"))


@router.post("/calendar/feed/revoke")
def revoke_address(context: SignedIn) -> Response:
    """Stop the address for calendar programs."""
    revoke_feed(context.session, actor=context.actor, now=context.now)
    return back_to("/calendar", N_("订阅地址已停用，原来的地址不再显示任何内容。"))


@router.get("/calendar/{feed_id}-{secret}.ics")
def fetch_feed(request: Request, session: OpenSession, feed_id: int, secret: str) -> Response:
    """What the unit owes, for whoever has the address; 404 for a revoked or a wrong address."""
    unit = find_fed_unit(session, feed_id) if _is_secret(feed_id, secret) else None
    if unit is None:
        raise NotFound
    words, address = words_of(request), public_address(request)
    events = [
        DueEvent(
            key=f"assignment-{row.id}@jieli",
            day=row.due_on,
            summary=" ".join(filter(None, [row.title, tell_period(row.period, words.language)])),
            description=row.campaign,
            url=f"{address}/assignments/{row.id}",
            since=row.issued_at,
        )
        for row in list_due(session, unit.id)
    ]
    name = words.say(N_("接力待办：%(unit)s"), unit=unit.name)
    headers = {"Cache-Control": "private, max-age=600"}
    return Response(icalendar_file(name, events), media_type="text/calendar", headers=headers)


def _feed_address(request: Request, feed: CalendarFeed | None) -> str:
    if feed is None:
        return ""
    return f"{public_address(request)}/calendar/{feed.id}-{_secret(feed.id)}.ics"


def _secret(feed_id: int) -> str:
    return keyed_digest("calendar feed")(str(feed_id))[:_SECRET_DIGITS]


def _is_secret(feed_id: int, secret: str) -> bool:
    return hmac.compare_digest(_secret(feed_id).encode(), secret.encode())
