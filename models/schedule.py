"""Schedules: what an office wants done at a given time, and what became of each such moment."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.columns import JsonOf, choice_of, one_of
from models.sentence import KeptSentence


class ScheduledWork(StrEnum):
    """What a schedule starts."""

    HAND_DOWN = "hand_down"
    """Release a confirmed measure, or open the next period of a recurring one."""
    REPORT = "report"
    """Render the reports of a campaign."""


class Shift(StrEnum):
    """What happens to a day of a rhythm that is no working day."""

    KEEP = "keep"
    """The work is done all the same."""
    BEFORE = "before"
    """It is done on the working day before."""
    AFTER = "after"
    """It is done on the next working day."""
    ONLY = "only"
    """It is left out."""


class Schedule(SQLModel, table=True):
    """One entry of an office's timetable. The times of `cron` are in Asia/Shanghai."""

    __table_args__ = (
        one_of("work", ScheduledWork),
        one_of("shift", Shift),
        Index(
            "ix_schedule_coming",
            "next_at",
            postgresql_where=text("next_at IS NOT NULL"),
            sqlite_where=text("next_at IS NOT NULL"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    work: ScheduledWork = Field(sa_type=choice_of(ScheduledWork))
    unit_id: int = Field(foreign_key="unit.id", index=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    measure_id: int | None = Field(default=None, foreign_key="measure.id")
    cron: str = Field(default="", max_length=60)
    """The five fields of a crontab line; empty for what happens once, at `once_at`. They give the
    days of the rhythm, before `shift`."""
    shift: Shift = Field(default=Shift.KEEP, sa_type=choice_of(Shift))
    starts_on: date | None = Field(default=None)
    ends_on: date | None = Field(default=None)
    """The first and the last day of the rhythm; None: without a bound."""
    skipped: tuple[date, ...] = Field(
        default=(), sa_column=Column(JsonOf(tuple[date, ...]), nullable=False)
    )
    """Days of the rhythm that an office leaves out."""
    once_at: datetime | None = Field(default=None)
    active: bool = Field(default=True)
    paused_at: datetime | None = Field(default=None)
    """Since when an office has paused the schedule; None: it is not paused."""
    next_day: date | None = Field(default=None)
    """The day of the rhythm that `next_at` stands for, before `shift`; None for what happens
    once."""
    next_at: datetime | None = Field(default=None)
    """The earliest moment not yet noted as an `Occurrence`; None: no further moment comes."""
    created_at: datetime
    created_by: int = Field(foreign_key="account.id")


class Outcome(StrEnum):
    """How an occurrence ended."""

    DONE = "done"
    REFUSED = "refused"
    """The work was refused. `Occurrence.refusal` holds the sentence."""
    PASSED_OVER = "passed_over"
    """The work of a later moment of the same schedule is done instead."""
    STOPPED = "stopped"
    """Somebody stopped the schedule before the work was done."""


class Occurrence(SQLModel, table=True):
    """One moment at which a schedule was due (到期办理).

    An occurrence is open until `settled_at`. Whoever finds it open at `again_at` or later attempts
    the work.
    """

    __table_args__ = (
        UniqueConstraint("schedule_id", "due_at"),
        one_of("outcome", Outcome),
        Index(
            "ix_occurrence_open",
            "again_at",
            postgresql_where=text("settled_at IS NULL"),
            sqlite_where=text("settled_at IS NULL"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    schedule_id: int = Field(foreign_key="schedule.id")
    due_at: datetime
    planned_on: date | None = Field(default=None)
    """The day of the rhythm. Its period is opened, even where the work was shifted into another
    one. None: the day of `due_at`."""
    noted_at: datetime
    passed_over: int = Field(default=0)
    """How many earlier moments were missed and are not made up."""
    passed_over_since: datetime | None = Field(default=None)
    """The first of the missed moments."""
    attempts: int = Field(default=0)
    again_at: datetime
    """No attempt begins, and no report is taken from another attempt, before this moment."""
    flow_run_id: str | None = Field(default=None, max_length=40)
    """Reports only: the flow run of the latest attempt; None while there is none."""
    begun_at: datetime | None = Field(default=None)
    """Reports only: when the flow run began to work."""
    units: int | None = Field(default=None)
    """Reports only: how many units get a report; None until that is known."""
    rendered: int = Field(default=0)
    """Reports only: how many units have their report."""
    hand_down_id: int | None = Field(default=None, foreign_key="hand_down.id")
    """Releases only: the wish that was written."""
    settled_at: datetime | None = Field(default=None)
    outcome: Outcome | None = Field(default=None, sa_type=choice_of(Outcome))
    refusal: KeptSentence | None = Field(
        default=None, sa_column=Column(JsonOf(KeptSentence), nullable=True)
    )
    """The sentence of the refusal."""
