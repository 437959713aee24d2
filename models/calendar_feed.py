"""Calendar feeds: the secret addresses at which calendar programs fetch due dates."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel


class CalendarFeed(SQLModel, table=True):
    """An address that shows the due dates of the account's unit to whoever has the address.

    The secret part of the address is worked out from the id and the key of the installation, and
    stands in no table. An account has one feed at a time that is not revoked.
    """

    __tablename__ = "calendar_feed"
    __table_args__ = (
        Index(
            "ix_calendar_feed_open",
            "account_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    made_at: datetime
    revoked_at: datetime | None = Field(default=None)
    """When the address stopped to show anything; None: it is open."""
