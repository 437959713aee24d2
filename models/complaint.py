"""Complaints: what a lower unit finds too much, told to the units above (减负反映)."""

from datetime import datetime

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel


class Complaint(SQLModel, table=True):
    """One remark on the burden of a page or assignment. The units above read the remark."""

    id: int = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    account_id: int = Field(foreign_key="account.id")
    page: str = Field(default="", max_length=300)
    """The path of the page from which the remark was written."""
    text: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime
