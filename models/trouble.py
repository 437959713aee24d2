"""Troubles: what keeps work that was planned from being done, as Prefect's server shows it.

The pages may not ask Prefect. A program that may looks there and writes down what it saw
(docs/decisions/0028).
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.columns import choice_of, one_of


class TroubleKind(StrEnum):
    """What was seen on Prefect's server."""

    FAILED = "failed"
    """A flow run has ended with an error."""
    CRASHED = "crashed"
    """The process of a flow run has vanished."""
    LATE = "late"
    """A flow run is not taken up by any worker."""
    POOL_PAUSED = "pool_paused"
    """The work pool is paused, so that no worker takes anything."""
    PUT_RIGHT = "put_right"
    """A schedule or deployment was changed on Prefect's page, and was put right."""


class WorkName(StrEnum):
    """The deployment that is in trouble. The values are the names in prefect.yaml."""

    HAND_DOWN = "hand-down"
    RENDER_REPORTS = "render-reports"
    CARRY_OUT_DUE = "carry-out-due"
    SWEEP = "sweep"
    OTHER = "other"
    """Several at once, or one of those that came later."""


class Trouble(SQLModel, table=True):
    """One thing that is, or was, not as it should be."""

    __table_args__ = (
        UniqueConstraint("key"),
        one_of("kind", TroubleKind),
        one_of("program", WorkName),
        Index(
            "ix_trouble_open",
            "unit_id",
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    key: str = Field(max_length=120)
    """What is in trouble: a flow run, a work pool, a schedule. Seen again, it is the same row."""
    kind: TroubleKind = Field(sa_type=choice_of(TroubleKind))
    program: WorkName = Field(sa_type=choice_of(WorkName))
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    """The office whose work it is; None: every office's."""
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id", index=True)
    measure_id: int | None = Field(default=None, foreign_key="measure.id", index=True)
    schedule_id: int | None = Field(default=None, foreign_key="schedule.id", index=True)
    about: str = Field(default="", max_length=300)
    """The name of the flow run or schedule, for people."""
    said: str = Field(default="", max_length=300)
    """What Prefect says of it."""
    cron: str = Field(default="", max_length=60)
    """The time that somebody has given the schedule on Prefect's page; empty: the time was left as
    it was."""
    since: datetime
    seen_at: datetime
    """When it was seen last."""
    ended_at: datetime | None = Field(default=None)
    """When it was over, or an office had read it."""


class LastLook(SQLModel, table=True):
    """When a program that looks after the work was last at work. One row for each program."""

    __tablename__ = "look"

    name: str = Field(primary_key=True, max_length=40)
    at: datetime
