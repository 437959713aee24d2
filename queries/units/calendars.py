"""The calendars of the installation, and which of them a unit goes by.

Calendars change a few times a year and are asked for on every page. A process keeps them by the
digest of their content, which the statement that finds a signed-in account brings along
(`note_digest`); other transactions read the digest once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ScalarSelect
from sqlmodel import Session, col, select

from models import Assignment, CalendarChange, CalendarDay, DayKind, UnitTag, WorkCalendar
from rules.dates.calendar import PUBLISHED, Calendar, Calendars

_KEPT: dict[str, Calendars] = {"": Calendars()}
"""Digest → the calendars with that content. Without a change they are those that are published."""
_MOST_KEPT = 20
_DIGEST, _CALENDARS = "digest of calendars", "calendars"


def newest_digest() -> ScalarSelect[str]:
    """The digest of the calendars, as a column of another statement."""
    newest = select(CalendarChange.digest).order_by(col(CalendarChange.id).desc()).limit(1)
    return newest.scalar_subquery()


def note_digest(session: Session, digest: str | None) -> None:
    """Tell the session which calendars hold, so that it need not ask."""
    session.info[_DIGEST] = digest or ""


def get_calendars(session: Session) -> Calendars:
    """The calendars that hold; no statement, or one where the digest is not noted, and two more
    where this process has not read these calendars yet."""
    if _DIGEST not in session.info:
        note_digest(session, session.exec(select(newest_digest())).one_or_none())
    digest = session.info[_DIGEST]
    if digest not in _KEPT:
        if len(_KEPT) > _MOST_KEPT:
            _KEPT.pop(next(kept for kept in _KEPT if kept))
        _KEPT[digest] = _read(session)
    return _KEPT[digest]


def _read(session: Session) -> Calendars:
    days: dict[int, dict[date, bool | None]] = {}
    for day in session.exec(select(CalendarDay)):
        days.setdefault(day.calendar_id, {})[day.day] = day.kind == DayKind.WORKING_DAY
    kept = list_work_calendars(session)
    plain = next((row for row in kept if row.tag is None), None)
    base = PUBLISHED if plain is None else _plain(plain, days.get(plain.id, {}))
    tagged = {row.tag: base.changed(days.get(row.id, {}), name=row.name) for row in kept if row.tag}
    return Calendars(base, tagged)


def _plain(row: WorkCalendar, days: dict[date, bool | None]) -> Calendar:
    until = row.known_until or PUBLISHED.known_until.year
    return Calendar({}, date(until, 12, 31)).changed(days)


def list_work_calendars(session: Session) -> Sequence[WorkCalendar]:
    """The stored calendars, the plain one first, then the one that was made first."""
    order = (col(WorkCalendar.tag).is_not(None), col(WorkCalendar.id))
    return session.exec(select(WorkCalendar).order_by(*order)).all()


def get_calendar_of(session: Session, unit_id: int) -> Calendar:
    """The calendar by which a unit works; one statement, if any tag has a calendar."""
    calendars = get_calendars(session)
    if not calendars.tagged:
        return calendars.plain
    tags = select(UnitTag.tag).where(UnitTag.unit_id == unit_id)
    return calendars.of(session.exec(tags).all())


def get_calendars_above(
    session: Session, parents: Collection[int | None]
) -> dict[int | None, Calendar]:
    """Assignment → the calendar of its unit, for the assignments `parents` of the units that
    review; one statement, if any tag has a calendar. None: nobody reviews, and the plain calendar
    counts."""
    calendars = get_calendars(session)
    tags: dict[int | None, list[str]] = {parent: [] for parent in parents}
    if calendars.tagged and tags:
        rows = session.exec(
            select(Assignment.id, UnitTag.tag)
            .join(UnitTag, col(UnitTag.unit_id) == Assignment.unit_id)
            .where(
                col(Assignment.id).in_([parent for parent in parents if parent]),
                col(UnitTag.tag).in_(calendars.tagged),
            )
        )
        for parent, tag in rows:
            tags[parent].append(tag)
    return {parent: calendars.of(own) for parent, own in tags.items()}
