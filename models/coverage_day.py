"""Coverage day by day: how many answers to a measure there were below a unit."""

from datetime import date

from sqlmodel import Field, SQLModel


class CoverageDay(SQLModel, table=True):
    """The answers to a measure and period below a unit, at the end of a day in Hohhot.

    Rows are kept for units with two levels of units below them. A day without a row is like the
    day before.
    """

    __tablename__ = "coverage_day"

    measure_id: int = Field(foreign_key="measure.id", primary_key=True)
    period: str = Field(primary_key=True, max_length=10)
    unit_id: int = Field(foreign_key="unit.id", primary_key=True)
    day: date = Field(primary_key=True)
    reported: int
    reviewed: int
