"""Measures: what is to be done, by whom, and how it travels down the tree."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import JsonType, choice_of, one_of

ALL_TAGS = ""
"""The tag of an addressee that is every unit of a level."""


class MeasureKind(StrEnum):
    """What kind of answer the measure wants."""

    DUTY = "duty"
    """A duty that is counted against a target."""
    FIGURES = "figures"
    """Numbers that are added up the tree."""
    NARRATIVE = "narrative"
    """A text."""
    LIST = "list"
    """Items of a list: projects, problems, rules."""


class MeasureStatus(StrEnum):
    """The life of a measure at the unit that issues it."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    CLOSED = "closed"
    """The work is over. The issuer can open the measure again."""
    WITHDRAWN = "withdrawn"


class Gate(StrEnum):
    """What a unit of a level must do before the measure goes on to its lower units."""

    AUTO = "auto"
    ACKNOWLEDGE = "acknowledge"
    DETAIL = "detail"


class Measure(SQLModel, table=True):
    """One thing to be done (措施)."""

    __table_args__ = (one_of("kind", MeasureKind), one_of("status", MeasureStatus))

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    """The unit that issues the measure: the owner of the campaign."""
    position: int = Field(default=0)
    path: str = Field(default="", max_length=60)
    """Where the measure stands in the notice, such as 二/（一）."""
    start: int | None = Field(default=None)
    end: int | None = Field(default=None)
    """`start` and `end` are offsets in characters of the notice's text."""
    title: str = Field(max_length=300)
    text: str = Field(sa_column=Column(Text, nullable=False))
    kind: MeasureKind = Field(default=MeasureKind.FIGURES, sa_type=choice_of(MeasureKind))
    status: MeasureStatus = Field(default=MeasureStatus.DRAFT, sa_type=choice_of(MeasureStatus))
    due_rule: str = Field(default="", max_length=40)
    """`2026-12-20`, `workdays:5`, `monthly:25`, `weekly:5`, `quarterly:last`… (rules.dates.due)."""
    review_days: int = Field(default=1)
    """Working days each level above the lowest has for its own review."""
    off_to_before: bool = Field(default=False)
    """Whether a due date on a day off becomes the working day before."""
    target_count: int | None = Field(default=None)
    """How often each answering unit is to do the duty."""
    target_label: str = Field(default="", max_length=120)
    lead: str = Field(default="", max_length=300)
    cooperating: str = Field(default="", max_length=600)
    form_version_id: int | None = Field(default=None, foreign_key="form_version.id")
    findings: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JsonType, nullable=False)
    )
    """What intake found in the text (duties, deadlines, lead units, uncertain), each with its
    offsets."""
    version: int = Field(default=1)
    """A number that grows with every edit, so that two people who edit at once notice."""
    released_at: datetime | None = Field(default=None)


class Addressee(SQLModel, table=True):
    """The units of `level` that carry `tag` answer the measure. Tag `""`: all units of the
    level."""

    __table_args__ = (UniqueConstraint("measure_id", "level", "tag"),)

    id: int = Field(default=None, primary_key=True)
    measure_id: int = Field(foreign_key="measure.id")
    level: str = Field(foreign_key="level.code", max_length=20)
    tag: str = Field(default=ALL_TAGS, max_length=40)


class MeasureGate(SQLModel, table=True):
    """The gate of one level for one measure."""

    __tablename__ = "measure_gate"
    __table_args__ = (one_of("gate", Gate),)

    measure_id: int = Field(foreign_key="measure.id", primary_key=True)
    level: str = Field(foreign_key="level.code", primary_key=True, max_length=20)
    gate: Gate = Field(default=Gate.AUTO, sa_type=choice_of(Gate))
    pass_on_days: int = Field(default=3)
    """Working days after which the measure goes down by itself."""
