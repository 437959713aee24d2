"""Prints of long texts: numbers that find nearly equal texts without comparing the texts."""

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel


class TextPrint(SQLModel, table=True):
    """One print (`rules.filling.checks.text_prints`) of a text in a current submission."""

    __tablename__ = "text_print"
    __table_args__ = (Index("ix_text_print_parent_id", "parent_id", "digest"),)

    assignment_id: int = Field(foreign_key="assignment.id", primary_key=True)
    digest: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    parent_id: int
    """The assignment above. Texts are compared among the units directly below one unit, for one
    measure and period."""
