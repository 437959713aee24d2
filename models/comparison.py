"""Comparisons: how far the answers that wait below a unit have been held against each other."""

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel


class Comparison(SQLModel, table=True):
    """The state of the answers below an assignment when their flags were last brought up to date.

    A state is the sum of the versions of the assignments it holds: whatever happens to one of
    them, it grows, and it never falls.
    """

    assignment_id: int = Field(foreign_key="assignment.id", primary_key=True)
    """The assignment above."""
    own: int = Field(sa_column=Column(BigInteger, nullable=False))
    """Of those directly below it."""
    around: int | None = Field(default=None, sa_column=Column(BigInteger))
    """Of those below the units beside it as well; None where they were not looked at."""
