"""Messages: what the product tells a unit (消息)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.columns import JsonOf, choice_of, one_of
from models.sentence import KeptSentence


class MessageKind(StrEnum):
    """What a message is about."""

    DIGEST = "digest"
    """All that the unit owes on a working day, together (每日汇总)."""
    REMIND = "remind"
    """Somebody above asks after one thing, by hand (催办)."""
    DUE_MOVED = "due_moved"
    """A due date was moved."""
    RETURNED = "returned"
    """An answer was returned."""
    CHANGED = "changed"
    """A measure was amended, withdrawn, closed or opened again."""
    PASSED_ON = "passed_on"
    """A measure went down by itself."""
    DECLINE = "decline"
    """A lower unit sends an assignment back up as not its own (退单)."""
    RULING = "ruling"
    """The unit above has decided about a decline (裁定)."""
    EXTENSION = "extension"
    """An extension was asked for, granted, shortened or refused."""
    COMPLAINT = "complaint"
    """A complaint waits for an answer, or has one."""
    SCHEDULE = "schedule"
    """What became of a schedule."""
    BOARD = "board"
    """The weekly digest of a campaign's board."""
    CHANNEL = "channel"
    """A channel outside the product does not work."""
    TREE = "tree"
    """Units were renamed, merged, split or moved."""
    PROBLEM = "problem"
    """A problem, its rectification, close-out or look-back."""
    VISIT = "visit"
    """A supervision team's visit or finding."""
    SAMPLE = "sample"
    """Answers were drawn for a second look."""
    ITEM = "item"
    """An item of a register."""
    REPORT = "report"
    """A report."""
    OTHER = "other"


class Message(SQLModel, table=True):
    """One message to one unit. Whoever works for the unit reads it, and it is read once for all.

    A unit gets one message of a kind about one subject on one working day, however often the act
    or the flow that tells it runs.
    """

    __table_args__ = (
        UniqueConstraint("unit_id", "day", "kind", "about"),
        Index("ix_message_unit_id_id", "unit_id", "id"),
        Index(
            "ix_message_unread",
            "unit_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
        one_of("kind", MessageKind),
    )

    id: int = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id")
    day: date
    """The working day of the message: on a day off, the next working day."""
    kind: MessageKind = Field(sa_type=choice_of(MessageKind))
    about: str = Field(default="", max_length=100)
    """A short key of the subject, such as `assignment 12`."""
    sentence: KeptSentence = Field(sa_column=Column(JsonOf(KeptSentence), nullable=False))
    path: str = Field(default="/", max_length=300)
    """Where a click leads."""
    created_at: datetime
    read_at: datetime | None = Field(default=None)
