"""Campaigns, and the notices they start from."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from models.columns import JsonOf, JsonType, choice_of, one_of
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


class NoticeFileKind(StrEnum):
    """What a file of a notice is."""

    ORIGINAL = "original"
    """The document that the notice was read from, or one that an officer keeps in its place."""
    ANNEX = "annex"


class NoticeFile(SQLModel, table=True):
    """The original (原件) or an annex (附件) of a notice. The bytes lie in files (decision 0007).

    The rows are the history as well: a row stays when its file is removed or replaced.
    """

    __tablename__ = "notice_file"
    __table_args__ = (one_of("kind", NoticeFileKind),)

    id: int = Field(default=None, primary_key=True)
    token: str = Field(unique=True, max_length=40)
    """A random name by which pages refer to the file."""
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    kind: NoticeFileKind = Field(sa_type=choice_of(NoticeFileKind, length=10))
    name: str = Field(max_length=120)
    content_type: str = Field(default="", max_length=100)
    """One of `rules.filling.attachments.kinds.FILE_TYPES`; empty for a web page, which is handed
    out as bytes that no program opens by itself."""
    size: int
    """Bytes."""
    digest: str = Field(max_length=64, index=True)
    """SHA-256 of the bytes in hex."""
    added_at: datetime
    added_by: int = Field(foreign_key="account.id")
    removed_at: datetime | None = Field(default=None)
    removed_by: int | None = Field(default=None, foreign_key="account.id")
    replaced_by_id: int | None = Field(default=None, foreign_key="notice_file.id")
    """The file that an officer put in the place of this one."""
