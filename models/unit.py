"""Units: the offices of the tree, their levels and tags."""

from datetime import date

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class Level(SQLModel, table=True):
    """One layer of the tree. Levels are data: three or seven work as well as five."""

    code: str = Field(primary_key=True, max_length=20)
    rank: int = Field(unique=True)
    """0 at the top, growing downwards."""
    name: str = Field(max_length=40)
    name_en: str = Field(max_length=40)


class Unit(SQLModel, table=True):
    """One office. `lft` and `rgt` number the tree depth first (nested set).

    Everything below a unit has its `lft` strictly between the unit's `lft` and `rgt`. The
    import renumbers the whole tree; nothing else writes these columns.
    """

    __table_args__ = (Index("ix_unit_level_lft", "level", "lft"),)

    id: int = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=20)
    name: str = Field(max_length=120)
    level: str = Field(foreign_key="level.code", max_length=20)
    parent_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    kind: str = Field(default="", max_length=40)
    telephone: str = Field(default="", max_length=40)
    """Of the office, and not of a person."""
    email: str = Field(default="", max_length=120)
    """The mailbox of the office, and not of a person."""
    lft: int = Field(index=True)
    rgt: int
    takes_assignments: bool = Field(default=True)
    """False for units that exist in the list only: dummy villages, custodial institutions."""
    valid_from: date | None = Field(default=None)
    valid_to: date | None = Field(default=None)


class Tag(SQLModel, table=True):
    """A grouping across the tree: border, pastoral, urban, batch-1…"""

    code: str = Field(primary_key=True, max_length=40)
    name: str = Field(max_length=40)
    name_en: str = Field(max_length=40)


class UnitTag(SQLModel, table=True):
    """This unit carries this tag."""

    __tablename__ = "unit_tag"

    unit_id: int = Field(foreign_key="unit.id", primary_key=True)
    tag: str = Field(foreign_key="tag.code", primary_key=True, max_length=40, index=True)
