"""Calendars of working days: they are made, and their days are changed.

A change is stored at once, and holds at once for every date that is worked out from then on. Due
dates that are there follow afterwards, part by part (`services.assignments.calendar_moves`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from models import (
    Account,
    CalendarChange,
    CalendarDay,
    ChangedDay,
    DayKind,
    Tag,
    WorkCalendar,
)
from queries.units.calendars import forget_calendars, list_work_calendars
from queries.units.visibility import find_unit_of
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.dates.calendar import PUBLISHED, PUBLISHED_NAMES
from rules.forms.field_values import clean_text
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal
from rules.units.calendar_list import LONGEST_NAME, DayRow

PLAIN_NAME = N_("通用日历")


def keep_calendars(session: Session, *, actor: Account | None, now: datetime) -> WorkCalendar:
    """The calendar of all units that have none of their own. The first time it is filled with what
    is published; no date changes by that."""
    require(actor, Right.CHANGE_CALENDAR, Subject(), at=find_unit_of(session, actor))
    plain = session.exec(select(WorkCalendar).where(col(WorkCalendar.tag).is_(None))).one_or_none()
    if plain is not None:
        return plain
    until = PUBLISHED.known_until.year
    plain = WorkCalendar(name=PLAIN_NAME, known_until=until)
    session.add(plain)
    session.flush()
    days = [
        DayRow(day, _kind(works), PUBLISHED_NAMES[day]) for day, works in PUBLISHED.days.items()
    ]
    _write(session, plain.id, days)
    _record(session, (), until, until, actor=None, now=now, done_at=now)
    return plain


def make_calendar(
    session: Session, name: str, tag: str, *, actor: Account | None, now: datetime
) -> WorkCalendar:
    """Make the calendar of the units with a tag; it has no days yet. Raises `Refusal`."""
    require(actor, Right.CHANGE_CALENDAR, Subject(), at=find_unit_of(session, actor))
    named = clean_text(name, multiline=False)
    if not named or len(named) > LONGEST_NAME:
        raise Refusal(N_("请填写日历的名称，最多 %(longest)d 个字。"), longest=LONGEST_NAME)
    if session.get(Tag, tag) is None:
        raise Refusal(N_("请选择这份日历用于哪个标签的单位。"))
    plain = keep_calendars(session, actor=actor, now=now)
    if session.exec(select(WorkCalendar).where(col(WorkCalendar.tag) == tag)).one_or_none():
        raise Refusal(N_("这个标签已经有日历了。"))
    made = WorkCalendar(name=named, tag=tag)
    session.add(made)
    session.flush()
    known = plain.known_until or PUBLISHED.known_until.year
    _record(session, (), known, known, actor=actor, now=now, done_at=now)
    return made


def change_days(
    session: Session,
    calendar_id: int,
    days: Mapping[date, DayRow | None],
    *,
    until: int | None = None,
    shortens: bool = False,
    actor: Account | None,
    now: datetime,
) -> CalendarChange | None:
    """Change days of a calendar; None: the day is as any other of its weekday. Returns the change;
    None where nothing differs.

    `until`: the last year that is known from now on; None: as before. `shortens`: due dates that
    are there may come earlier, too.
    """
    require(actor, Right.CHANGE_CALENDAR, Subject(), at=find_unit_of(session, actor))
    plain = keep_calendars(session, actor=actor, now=now)
    calendar = session.get(WorkCalendar, calendar_id, with_for_update=True)
    if calendar is None:
        raise NotFound
    before = {day.day: day.kind for day in _days_of(session, calendar_id, days)}
    known = plain.known_until or PUBLISHED.known_until.year
    after = known if until is None else until
    changed = tuple(
        ChangedDay(calendar_id, day, _works(before.get(day)), _works(row.kind if row else None))
        for day, row in days.items()
    )
    differing = tuple(day for day in changed if day.before != day.after)
    _write(session, calendar_id, days.values(), instead_of=days)
    if not differing and after == known:
        return None
    plain.known_until = after
    return _record(session, differing, known, after, shortens=shortens, actor=actor, now=now)


def _days_of(session: Session, calendar_id: int, days: Iterable[date]) -> Iterable[CalendarDay]:
    """The stored days among `days`; one statement, because a list of days is not long."""
    wanted = select(CalendarDay).where(
        col(CalendarDay.calendar_id) == calendar_id, col(CalendarDay.day).in_(list(days))
    )
    return session.exec(wanted).all()


def _write(
    session: Session,
    calendar_id: int,
    rows: Iterable[DayRow | None],
    instead_of: Iterable[date] = (),
) -> None:
    old = delete(CalendarDay).where(
        col(CalendarDay.calendar_id) == calendar_id, col(CalendarDay.day).in_(list(instead_of))
    )
    session.execute(old)
    new = [{"calendar_id": calendar_id, **row._asdict()} for row in rows if row]
    if new:
        session.execute(insert(CalendarDay), new)


def _record(
    session: Session,
    days: tuple[ChangedDay, ...],
    known_before: int,
    known_after: int,
    *,
    shortens: bool = False,
    actor: Account | None,
    now: datetime,
    done_at: datetime | None = None,
) -> CalendarChange:
    session.flush()
    change = CalendarChange(
        at=now, account_id=actor.id if actor else None, days=days, known_before=known_before,
        known_after=known_after, digest=_digest(session), shortens=shortens, done_at=done_at,
    )  # fmt: skip
    session.add(change)
    session.flush()
    forget_calendars(session)
    return change


def _digest(session: Session) -> str:
    """Of all that the calendars hold: two calendars with the same digest are the same."""
    content = sha256()
    for calendar in list_work_calendars(session):
        content.update(f"{calendar.tag}|{calendar.name}|{calendar.known_until}\n".encode())
        days = select(CalendarDay).where(col(CalendarDay.calendar_id) == calendar.id)
        for day in session.exec(days.order_by(col(CalendarDay.day))):
            content.update(f"{day.day}{day.kind}\n".encode())
    return content.hexdigest()


def _kind(works: bool) -> DayKind:
    return DayKind.WORKING_DAY if works else DayKind.DAY_OFF


def _works(kind: DayKind | None) -> bool | None:
    return None if kind is None else kind == DayKind.WORKING_DAY
