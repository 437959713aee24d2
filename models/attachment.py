"""Attachments: photos and files that answer a field of a form. Their bytes lie in files
(decision 0007)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import choice_of, one_of


class AttachmentKind(StrEnum):
    """What the field takes; the names are XLSForm's."""

    IMAGE = "image"
    FILE = "file"


class Attachment(SQLModel, table=True):
    """One photo or file (附件). It is under way piece by piece, or stored and ready to be sent."""

    __table_args__ = (
        UniqueConstraint("assignment_id", "client_key"),
        one_of("kind", AttachmentKind),
    )

    id: int = Field(default=None, primary_key=True)
    token: str = Field(unique=True, max_length=40)
    """A random name by which pages and answers refer to the attachment."""
    assignment_id: int = Field(foreign_key="assignment.id", index=True)
    field: str = Field(max_length=130)
    """The key of the field that the attachment answers: `photo`, in a repeat `visits.2.photo`."""
    kind: AttachmentKind = Field(sa_type=choice_of(AttachmentKind, length=10))
    client_key: str | None = Field(default=None, max_length=64)
    """A key the browser makes from the content, so that starting an upload twice is one upload."""
    name: str = Field(max_length=120)
    content_type: str = Field(default="", max_length=100)
    """One of `rules.filling.attachments.kinds.FILE_TYPES`; empty until the attachment is ready."""
    size: int
    """Bytes: those announced, and once the attachment is ready those stored."""
    digest: str = Field(default="", max_length=64, index=True)
    """SHA-256 of the stored bytes in hex. The file bears this name. Empty until the upload ends."""
    kept: bool = Field(default=False)
    """Whether a submission holds the attachment. Such an attachment is never swept."""
    uploaded_at: datetime
    uploaded_by: int = Field(foreign_key="account.id")
    done_at: datetime | None = Field(default=None)
    """When the attachment was ready; None while it is under way."""
