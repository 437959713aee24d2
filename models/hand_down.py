"""Hand-downs: the wish to pass a measure on from one unit, and how far it has got."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.assignment import ONCE


class HandDown(SQLModel, table=True):
    """A wish, written in the same transaction as the click; a flow carries it out (交办).

    One per measure, period and unit, so that a double click or two flows make no second one.
    """

    __tablename__ = "hand_down"
    __table_args__ = (
        UniqueConstraint("measure_id", "period", "unit_id"),
        Index(
            "ix_hand_down_pending",
            "id",
            postgresql_where=text("done_at IS NULL"),
            sqlite_where=text("done_at IS NULL"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    measure_id: int = Field(foreign_key="measure.id")
    period: str = Field(default=ONCE, max_length=10)
    unit_id: int = Field(foreign_key="unit.id")
    requested_at: datetime
    requested_by: int | None = Field(default=None, foreign_key="account.id")
    """None: the time-out of a gate, or a schedule."""
    flow_run_id: str | None = Field(default=None, max_length=40)
    """The latest flow run that took it up."""
    done_at: datetime | None = Field(default=None)


class HandDownStep(SQLModel, table=True):
    """One level reached by one hand-down."""

    __tablename__ = "hand_down_step"

    hand_down_id: int = Field(foreign_key="hand_down.id", primary_key=True)
    level: str = Field(foreign_key="level.code", primary_key=True, max_length=20)
    reached: int
    """Units that received the measure."""
    at: datetime
