"""Assignments: one measure at one unit for one period, with a status and a due date."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.columns import choice_of, one_of

ONCE = "once"
"""The period of a measure that is done one time."""


class Status(StrEnum):
    """How far an assignment has come. "Overdue" is derived from the due date and never stored."""

    ISSUED = "issued"
    ACKNOWLEDGED = "acknowledged"
    RELEASED = "released"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    """The unit has sent it back up, and a unit above is to rule. The due date stands still."""
    HANDED_OVER = "handed_over"
    """Another unit has got the work, with an assignment of its own."""
    EXCUSED = "excused"
    """A unit above has ruled that nobody needs to answer."""


_AT_GATE = text("passes_on_on IS NOT NULL AND released_at IS NULL")
_STOOD_IN = text("stood_in")


class Assignment(SQLModel, table=True):
    """One measure at one unit for one period (任务)."""

    __table_args__ = (
        UniqueConstraint("measure_id", "period", "unit_id"),
        Index("ix_assignment_unit_id_status", "unit_id", "status"),
        Index(
            "ix_assignment_parent_id_status_review_due_on", "parent_id", "status", "review_due_on"
        ),
        Index("ix_assignment_measure_id_level", "measure_id", "period", "level", "status"),
        Index(
            "ix_assignment_at_gate",
            "measure_id",
            postgresql_where=_AT_GATE,
            sqlite_where=_AT_GATE,
        ),
        Index(
            "ix_assignment_stood_in",
            "parent_id",
            postgresql_where=_STOOD_IN,
            sqlite_where=_STOOD_IN,
        ),
        one_of("status", Status),
    )

    id: int = Field(default=None, primary_key=True)
    measure_id: int = Field(foreign_key="measure.id")
    period: str = Field(default=ONCE, max_length=10)
    unit_id: int = Field(foreign_key="unit.id")
    parent_id: int | None = Field(default=None, foreign_key="assignment.id")
    """The assignment of the same measure and period at the unit above; None at the issuer."""
    hand_down_id: int = Field(foreign_key="hand_down.id")
    level: str = Field(foreign_key="level.code", max_length=20)
    answering: bool
    """True: the unit is addressed and fills in the form. False: the unit stands between, passes the
    measure on and sums up."""
    lowest: bool
    """No unit below this one receives the measure."""
    status: Status = Field(default=Status.ISSUED, sa_type=choice_of(Status))
    due_on: date
    """The day by which the unit answers. Only `services.assignments.due_moves` and a return move
    it."""
    first_due_on: date | None = Field(default=None)
    """The day on which the assignment would be due without extensions; None: there was none."""
    lower_due_on: date | None = Field(default=None)
    """The earlier due date that this unit or a unit above has set for everything below."""
    passes_on_on: date | None = Field(default=None)
    """The day on which the measure goes down by itself if the unit has not released it."""
    issued_at: datetime
    acknowledged_at: datetime | None = Field(default=None)
    released_at: datetime | None = Field(default=None)
    sent_at: datetime | None = Field(default=None)
    """When the first submission arrived."""
    late: bool = Field(default=False)
    """Whether the first submission arrived after the due date."""
    extended: bool = Field(default=False)
    """Whether the first submission arrived after `first_due_on` and by the due date."""
    taken_by_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    """The unit above that has ruled to answer in the place of the unit; None: there is none."""
    review_due_on: date | None = Field(default=None)
    """The last day on which the unit above decides in time about the latest submission, as worked
    out when the submission was sent. None before the first sending."""
    stood_in: bool = Field(default=False)
    """The unit directly above has sent the latest submission in this unit's place, so that the next
    unit up reviews it. Where no unit is above the one that answered, that one reviews."""
    closed_at: datetime | None = Field(default=None)
    """When the issuer closed the measure. From then on nothing is done with the assignment,
    whatever its status. None: the assignment is open."""
    revision: int = Field(default=0)
    """The revision of the latest submission; 0 before the first. Together with the unique key of
    `Submission` the revision leads straight to the current submission."""
    version: int = Field(default=1)
    """A number that grows with every change, so that two people who change at once notice."""


class Detail(SQLModel, table=True):
    """What a unit adds to a measure for everything below it (细化). A unit never drops anything."""

    assignment_id: int = Field(foreign_key="assignment.id", primary_key=True)
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    due_on: date | None = Field(default=None)
    contact: str = Field(default="", max_length=200)
    """The office to ask, and its telephone."""
    written_at: datetime
    written_by: int = Field(foreign_key="account.id")
