"""Attachments: photos and files that answer a field of a form. Their bytes lie outside."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import one_of


class AttachmentKind(StrEnum):
    """What the field takes; the names are XLSForm's."""

    IMAGE = "image"
    FILE = "file"


class Attachment(SQLModel, table=True):
    """One photo or file (附件): under way piece by piece, or stored and ready to be sent."""

    __table_args__ = (
        UniqueConstraint("assignment_id", "client_key"),
        one_of("kind", AttachmentKind),
    )

    id: int = Field(default=None, primary_key=True)
    token: str = Field(unique=True, max_length=40)
    """Random; what pages and answers call it."""
    assignment_id: int = Field(foreign_key="assignment.id", index=True)
    field: str = Field(max_length=130)
    """The key of the field it answers: `photo`, in a repeat `visits.2.photo`."""
    kind: str = Field(max_length=10)
    client_key: str | None = Field(default=None, max_length=64)
    """Made by the browser from the content: starting the same upload twice is one upload."""
    name: str = Field(max_length=120)
    content_type: str = Field(default="", max_length=100)
    """One of `rules.filling.attachments.kinds.FILE_TYPES`; empty until it is ready."""
    size: int
    """Bytes: as announced, once it is ready as stored."""
    digest: str = Field(default="", max_length=64, index=True)
    """SHA-256 of the stored bytes in hex, which is where they lie; empty until it is ready."""
    kept: bool = Field(default=False)
    """A submission holds it: it is never swept."""
    uploaded_at: datetime
    uploaded_by: int = Field(foreign_key="account.id")
    done_at: datetime | None = Field(default=None)
    """When it was ready; None while it is under way."""
