"""Reports: the stored snapshot from which the page, the Word file and the ledger are rendered."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import JsonType


class Snapshot(SQLModel, table=True):
    """The data of one unit's report on one campaign as of one date."""

    __table_args__ = (UniqueConstraint("campaign_id", "unit_id", "as_of"),)

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id")
    unit_id: int = Field(foreign_key="unit.id", index=True)
    as_of: date
    made_at: datetime
    data: dict[str, Any] = Field(sa_column=Column(JsonType, nullable=False))
    """The report as `rules.reports.report` makes it. The JSON is free: the checksum covers it, so
    that it stays as it was written."""
    checksum: str = Field(max_length=64)
    """SHA-256 of the data, printed on every face of the report."""
