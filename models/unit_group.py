"""Groups of units that are alike, counted below each unit: whom a measure reaches is read from few
rows, however large the tree is."""

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.columns import JsonOf

Pairs = tuple[tuple[str, str], ...]


class UnitGroup(SQLModel, table=True):
    """Current units of one level that carry the same tags, with the same levels and tags below.

    Groups are made anew with the counts, so that an id says nothing beyond that.
    """

    __tablename__ = "unit_group"

    id: int = Field(primary_key=True)
    level: str = Field(foreign_key="level.code", max_length=20)
    takes_assignments: bool
    tags: tuple[str, ...] = Field(sa_column=Column(JsonOf(tuple[str, ...]), nullable=False))
    """The tags that each of the units carries."""
    below: Pairs = Field(sa_column=Column(JsonOf(Pairs), nullable=False))
    """The levels and tags of units below that take assignments; an untagged unit has the tag ``."""


class GroupCount(SQLModel, table=True):
    """How many units of a group lie below a unit."""

    __tablename__ = "group_count"

    unit_id: int = Field(foreign_key="unit.id", primary_key=True)
    group_id: int = Field(foreign_key="unit_group.id", primary_key=True, index=True)
    units: int
