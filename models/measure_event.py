"""The history of measures. Each change says who, when, what was done and what differs since."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from models.columns import JsonType, choice_of, one_of


class MeasureAct(StrEnum):
    """What was done to a measure."""

    CREATE = "create"
    EDIT = "edit"
    CONFIRM = "confirm"
    RELEASE = "release"
    OPEN_PERIOD = "open_period"
    """A further period of a recurring measure was opened."""
    CHANGE_FORM = "change_form"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    OPEN_AGAIN = "open_again"
    """The closed measure was opened again."""
    MAKE_SCHEDULE = "make_schedule"
    """The office planned to release the measure, or to open its periods, at a given time."""
    STOP_SCHEDULE = "stop_schedule"
    CHANGE_SCHEDULE = "change_schedule"
    """The office paused a schedule or let it go on, left a time out, or gave it other times."""


class MeasureEvent(SQLModel, table=True):
    """One row of a measure's history."""

    __tablename__ = "measure_event"
    __table_args__ = (one_of("act", MeasureAct),)

    id: int = Field(default=None, primary_key=True)
    measure_id: int = Field(foreign_key="measure.id", index=True)
    at: datetime
    account_id: int | None = Field(default=None, foreign_key="account.id")
    """The account that acted; None: the product itself."""
    act: MeasureAct = Field(sa_type=choice_of(MeasureAct))
    period: str = Field(default="", max_length=10)
    """The period that was opened; empty for every other act."""
    schedule_id: int | None = Field(default=None, foreign_key="schedule.id")
    """The schedule that was made or stopped, or that a release or an opening carried out."""
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    differs: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JsonType, nullable=False)
    )
    """Name of what was changed → `[before, after]`, as codes and ids, which a page puts in words
    (`rules.campaigns.measure_differences`)."""
