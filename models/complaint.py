"""Complaints: what a lower unit finds too much, told to those who ask for it (减负反映)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from models.columns import choice_of, one_of


class ComplaintKind(StrEnum):
    """What is too much."""

    TOO_SOON = "too_soon"
    """There is too little time."""
    REPEATED = "repeated"
    """The same was asked before, or by somebody else."""
    NOT_OURS = "not_ours"
    """The work belongs to another unit."""
    OTHER = "other"


class Complaint(SQLModel, table=True):
    """One remark on the burden of a page or assignment. All units above may read the remark.

    The unit directly above owes an answer, and so does the issuer of the measure; the first answer
    counts for both. Once a complaint has gone past the issuer, the unit above the issuer owes an
    answer, alone.
    """

    __table_args__ = (one_of("kind", ComplaintKind),)

    id: int = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    account_id: int = Field(foreign_key="account.id")
    kind: ComplaintKind = Field(default=ComplaintKind.OTHER, sa_type=choice_of(ComplaintKind))
    page: str = Field(default="", max_length=300)
    """The path of the page from which the remark was written."""
    assignment_id: int | None = Field(default=None, foreign_key="assignment.id", index=True)
    """The unit's own assignment that the page belongs to; None: no assignment is meant."""
    text: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime
    above_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    """The unit directly above."""
    issuer_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    """The unit that issued the measure of the assignment."""
    passed_to_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    """The unit above the issuer, after the complaint has gone past the issuer."""
    passed_on_at: datetime | None = Field(default=None)
    answer_due_on: date | None = Field(default=None)
    """The last day for an answer. None: written before answers were owed."""
    answered_at: datetime | None = Field(default=None)
    """When the answer was given that is owed now; None: it is still owed."""


class ComplaintAnswer(SQLModel, table=True):
    """What a unit above answers to a complaint. Nobody changes an answer."""

    __tablename__ = "complaint_answer"

    id: int = Field(default=None, primary_key=True)
    complaint_id: int = Field(foreign_key="complaint.id", index=True)
    unit_id: int = Field(foreign_key="unit.id")
    account_id: int = Field(foreign_key="account.id")
    text: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime
    helped: bool | None = Field(default=None)
    """What the complaining unit says of the answer; None: nothing yet."""
