"""Calendars of working days: a year of one, what a change would move, and the change itself."""

from __future__ import annotations

from calendar import Calendar as Weeks
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from adapters.table_process import table_apart
from models import CalendarChange, CalendarDay, DayKind, WorkCalendar
from queries.assignments.calendar_effects import OpenGroup, list_effects
from queries.units.calendars import (
    count_with_two,
    get_calendars,
    get_proposed,
    list_calendar_changes,
    list_calendar_days,
)
from queries.units.calendars import list_work_calendars as list_kept
from queries.units.units import list_tags
from rules.accounts.permissions import Right
from rules.accounts.predicates import Subject
from rules.dates.calendar import PUBLISHED, PUBLISHED_NAMES, WEEKDAY_NAMES, Calendar
from rules.dates.due import YEARS
from rules.sentences.refusal import N_, Refusal
from rules.units.calendar_list import KIND_NAMES, DayRow, read_days
from rules.units.list_refused import ListRefused
from services.units.work_calendars import (
    PLAIN_NAME,
    change_days,
    keep_calendars,
    make_calendar,
)
from web.edge.pages.exports import Column, exported, wants_file
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.packed_upload import content_of
from web.edge.requests.posted import Posted
from web.edge.requests.waiting import Crowded, waiting_of
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.language import words_of
from web.edge.viewer.security import Viewer, read_id, which_office
from web.edge.viewer.transactions import Look, Now
from web.units.typed_days import AS_USUAL, WantedDays, published_after, read_typed, unpack

router = APIRouter()
COLUMNS = (Column(N_("日期"), 14), Column(N_("安排"), 10), Column(N_("名称"), 20))
CHANGES = 10
"""How many of the latest changes the page tells."""
KINDS: dict[str, str] = {
    **{str(k): v for k, v in KIND_NAMES.items()},
    AS_USUAL: N_("照平常（取消标注）"),
}
UNTIL = "published"


@dataclass(frozen=True)
class SentDays:
    """What was sent: days, or what is wrong with them, in finished sentences."""

    wanted: WantedDays | None = None
    refusal: str = ""
    faults: tuple[str, ...] = ()
    more: int = 0
    status: int = 200


async def read_sent(request: Request, look: Look, now: Now, posted: Posted) -> SentDays:
    """Read the days, and a file apart, before the transaction begins."""
    await look(lambda session: require_top(which_office(request, session, now)))
    words = words_of(request)
    try:
        if not _has_file(posted):
            return SentDays(_typed(posted))
        return SentDays(await waiting_of(request).offices.run(partial(_read_file, posted)))
    except Crowded as crowded:
        return SentDays(refusal=words.say(crowded.sentence), status=503)
    except ListRefused as refused:
        faults = tuple(words.say(fault.placed()) for fault in refused.faults)
        return SentDays(None, words.say(refused), faults, refused.more, 422)
    except Refusal as refusal:
        return SentDays(refusal=words.say(refusal), status=422)


def _has_file(posted: FormData) -> bool:
    return bool(getattr(posted.get("file"), "filename", ""))


def _text(posted: FormData, name: str) -> str:
    found = posted.get(name)
    return found if isinstance(found, str) else ""


def _typed(posted: FormData) -> WantedDays:
    if packed := _text(posted, "days"):
        return unpack(packed, _text(posted, "until"))
    if year := _text(posted, UNTIL):
        found = published_after(int(year) if year.isdecimal() and len(year) == 4 else 0)
        if found is not None:
            return found
    if known := _text(posted, "known"):
        return unpack("", known)
    names = ("first", "last", "kind", "name")
    return read_typed({name: _text(posted, name) for name in names})


def _read_file(posted: FormData) -> WantedDays:
    table = table_apart(content_of(posted, none=N_("请选择日历文件。")), "days")
    return WantedDays({row.day: row for row in read_days(table.lines)})


def require_top(viewer: Viewer) -> None:
    """Only the office at the top of the tree looks after the calendars."""
    if not viewer.may(Right.CHANGE_CALENDAR, Subject()):
        raise HTTPException(404)


@dataclass(frozen=True)
class MeasureEffect:
    """What a change would do to the open due dates of one measure."""

    measure_id: int
    title: str
    gain: int
    """Units whose date moves to a later day."""
    lose: int
    """Units whose date would come earlier."""


