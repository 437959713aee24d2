"""Schedules: what the office wants done at a given time, mirrored to Prefect's schedules."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from models.columns import one_of


class ScheduledWork(StrEnum):
    """What a schedule starts."""

    HAND_DOWN = "hand_down"
    """Release a confirmed measure, or open the next period of a recurring one."""
    REPORT = "report"
    """Render the reports of a campaign."""


class Schedule(SQLModel, table=True):
    """One entry of the office's timetable; times are Asia/Shanghai."""

    __table_args__ = (one_of("work", ScheduledWork),)

    id: int | None = Field(default=None, primary_key=True)
    work: str = Field(max_length=20)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    measure_id: int | None = Field(default=None, foreign_key="measure.id")
    cron: str = Field(default="", max_length=60)
    """Five fields; empty when it happens once, at `once_at`."""
    once_at: datetime | None = Field(default=None)
    active: bool = Field(default=True)
    created_at: datetime
    created_by: int = Field(foreign_key="account.id")
