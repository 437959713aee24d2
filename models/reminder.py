"""Reminders: when a campaign reminds whom, and which working days it has reminded on (催办)."""

from datetime import date, datetime

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.columns import JsonOf

Days = tuple[int, ...]
"""Numbers of working days."""


class ReminderRule(SQLModel, table=True):
    """The steps at which a campaign reminds, in working days, and its quiet hours. A campaign
    without a row has the steps of `rules.messages.ladder.USUAL`."""

    __tablename__ = "reminder_rule"

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True)
    active: bool = Field(default=True)
    before: Days = Field(default=(), sa_column=Column(JsonOf(Days), nullable=False))
    """Working days before the due date; 0: on the day itself."""
    after: Days = Field(default=(), sa_column=Column(JsonOf(Days), nullable=False))
    """Working days after the due date, to the unit itself."""
    above: Days = Field(default=(), sa_column=Column(JsonOf(Days), nullable=False))
    """Working days after the due date, to the unit above."""
    higher: Days = Field(default=(), sa_column=Column(JsonOf(Days), nullable=False))
    """Working days after the due date, to the unit one more up."""
    opens_at: int
    """The hour of the day in Hohhot from which on units are reminded."""
    closes_at: int
    """The hour from which on nobody is reminded."""
    changed_at: datetime
    changed_by: int = Field(foreign_key="account.id")


class ReminderRound(SQLModel, table=True):
    """A working day on which the units of a campaign were reminded. Steps of working days on which
    nothing ran are made up by the next round."""

    __tablename__ = "reminder_round"

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True)
    day: date = Field(primary_key=True)
    at: datetime
