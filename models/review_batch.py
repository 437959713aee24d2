"""Batches of reviews: what one press of a button decided, so that it can be undone."""

from datetime import datetime

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from models.columns import choice_of, one_of
from models.submission import Decision


class ReviewBatch(SQLModel, table=True):
    """One decision about any number of submissions: about one, or about fifteen thousand."""

    __tablename__ = "review_batch"
    __table_args__ = (
        Index("ix_review_batch_unit_id_decided_at", "unit_id", "decided_at"),
        one_of("decision", Decision),
    )

    id: int = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id")
    """The unit that decided."""
    decision: Decision = Field(sa_type=choice_of(Decision))
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    reason_listed: bool = Field(default=True)
    """Whether the unit is still offered the batch's reason for further returns."""
    count: int = Field(default=0)
    """How many submissions were decided."""
    decided_at: datetime
    decided_by: int = Field(foreign_key="account.id")
    undone_at: datetime | None = Field(default=None)
    undone_by: int | None = Field(default=None, foreign_key="account.id")
    undone_count: int = Field(default=0)
    """How many decisions were undone; fewer than `count` where submissions had moved on."""
