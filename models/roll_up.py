"""Roll-up: what lies below each unit, counted and added, kept up to date by every act.

Both tables cover everything *below* a unit and not the unit itself. The unit's own assignment is
one row away, and the lowest units, which are by far the most, need no row here.
"""

from datetime import date

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel


class Tally(SQLModel, table=True):
    """How far the assignments of one level and due date below `unit_id` have come, as counts.

    The counts are cumulative: an approved assignment also counts as submitted.
    """

    measure_id: int = Field(foreign_key="measure.id", primary_key=True)
    period: str = Field(primary_key=True, max_length=10)
    unit_id: int = Field(foreign_key="unit.id", primary_key=True, index=True)
    level: str = Field(foreign_key="level.code", primary_key=True, max_length=20)
    due_on: date = Field(primary_key=True)
    issued: int = 0
    acknowledged: int = 0
    released: int = 0
    submitted: int = 0
    approved: int = 0
    returned: int = 0
    unsent: int = 0
    """Assignments that are not answered, or returned. They are overdue once `due_on` has passed."""
    late: int = 0
    """Assignments whose first answer came after the due date."""
    sent: int = 0
    """Assignments that were ever answered and not taken back."""
    extended: int = 0
    """Assignments whose first answer came by the due date only thanks to an extension."""
    excused: int = 0
    """Answering assignments that a ruling has excused. No other column counts them."""
    answering: int = 0
    reported: int = 0
    """Answering units whose numbers are in the reported sums."""
    reviewed: int = 0
    """Answering units whose numbers are in the reviewed sums."""


class Total(SQLModel, table=True):
    """The sums of one numeric field over everything below `unit_id`."""

    measure_id: int = Field(foreign_key="measure.id", primary_key=True)
    period: str = Field(primary_key=True, max_length=10)
    unit_id: int = Field(foreign_key="unit.id", primary_key=True, index=True)
    field: str = Field(primary_key=True, max_length=130)
    reported_sum: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    """The sum × 10,000, in the unit of `AnswerNumber.value`."""
    reported_count: int = 0
    reviewed_sum: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    reviewed_count: int = 0
