"""Extensions: a unit asks for more time, and a unit above decides (延期)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field, SQLModel

from models.columns import choice_of, one_of


class ExtensionOutcome(StrEnum):
    """What became of a request for more time."""

    GRANTED = "granted"
    SHORTENED = "shortened"
    """More time was given, and less than was asked for."""
    REFUSED = "refused"
    ENDED = "ended"
    """Nobody decided, because the unit has answered meanwhile, or owes no answer any more."""


_PENDING = text("decided_at IS NULL")


class Extension(SQLModel, table=True):
    """One request for more time. An extension that nobody asked for has no row; its `DueMove`
    has one."""

    __table_args__ = (
        Index(
            "uq_extension_pending",
            "assignment_id",
            unique=True,
            postgresql_where=_PENDING,
            sqlite_where=_PENDING,
        ),
        Index("ix_extension_asked", "asked_id", postgresql_where=_PENDING, sqlite_where=_PENDING),
        one_of("outcome", ExtensionOutcome),
    )

    id: int = Field(default=None, primary_key=True)
    assignment_id: int = Field(foreign_key="assignment.id", index=True)
    wanted_on: date
    """The due date that the unit asks for."""
    reason: str = Field(sa_column=Column(Text, nullable=False))
    account_id: int = Field(foreign_key="account.id")
    at: datetime
    asked_id: int = Field(foreign_key="unit.id")
    """The unit that is to decide, or has decided."""
    passed_by_id: int | None = Field(default=None, foreign_key="unit.id")
    """The unit that passed the request up, because the date is behind its own."""
    decided_at: datetime | None = Field(default=None)
    decided_by: int | None = Field(default=None, foreign_key="account.id")
    outcome: ExtensionOutcome | None = Field(default=None, sa_type=choice_of(ExtensionOutcome))
    granted_on: date | None = Field(default=None)
    decision_reason: str = Field(default="", sa_column=Column(Text, nullable=False))
