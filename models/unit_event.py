"""The history of units: what was changed about a unit, when and by whom."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from models.columns import choice_of, one_of


class UnitFact(StrEnum):
    """What can be changed about a unit."""

    NAME = "name"
    LEVEL = "level"
    PARENT_ID = "parent_id"
    KIND = "kind"
    TELEPHONE = "telephone"
    EMAIL = "email"
    TAKES_ASSIGNMENTS = "takes_assignments"
    VALID_TO = "valid_to"
    TAG = "tag"


class UnitEvent(SQLModel, table=True):
    """One change of one fact about a unit."""

    __tablename__ = "unit_event"
    __table_args__ = (one_of("fact", UnitFact),)

    id: int = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    at: datetime
    actor_id: int | None = Field(default=None, foreign_key="account.id")
    """The account that acted; None: somebody at the command line."""
    fact: UnitFact = Field(sa_type=choice_of(UnitFact))
    before: str = Field(default="", max_length=120)
    """As a person reads it: of a level its code, of a unit above and of a tag its name. Of a tag
    that was added empty, and so is `after` of a tag that was taken away."""
    after: str = Field(default="", max_length=120)
