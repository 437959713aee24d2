"""Forms that are being made: what was typed in the editor and not yet published."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import JsonType


class FormDraft(SQLModel, table=True):
    """One account's unpublished form: for a measure, and the form that gets another version."""

    __tablename__ = "form_draft"
    __table_args__ = (UniqueConstraint("account_id", "measure_id", "target"),)

    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    measure_id: int = Field(foreign_key="measure.id", index=True)
    target: int
    """Id of the form it becomes a version of; 0: of a new one."""
    base_id: int | None = Field(default=None, foreign_key="form_version.id")
    """The version it was begun on."""
    latest: int = 0
    """The number of the form's latest version when it was begun."""
    content: dict[str, Any] = Field(sa_column=Column(JsonType, nullable=False))
    """Title and rows as typed: `web.forms.kept_form`."""
    mark: str = Field(max_length=32)
    """Another with every keeping, so that two windows at once notice."""
    page: str = Field(default="", max_length=64)
    """The page that kept it while somebody typed, and may again; empty after a button."""
    updated_at: datetime
