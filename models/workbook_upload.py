"""Workbooks that were uploaded: kept between the preview and the word to send them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.columns import JsonType


class WorkbookUpload(SQLModel, table=True):
    """What one uploaded workbook says; the file itself is not kept."""

    __tablename__ = "workbook_upload"

    id: int = Field(default=None, primary_key=True)
    token: str = Field(unique=True, max_length=32)
    """Its address; with the id of an assignment behind it, the send key of a submission."""
    assignment_id: int = Field(foreign_key="assignment.id")
    """Of the unit that uploaded it."""
    form_version_id: int | None = Field(default=None, foreign_key="form_version.id")
    rows: list[dict[str, Any]] = Field(sa_column=Column(JsonType, nullable=False))
    """`rules.workbooks.reading.FilledRow`, one for each unit in the file."""
    faults: list[dict[str, Any]] = Field(sa_column=Column(JsonType, nullable=False))
    """What is wrong with the file itself: `{where, msgid, values}`."""
    left_out: list[str] = Field(sa_column=Column(JsonType, nullable=False))
    """Heads of columns that are no question of the form, or their letters."""
    uploaded_at: datetime
    uploaded_by: int = Field(foreign_key="account.id")
    sent_at: datetime | None = Field(default=None)
