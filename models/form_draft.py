"""Form drafts: what was typed in the form editor and is not yet published."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import JsonType


class FormDraft(SQLModel, table=True):
    """One account's unpublished form for a measure: a new form, or a new version of a form."""

    __tablename__ = "form_draft"
    __table_args__ = (UniqueConstraint("account_id", "measure_id", "target"),)

    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    measure_id: int = Field(foreign_key="measure.id", index=True)
    target: int
    """The id of the form that gets a new version; 0: a new form."""
    base_id: int | None = Field(default=None, foreign_key="form_version.id")
    """The version on which the draft was begun."""
    latest: int = 0
    """The number of the form's latest version when the draft was begun."""
    content: dict[str, Any] = Field(sa_column=Column(JsonType, nullable=False))
    """Title and rows as typed: `web.forms.kept_form`."""
    mark: str = Field(max_length=32)
    """A mark that changes with every keeping, so that two windows at once notice."""
    page: str = Field(default="", max_length=64)
    """The page that kept the draft while somebody typed. The same page may keep it again. Empty
    after a button was pressed."""
    updated_at: datetime
