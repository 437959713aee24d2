"""The calendars of the installation, and which of them a unit goes by.

Calendars change a few times a year and are asked for on every page. A process keeps them by the
digest of their content, which the statement that finds a signed-in account brings along
(`note_digest`); other transactions read the digest once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ScalarSelect, func
from sqlmodel import Session, col, select

from models import (
    Account,
    Assignment,
    CalendarChange,
    CalendarDay,
    DayKind,
    Unit,
    UnitTag,
    WorkCalendar,
)
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
        _KEPT[digest] = _read(session).build()
    return _KEPT[digest]


class _Days(NamedTuple):
    """What the stored calendars hold."""

    kept: Sequence[WorkCalendar]
    days: dict[int, dict[date, bool | None]]
    """Calendar → its days that differ, and whether offices work on them."""
    until: int

    def build(self) -> Calendars:
        plain = next((row for row in self.kept if row.tag is None), None)
        if plain is None:
            return Calendars()
        base = Calendar({}, date(self.until, 12, 31)).changed(self.days.get(plain.id, {}))
        tagged = {
            row.tag: base.changed(self.days.get(row.id, {}), name=row.name)
            for row in self.kept
            if row.tag
        }
        return Calendars(base, tagged)

    def with_days(self, changed: Iterable[tuple[int, date, bool | None]], until: int) -> _Days:
        days = {calendar: dict(own) for calendar, own in self.days.items()}
        for calendar, day, works in changed:
            days.setdefault(calendar, {})[day] = works
        return _Days(self.kept, days, until)


def _read(session: Session) -> _Days:
    days: dict[int, dict[date, bool | None]] = {}
    for day in session.exec(select(CalendarDay)):
        days.setdefault(day.calendar_id, {})[day.day] = day.kind == DayKind.WORKING_DAY
    kept = list_work_calendars(session)
    until = next((row.known_until for row in kept if row.tag is None), None)
    return _Days(kept, days, until or PUBLISHED.known_until.year)


def get_proposed(
    session: Session, calendar_id: int, days: Mapping[date, bool | None], until: int
) -> Calendars:
    """The calendars, if these days of one calendar were changed; None: the day is as any other.
    `until`: the last year that is known then."""
    changed = [(calendar_id, day, works) for day, works in days.items()]
    return _read(session).with_days(changed, until).build()


def get_around(session: Session, change: CalendarChange) -> tuple[Calendars, Calendars]:
    """The calendars before and after a change, whatever has been changed since."""
    later = session.exec(select(CalendarChange).where(CalendarChange.id > change.id)).all()
    after = _read(session)
    for newer in sorted(later, key=lambda row: -row.id):
        after = after.with_days(_undone(newer), newer.known_before)
    return after.with_days(_undone(change), change.known_before).build(), after.build()


def _undone(change: CalendarChange) -> list[tuple[int, date, bool | None]]:
    return [(day.calendar_id, day.day, day.before) for day in change.days]


def find_open_change(session: Session) -> CalendarChange | None:
    """The first change that open due dates have not followed yet."""
    wanted = select(CalendarChange).where(col(CalendarChange.done_at).is_(None))
    return session.exec(wanted.order_by(col(CalendarChange.id)).limit(1)).one_or_none()


def list_calendar_changes(
    session: Session, *, limit: int
) -> Sequence[tuple[CalendarChange, str, str]]:
    """The latest changes with the account and the unit that made them; empty texts for the product
    itself."""
    wanted = (
        select(CalendarChange, func.coalesce(Account.name, ""), func.coalesce(Unit.name, ""))
        .outerjoin(Account, col(Account.id) == CalendarChange.account_id)
        .outerjoin(Unit, col(Unit.id) == Account.unit_id)
        .order_by(col(CalendarChange.id).desc())
        .limit(limit)
    )
    return session.execute(wanted).tuples().all()


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


def forget_calendars(session: Session) -> None:
    """Have the session ask again, because the calendars have changed."""
    session.info.pop(_DIGEST, None)


def list_calendar_days(
    session: Session, calendar_id: int, year: int | None = None
) -> Sequence[CalendarDay]:
    """The days of one year, or of all, that differ in one calendar, in order."""
    wanted = select(CalendarDay).where(col(CalendarDay.calendar_id) == calendar_id)
    if year is not None:
        wanted = wanted.where(col(CalendarDay.day).between(date(year, 1, 1), date(year, 12, 31)))
    return session.exec(wanted.order_by(col(CalendarDay.day))).all()


def count_with_two(session: Session) -> int:
    """How many units carry more than one tag that has a calendar."""
    tags = select(WorkCalendar.tag).where(col(WorkCalendar.tag).is_not(None))
    several = (
        select(UnitTag.unit_id)
        .where(col(UnitTag.tag).in_(tags))
        .group_by(col(UnitTag.unit_id))
        .having(func.count() > 1)
        .subquery()
    )
    found: int = session.execute(select(func.count()).select_from(several)).scalar_one()
    return found