@dataclass(frozen=True)
class Proposal:
    """A change that is shown before it is made."""

    wanted: WantedDays
    changes: Sequence[tuple[date, str, str]]
    """Day, what it is now, and what it would be, in words."""
    same: int
    """Days that stay what they are."""
    effects: Sequence[MeasureEffect]

    @property
    def gain(self) -> int:
        return sum(effect.gain for effect in self.effects)

    @property
    def lose(self) -> int:
        return sum(effect.lose for effect in self.effects)


@dataclass(frozen=True)
class MonthGrid:
    """A month: its weeks, with days of other months, and whether offices work on each day."""

    first: date
    weeks: Sequence[Sequence[tuple[date, bool]]]
    marked: Sequence[CalendarDay | DayRow]
    """The days of the month that differ."""


@dataclass(frozen=True)
class WorkCalendarPage(Page):
    """A year of one calendar; a change that was proposed; what has been changed lately."""

    TEMPLATE = "pages/units/work_calendar.html"

    calendars: Sequence[WorkCalendar]
    own: WorkCalendar
    year: int
    known: int
    """The last year whose holidays and make-up days are known."""
    months: Sequence[MonthGrid]
    two: int
    """Units that carry several tags with a calendar."""
    tags: Sequence[tuple[str, str]]
    """Code and name of the tags without a calendar."""
    newer: int | None
    """The newest year that the product knows and the calendar does not."""
    changes: Sequence[tuple[CalendarChange, str, str]]
    sent: SentDays
    proposal: Proposal | None
    typed: Mapping[str, str]
    kinds: Mapping[str, str]
    kind_choices: Sequence[tuple[str, str]]
    weekdays: Mapping[int, str] = field(default_factory=lambda: WEEKDAY_NAMES)


@router.get("/work-calendar")
def show_work_calendar(context: Officer, year: str = "", calendar: str = "") -> Response:
    """A year of one calendar; without `year` the present one, without `calendar` the plain one."""
    require_top(context.viewer)
    if wants_file(context.query):
        return _export(context, _own(_kept(context.session), calendar))
    return _page(context, year, calendar, SentDays())


def _export(context: Context, own: WorkCalendar) -> Response:
    """All days of a calendar, as the same page takes them in again."""
    say = context.words.say
    days = _days(context.session, own)
    rows = ((day.day.isoformat(), say(KIND_NAMES[day.kind]), day.name) for day in days)
    return exported(context, say(own.name), COLUMNS, rows)


@router.post("/work-calendar")
def change_work_calendar(
    sent: Annotated[SentDays, Depends(read_sent)], context: Officer, posted: Posted
) -> Response:
    """Show what the change would move; after the confirmation, make the change."""
    require_top(context.viewer)
    keep_calendars(context.session, actor=context.actor, now=context.now)
    year, calendar = _text(posted, "year"), _text(posted, "calendar")
    if sent.wanted is None or posted.get("do") != "change":
        return _page(context, year, calendar, sent, posted)
    own = _own(list_kept(context.session), calendar)
    change = change_days(
        context.session, own.id, sent.wanted.days, until=sent.wanted.until,
        shortens=posted.get("shortens") == "yes", actor=context.actor, now=context.now,
    )  # fmt: skip
    said = N_("日历已改。未办结任务的截止日期正在重新计算，变动会告诉各单位。")
    back = f"/work-calendar?year={year}&calendar={own.id}"
    return back_to(back, said if change else N_("没有不同的日子，日历没有改动。"))


@router.post("/work-calendar/calendars")
def make_own_calendar(context: Officer, posted: Posted) -> Response:
    """Make the calendar of the units with a tag."""
    require_top(context.viewer)
    try:
        made = make_calendar(
            context.session, _text(posted, "name"), _text(posted, "tag"),
            actor=context.actor, now=context.now,
        )  # fmt: skip
    except Refusal as refusal:
        sent = SentDays(refusal=context.words.say(refusal), status=422)
        return _page(context, "", "", sent, posted)
    back = f"/work-calendar?calendar={made.id}"
    return back_to(back, N_("已建立日历“%(name)s”。没有写的日子照通用日历。"), name=made.name)


def _kept(session: Session) -> Sequence[WorkCalendar]:
    """The stored calendars; before the first change what is published, which nobody has stored."""
    published = WorkCalendar(name=PLAIN_NAME, known_until=PUBLISHED.known_until.year)
    return list_kept(session) or [published]


