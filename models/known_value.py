"""Known values: what units have answered to shared data elements, so that each is asked once."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.columns import JsonType


class KnownValue(SQLModel, table=True):
    """What the current submission of an assignment says to one data element (`FormField.reuse`).

    A unit has one row for each assignment that answers the element. When the newest answer is taken
    back or returned, the answer before it is still there. A row counts only while its assignment is
    reported.
    """

    __tablename__ = "known_value"
    __table_args__ = (Index("ix_known_value_unit_id", "unit_id", "element", "period"),)

    assignment_id: int = Field(foreign_key="assignment.id", primary_key=True)
    element: str = Field(primary_key=True, max_length=60)
    unit_id: int = Field(foreign_key="unit.id")
    period: str = Field(max_length=10)
    submission_id: int = Field(foreign_key="submission.id")
    value: Any = Field(sa_column=Column(JsonType, nullable=False))
    """The answer in the shape of `Submission.answers`. The JSON is free, as there."""
    updated_at: datetime
