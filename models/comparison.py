"""Comparisons: how far the answers that wait below a unit have been held against each other."""

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel


class Comparison(SQLModel, table=True):
    """The state of the answers below an assignment when their flags were last brought up to date.

    A state is the sum of `Assignment.version` over a set of assignments. The sum grows with
    whatever happens to one of the assignments, and it never falls.
    """

    assignment_id: int = Field(foreign_key="assignment.id", primary_key=True)
    """The assignment above."""
    own: int = Field(sa_column=Column(BigInteger, nullable=False))
    """The state of the assignments directly below that assignment."""
    around: int | None = Field(default=None, sa_column=Column(BigInteger))
    """The state with the assignments below the units beside it; None where those were not read."""
