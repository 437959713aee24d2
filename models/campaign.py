"""Campaigns, and the notices they start from."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from models.columns import JsonOf, JsonType
from models.sentence import KeptSentence


class Campaign(SQLModel, table=True):
    """One notice and all that follows from it (专项工作)."""

    id: int = Field(default=None, primary_key=True)
    title: str = Field(max_length=300)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    """The unit that owns the campaign and hands it down."""
    starts_on: date
    ends_on: date | None = Field(default=None)
    created_at: datetime
    created_by: int = Field(foreign_key="account.id")


class Notice(SQLModel, table=True):
    """The document a campaign starts from (通知), as text; offsets of measures point into it."""

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", unique=True)
    title: str = Field(max_length=300)
    number: str = Field(default="", max_length=60)
    """文号, such as 内基办发〔2026〕18号."""
    issuer: str = Field(default="", max_length=120)
    dated_on: date | None = Field(default=None)
    file_name: str = Field(default="", max_length=255)
    text: str = Field(sa_column=Column(Text, nullable=False))
    outline: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JsonType, nullable=False)
    )
    """`[{mark, depth, heading, start, end}]`, offsets in characters of `text`."""
    left_out: tuple[KeptSentence, ...] = Field(
        default=(),
        sa_column=Column(JsonOf(tuple[KeptSentence, ...]), nullable=False, server_default="[]"),
    )
    """What the file holds and `text` does not."""
