"""Declines: a unit sends an assignment back up as not its own, and a unit above rules (退单)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field, SQLModel

from models.columns import choice_of, one_of


class DeclineKind(StrEnum):
    """Why a unit sends an assignment back up."""

    NOT_OURS = "not_ours"
    """The work belongs to another unit."""
    CANNOT = "cannot"
    """The unit cannot do the work."""


class Ruling(StrEnum):
    """What the unit above decides (裁定)."""

    INSIST = "insist"
    """The unit answers after all."""
    TAKE = "take"
    """The unit that rules answers in the place of the other."""
    HAND_OVER = "hand_over"
    """Another lower unit answers."""
    EXCUSE = "excuse"
    """Nobody answers."""


_PENDING = text("ruled_at IS NULL")


class Decline(SQLModel, table=True):
    """One refusal of an assignment, and the ruling about it."""

    __table_args__ = (
        Index(
            "uq_decline_pending",
            "assignment_id",
            unique=True,
            postgresql_where=_PENDING,
            sqlite_where=_PENDING,
        ),
        Index("ix_decline_asked", "asked_id", postgresql_where=_PENDING, sqlite_where=_PENDING),
        one_of("kind", DeclineKind),
        one_of("ruling", Ruling),
    )

    id: int = Field(default=None, primary_key=True)
    assignment_id: int = Field(foreign_key="assignment.id", index=True)
    kind: DeclineKind = Field(sa_type=choice_of(DeclineKind))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    whose: str = Field(default="", max_length=200)
    """Whose work it is, in the words of the unit."""
    whose_id: int | None = Field(default=None, foreign_key="unit.id")
    """The unit that `whose` names, below the unit that is asked first."""
    account_id: int = Field(foreign_key="account.id")
    at: datetime
    final: bool = Field(default=False)
    """The work was refused before. The ruling is final."""
    asked_id: int = Field(foreign_key="unit.id")
    """The unit that is to rule, or has ruled."""
    due_on: date
    """The last day for the ruling of that unit."""
    escalations: int = 0
    """How often a unit let the day pass, so that the next level up was asked."""
    ruled_at: datetime | None = Field(default=None)
    ruled_by: int | None = Field(default=None, foreign_key="account.id")
    ruling: Ruling | None = Field(default=None, sa_type=choice_of(Ruling))
    ruling_reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    handed_to_id: int | None = Field(default=None, foreign_key="assignment.id", index=True)
    """The assignment of the unit to which the work was handed over."""
    stood_still: int = 0
    """The working days from the refusal to the ruling."""
