"""Work calendars: the days on which units work or do not, other than Monday to Friday."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.columns import JsonOf, choice_of, one_of
from models.kept_days import ChangedDay


class DayKind(StrEnum):
    """What a day is that differs from its weekday."""

    DAY_OFF = "day_off"
    WORKING_DAY = "working_day"


class WorkCalendar(SQLModel, table=True):
    """The calendar of the units with a tag, or of all units whose tags have none (工作日历).

    The calendar of a tag holds only the days that differ from the calendar of all others. Of two
    calendars of one unit the one that was made first counts.
    """

    __tablename__ = "work_calendar"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=40)
    tag: str | None = Field(default=None, foreign_key="tag.code", unique=True, max_length=40)
    """None: the calendar of all units that have no other."""
    known_until: int | None = Field(default=None)
    """The last year whose holidays and make-up days it holds; None in the calendar of a tag."""


class CalendarDay(SQLModel, table=True):
    """One day of a calendar that differs."""

    __tablename__ = "calendar_day"
    __table_args__ = (one_of("kind", DayKind),)

    calendar_id: int = Field(foreign_key="work_calendar.id", primary_key=True)
    day: date = Field(primary_key=True)
    kind: DayKind = Field(sa_type=choice_of(DayKind))
    name: str = Field(default="", max_length=40)
    """What the day is, such as 国庆节."""


class CalendarChange(SQLModel, table=True):
    """One change of the calendars, and whether open due dates have followed it."""

    __tablename__ = "calendar_change"

    id: int = Field(default=None, primary_key=True)
    at: datetime
    account_id: int | None = Field(default=None, foreign_key="account.id")
    """None: the product itself, which takes over published years, or its command."""
    days: tuple[ChangedDay, ...] = Field(
        default=(), sa_column=Column(JsonOf(tuple[ChangedDay, ...]), nullable=False)
    )
    known_before: int
    """The last year that the calendar of all units knew before."""
    known_after: int
    digest: str = Field(max_length=64)
    """Of all calendars as they are after the change. Processes keep calendars by it."""
    shortens: bool = Field(default=False)
    """Whether due dates may come earlier. Without it they only move to later days."""
    done_at: datetime | None = Field(default=None)
    """When all open due dates had followed; None: not yet."""
    moved: int = Field(default=0)
    """How many due dates have moved."""
