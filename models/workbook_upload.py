"""Uploaded workbooks, kept between the preview and the press of the button that sends them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.columns import JsonOf, JsonType
from models.sentence import KeptFault


class WorkbookUpload(SQLModel, table=True):
    """What one uploaded workbook says. The file itself is not kept."""

    __tablename__ = "workbook_upload"

    id: int = Field(default=None, primary_key=True)
    token: str = Field(unique=True, max_length=32)
    """The address of the upload. This token and an assignment's id make a submission's send key."""
    assignment_id: int = Field(foreign_key="assignment.id")
    """The assignment of the unit that uploaded the workbook."""
    form_version_id: int | None = Field(default=None, foreign_key="form_version.id")
    rows: list[dict[str, Any]] = Field(sa_column=Column(JsonType, nullable=False))
    """One `rules.workbooks.reading.FilledRow` for each unit in the file."""
    faults: tuple[KeptFault, ...] = Field(
        sa_column=Column(JsonOf(tuple[KeptFault, ...]), nullable=False)
    )
    """What is wrong with the file itself."""
    left_out: tuple[str, ...] = Field(sa_column=Column(JsonOf(tuple[str, ...]), nullable=False))
    """Columns that answer no question of the form: their heads, or their letters without a head."""
    uploaded_at: datetime
    uploaded_by: int = Field(foreign_key="account.id")
    sent_at: datetime | None = Field(default=None)