def _days(
    session: Session, own: WorkCalendar, year: int | None = None
) -> Sequence[CalendarDay | DayRow]:
    """The days of a calendar that differ, of one year or of all, in order."""
    if own.id is not None:
        return list_calendar_days(session, own.id, year)
    published = sorted(PUBLISHED.days.items())
    return [
        DayRow(day, DayKind.WORKING_DAY if works else DayKind.DAY_OFF, PUBLISHED_NAMES[day])
        for day, works in published
        if year is None or day.year == year
    ]


def _own(kept: Sequence[WorkCalendar], typed: str) -> WorkCalendar:
    wanted = read_id(typed) if typed else None
    found = next((row for row in kept if row.id == wanted), None) if typed else kept[0]
    if found is None:
        raise HTTPException(404)
    return found


def _page(
    context: Context, year: str, calendar: str, sent: SentDays, posted: FormData | None = None
) -> Response:
    session = context.session
    kept = _kept(session)
    own, shown = _own(kept, calendar), _year(year, context.today.year)
    calendars = get_calendars(session)
    worked = calendars.of([own.tag]) if own.tag else calendars.plain
    known = calendars.plain.known_until.year
    newer = published_after(known)
    page = WorkCalendarPage(
        calendars=kept,
        own=own,
        year=shown,
        known=known,
        months=_months(worked, shown, _days(session, own, shown)),
        two=count_with_two(session) if len(kept) > 2 else 0,
        tags=[pair for pair in _tag_names(context) if pair[0] not in calendars.tagged],
        newer=newer.until if newer else None,
        changes=list_calendar_changes(session, limit=CHANGES),
        sent=sent,
        proposal=_propose(context, own, worked, sent.wanted) if sent.wanted else None,
        typed={name: _text(posted, name) for name in _NAMES} if posted else {},
        kinds=KINDS,
        kind_choices=[(kind, context.words.say(name)) for kind, name in KINDS.items()],
    )
    return render(context.request, page, status=sent.status)


_NAMES = ("first", "last", "kind", "name", "tag")


def _tag_names(context: Context) -> list[tuple[str, str]]:
    name = "name_en" if context.words.language == "en" else "name"
    return [(tag.code, getattr(tag, name)) for tag in list_tags(context.session)]


def _year(typed: str, today: int) -> int:
    return int(typed) if typed.isdecimal() and len(typed) == 4 and int(typed) in YEARS else today


def _months(
    calendar: Calendar, year: int, marked: Sequence[CalendarDay | DayRow]
) -> list[MonthGrid]:
    return [
        MonthGrid(
            date(year, month, 1),
            [
                [(day, calendar.is_workday(day)) for day in week]
                for week in Weeks().monthdatescalendar(year, month)
            ],
            [day for day in marked if day.day.month == month],
        )
        for month in range(1, 13)
    ]


def _propose(context: Context, own: WorkCalendar, worked: Calendar, wanted: WantedDays) -> Proposal:
    session, say = context.session, context.words.say
    before = get_calendars(session)
    until = wanted.until or before.plain.known_until.year
    after = get_proposed(session, own.id, wanted.works, until)
    becomes = after.of([own.tag]) if own.tag else after.plain

    def told(calendar: Calendar, day: date) -> str:
        kind = DayKind.WORKING_DAY if calendar.is_workday(day) else DayKind.DAY_OFF
        return say(KIND_NAMES[kind])

    return Proposal(
        wanted,
        [
            (day, told(worked, day), told(becomes, day))
            for day in sorted(wanted.days)
            if worked.is_workday(day) != becomes.is_workday(day)
        ],
        sum(worked.is_workday(day) == becomes.is_workday(day) for day in wanted.days),
        _by_measure(list_effects(session, before, after, context.today)),
    )


def _by_measure(groups: Sequence[OpenGroup]) -> list[MeasureEffect]:
    found: dict[int, list[OpenGroup]] = {}
    for group in groups:
        found.setdefault(group.measure_id, []).append(group)
    return [
        MeasureEffect(
            measure_id,
            own[0].title,
            sum(group.units for group in own if group.gains),
            sum(group.units for group in own if not group.gains),
        )
        for measure_id, own in found.items()
    ]
