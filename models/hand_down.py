"""Hand-downs: the wish to pass a measure on from one unit, and how far the wish has got."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.assignment import ONCE


class HandDown(SQLModel, table=True):
    """A wish to hand down (交办), written in the click's transaction and carried out by a flow.

    There is one wish for a measure, period and unit: a double click and two flows make no second.
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
    """The account that pressed the button; None: a gate's time was over, or a schedule was due."""
    flow_run_id: str | None = Field(default=None, max_length=40)
    """The latest flow run that took the wish up."""
    done_at: datetime | None = Field(default=None)


class HandDownStep(SQLModel, table=True):
    """One level reached by one hand-down."""

    __tablename__ = "hand_down_step"

    hand_down_id: int = Field(foreign_key="hand_down.id", primary_key=True)
    level: str = Field(foreign_key="level.code", primary_key=True, max_length=20)
    reached: int
    """How many units received the measure."""
    at: datetime
