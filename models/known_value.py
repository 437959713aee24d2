"""Known values: shared data elements units have answered, so that they are asked once."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.columns import JsonType


class KnownValue(SQLModel, table=True):
    """What the current submission of an assignment says to one data element (`FormField.reuse`).

    A row for each assignment, not one for each unit: when the newest answer is taken back or
    returned, the one before it is still there. It holds only while its assignment is reported.
    """

    __tablename__ = "known_value"
    __table_args__ = (Index("ix_known_value_unit_id", "unit_id", "element", "period"),)

    assignment_id: int = Field(foreign_key="assignment.id", primary_key=True)
    element: str = Field(primary_key=True, max_length=60)
    unit_id: int = Field(foreign_key="unit.id")
    period: str = Field(max_length=10)
    submission_id: int = Field(foreign_key="submission.id")
    value: Any = Field(sa_column=Column(JsonType, nullable=False))
    """As `Submission.answers` holds it."""
    updated_at: datetime
