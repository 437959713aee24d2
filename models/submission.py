"""Submissions, every revision of which is kept, with their numbers, drafts and reviews."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import JsonOf, JsonType, Texts, choice_of, one_of
from models.flag import Flag


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
    """The form version answered; None where the unit sums up what is below and adds a narrative."""
    answers: dict[str, Any] = Field(sa_column=Column(JsonType, nullable=False))
    """Field name → value: int, decimal as text, text, ISO date, code, list of codes, a file as
    `{digest, name, type, size, token}`; of a repeat: a list of such mappings. The JSON is free: the
    form version says what it holds."""
    rolled_up: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JsonType, nullable=False)
    )
    """Totals and coverage of the lower units at the time of sending. The JSON is free: the checksum
    of the receipt covers it, so that it stays as it was written."""
    flags: tuple[Flag, ...] = Field(
        default=(), sa_column=Column(JsonOf(tuple[Flag, ...]), nullable=False)
    )
    """What the checks find odd (`rules.filling.checks`): questions, never faults. While a
    submission waits for its review, flags that compare units follow what the other units send."""
    flag_count: int = Field(default=0)
    asked: str | None = Field(default=None, sa_column=Column(Text))
    """The marks of the flags at the time of sending; None in rows older than this column."""
    checked_period: str = Field(default="", max_length=10)
    """The period whose approved answers the unit has looked at again and sent unchanged (核对无误);
    empty: the unit has filled in the form."""
    send_key: str = Field(unique=True, max_length=64)
    """A key made when the form was opened, so that sending a page twice makes one submission."""
    receipt: str = Field(unique=True, max_length=20)
    checksum: str = Field(max_length=64)
    sent_at: datetime
    sent_by: int = Field(foreign_key="account.id")


class AnswerNumber(SQLModel, table=True):
    """One number of an assignment's current submission, ready to be added up."""

    __tablename__ = "answer_number"

    assignment_id: int = Field(foreign_key="assignment.id", primary_key=True)
    field: str = Field(primary_key=True, max_length=130)
    """The name of the field; for a share, `field=choice`."""
    value: int = Field(sa_column=Column(BigInteger, nullable=False))
    """The number × 10,000. Whole numbers make sums independent of the order of adding."""


class Draft(SQLModel, table=True):
    """What a unit has typed and not yet sent."""

    assignment_id: int = Field(foreign_key="assignment.id", primary_key=True)
    answers: dict[str, Any] = Field(sa_column=Column(JsonType, nullable=False))
    """Key of the field → the texts as they were typed. The JSON is free: nothing is checked yet."""
    as_known: tuple[str, ...] = Field(
        default=(), sa_column=Column(JsonOf(tuple[str, ...]), nullable=False)
    )
    """Names of the fields whose prefilled value was not touched."""
    form_version_id: int | None = Field(default=None, foreign_key="form_version.id")
    """The form version of the page; None without a form, and where the form was replaced while the
    page was open."""
    version: int = Field(default=1)
    """A number that grows with every keeping, so that two phones at once notice."""
    page: str = Field(default="", max_length=64)
    """The send key of the page that kept the draft. A page that lost the server's answer may keep
    the draft again."""
    opened: int | None = Field(default=None, sa_column=Column(BigInteger))
    """When the form was first opened, in seconds since 1970. The time goes with the draft
    (`FillTime`)."""
    saved_at: datetime
    saved_by: int = Field(foreign_key="account.id")


class Review(SQLModel, table=True):
    """The decision of the unit above about a submission (审核)."""

    __table_args__ = (one_of("decision", Decision),)

    id: int = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submission.id", unique=True)
    decision: Decision = Field(sa_type=choice_of(Decision))
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    fields: tuple[str, ...] = Field(
        default=(), sa_column=Column(JsonOf(tuple[str, ...]), nullable=False)
    )
    """Names of the returned fields; empty: the whole submission is returned."""
    notes: Texts = Field(default_factory=dict, sa_column=Column(JsonOf(Texts), nullable=False))
    """Name of a returned field, or one filling of a returned repeat (`visits.0`) → what the unit
    above wrote about it."""
    decided_at: datetime
    decided_by: int = Field(foreign_key="account.id")
    batch_id: int | None = Field(default=None, foreign_key="review_batch.id", index=True)
    """The batch of the decision; None in rows older than batches."""
    due_before: date | None = Field(default=None)
    """The due date before the return gave more time."""
