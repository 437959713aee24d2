"""Forms: versioned sets of fields, and how long they take."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import JsonType


class Form(SQLModel, table=True):
    """A set of questions under one name. The questions themselves stand in the versions."""

    id: int = Field(default=None, primary_key=True)
    title: str = Field(max_length=200)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    created_at: datetime
    created_by: int = Field(foreign_key="account.id")


class FormVersion(SQLModel, table=True):
    """One frozen state of a form. Answers keep the version they were given on."""

    __tablename__ = "form_version"
    __table_args__ = (UniqueConstraint("form_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    form_id: int = Field(foreign_key="form.id")
    number: int
    fields: list[dict[str, Any]] = Field(sa_column=Column(JsonType, nullable=False))
    """The fields as `rules.forms.form_fields.FormField` dumps them, in the order they are asked."""
    settings: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JsonType, nullable=False)
    )
    """Languages and the author's version: a dump of `rules.forms.form_settings.FormSettings`."""
    published_at: datetime
    published_by: int = Field(foreign_key="account.id")


class FillTime(SQLModel, table=True):
    """How many fillings of a form version took how long: a histogram without units or persons."""

    __tablename__ = "fill_time"

    form_version_id: int = Field(foreign_key="form_version.id", primary_key=True)
    up_to: int = Field(primary_key=True)
    """The upper edge of the bucket, in seconds."""
    count: int = 0
