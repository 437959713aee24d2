"""Moves of due dates: each says from which day to which, of what kind, and why."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from models.columns import choice_of, one_of


class DueMoveKind(StrEnum):
    """Why the due date of an assignment moved."""

    EXTENSION = "extension"
    """The unit above gave more time. Only these days count as extended time."""
    STOOD_STILL = "stood_still"
    """The assignment waited for a ruling, and the unit could do nothing meanwhile."""
    CALENDAR = "calendar"
    """A holiday or a make-up day became known."""
    AMENDED = "amended"
    """The issuer changed the measure."""


class DueMove(SQLModel, table=True):
    """One move of the due date of one assignment. Nobody changes a row."""

    __tablename__ = "due_move"
    __table_args__ = (one_of("kind", DueMoveKind),)

    id: int = Field(default=None, primary_key=True)
    assignment_id: int = Field(foreign_key="assignment.id", index=True)
    kind: DueMoveKind = Field(sa_type=choice_of(DueMoveKind))
    from_on: date
    to_on: date
    workdays: int
    """Working days from `from_on` to `to_on`; negative where the date became earlier."""
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    """The words of the account; without an account a msgid."""
    account_id: int | None = Field(default=None, foreign_key="account.id")
    """The account that moved the date; None: the product itself."""
    at: datetime
