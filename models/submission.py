"""Submissions: filled forms with every revision kept, their numbers, drafts and reviews."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import JsonType, one_of


class Decision(StrEnum):
    """The outcome of a review."""

    APPROVE = "approve"
    RETURN = "return"


class Submission(SQLModel, table=True):
    """One sending of a filled form (填报). The receipt (回执) is its number, time and checksum."""

    __table_args__ = (UniqueConstraint("assignment_id", "revision"),)

    id: int = Field(default=None, primary_key=True)
    assignment_id: int = Field(foreign_key="assignment.id")
    revision: int
    form_version_id: int | None = Field(default=None, foreign_key="form_version.id")
    """None where the unit only sums up what is below and adds a narrative."""
    answers: dict[str, Any] = Field(sa_column=Column(JsonType, nullable=False))
    """Field name → value: int, decimal as text, text, ISO date, code, list of codes, a file as
    `{digest, name, type, size, token}`; of a repeat: a list of such mappings."""
    rolled_up: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JsonType, nullable=False)
    )
    """Totals and coverage of the lower units as they stood when it was sent."""
    flags: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JsonType, nullable=False)
    )
    """What the checks notice (`rules.filling.checks`): questions, never faults. While it waits for
    its review, what they notice beside other units follows what those send."""
    flag_count: int = Field(default=0)
    asked: str | None = Field(default=None, sa_column=Column(Text))
    """The marks of what they noticed when it was sent; None: from before this was kept."""
    send_key: str = Field(unique=True, max_length=64)
    """Made when the form was opened: sending the same thing twice is one submission."""
    receipt: str = Field(unique=True, max_length=20)
    checksum: str = Field(max_length=64)
    sent_at: datetime
    sent_by: int = Field(foreign_key="account.id")


class AnswerNumber(SQLModel, table=True):
    """The numbers of an assignment's current submission, ready to be added up."""

    __tablename__ = "answer_number"

    assignment_id: int = Field(foreign_key="assignment.id", primary_key=True)
    field: str = Field(primary_key=True, max_length=130)
    """The field; of a share, `field=choice`."""
    value: int = Field(sa_column=Column(BigInteger, nullable=False))
    """The number × 10,000: whole, so that sums do not depend on their order."""


class Draft(SQLModel, table=True):
    """What a unit has typed and not yet sent."""

    assignment_id: int = Field(foreign_key="assignment.id", primary_key=True)
    answers: dict[str, Any] = Field(sa_column=Column(JsonType, nullable=False))
    """Key of the field → what was typed, as typed."""
    as_known: list[str] = Field(default_factory=list, sa_column=Column(JsonType, nullable=False))
    """Names of the fields in which what was known from elsewhere stands untouched."""
    form_version_id: int | None = Field(default=None, foreign_key="form_version.id")
    """The form it was typed on; None where there is none, or the form was replaced while the page
    it was typed on was open."""
    version: int = Field(default=1)
    """Grows with every keeping, so that two phones at once notice."""
    page: str = Field(default="", max_length=64)
    """The send key of the page that kept it: whose own answer got lost may keep it again."""
    opened: int | None = Field(default=None, sa_column=Column(BigInteger))
    """When the form was first opened, in seconds since 1970; gone with the draft (`FillTime`)."""
    saved_at: datetime
    saved_by: int = Field(foreign_key="account.id")


class Review(SQLModel, table=True):
    """What the unit above said to a submission (审核)."""

    __table_args__ = (one_of("decision", Decision),)

    id: int = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submission.id", unique=True)
    decision: str = Field(max_length=20)
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    fields: list[str] = Field(default_factory=list, sa_column=Column(JsonType, nullable=False))
    """Names of the returned fields; empty: the whole submission."""
    notes: dict[str, str] = Field(default_factory=dict, sa_column=Column(JsonType, nullable=False))
    """Name of a returned field → what is wrong with it, where the unit above wrote that."""
    decided_at: datetime
    decided_by: int = Field(foreign_key="account.id")
    batch_id: int | None = Field(default=None, foreign_key="review_batch.id", index=True)
    """What it was decided with; None before batches were kept."""
    due_before: date | None = Field(default=None)
    """The due date before a return gave more time."""
