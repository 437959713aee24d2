"""The history of assignments. Each change says who, when, from which status, to which, and why."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field, SQLModel

from models.assignment import Status
from models.columns import choice_of, one_of


class Act(StrEnum):
    """What was done to an assignment."""

    ISSUE = "issue"
    ACKNOWLEDGE = "acknowledge"
    DETAIL = "detail"
    RELEASE = "release"
    PASS_ON = "pass_on"
    """The gate opened by itself, because it is `auto` or because its time was over."""
    PASS_ON_FOR_TIME = "pass_on_for_time"
    """The gate opened before its time, because waiting would have left the lowest level too few
    working days."""
    SUBMIT = "submit"
    RECALL = "recall"
    """The unit took its submission back before the review."""
    APPROVE = "approve"
    RETURN = "return"
    REOPEN = "reopen"
    """The unit above took its decision back within the time for undoing."""
    CORRECT = "correct"
    """The unit sent another answer after an answer had been approved."""
    CHANGE_FORM = "change_form"
    """The issuer took another version of the form. The row is one of the issuer's own
    assignment."""
    CLOSE = "close"
    """The issuer closed the measure. An assignment that was not approved keeps its status."""
    OPEN_AGAIN = "open_again"
    WITHDRAW = "withdraw"
    MOVE_DUE = "move_due"
    """The due date moved; `DueMove` says from which day to which."""
    DECLINE = "decline"
    """The unit sent the assignment back up."""
    ESCALATE = "escalate"
    """Nobody ruled in time, and the next level up is asked."""
    INSIST = "insist"
    """The unit answers after all."""
    TAKE = "take"
    """The unit that rules answers in its place."""
    HAND_OVER = "hand_over"
    """Another unit has got the work."""
    EXCUSE = "excuse"
    """Nobody needs to answer."""
    ASK_EXTENSION = "ask_extension"
    REFUSE_EXTENSION = "refuse_extension"


_ISSUED_ONCE = text("act = 'issue'")


class Event(SQLModel, table=True):
    """One row of an assignment's history."""

    __table_args__ = (
        Index(
            "uq_event_issue",
            "assignment_id",
            unique=True,
            postgresql_where=_ISSUED_ONCE,
            sqlite_where=_ISSUED_ONCE,
        ),
        Index("ix_event_assignment_id", "assignment_id"),
        one_of("act", Act),
    )

    id: int = Field(default=None, primary_key=True)
    assignment_id: int = Field(foreign_key="assignment.id")
    at: datetime
    account_id: int | None = Field(default=None, foreign_key="account.id")
    """The account that acted; None: the product itself."""
    act: Act = Field(sa_type=choice_of(Act))
    from_status: Status | None = Field(default=None, sa_type=choice_of(Status))
    to_status: Status = Field(sa_type=choice_of(Status))
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
