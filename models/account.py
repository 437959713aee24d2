"""Accounts that sign in, and their signed-in sessions. No other data on persons is kept."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.columns import choice_of, one_of


class Role(StrEnum):
    """What an account may do for its unit."""

    OFFICE = "office"
    """The role takes in notices, releases measures and reviews, and may do all that a clerk may."""
    CLERK = "clerk"
    """The role signs for assignments, details, releases, answers and reviews them."""


HAS_FIRST_CODE = "substr(password_hash, 1, 5) = 'code$'"
"""The account still has its first code. A statement with this very text finds such accounts by
their index, however many others there are."""


class Account(SQLModel, table=True):
    """An account with which a unit signs in."""

    __table_args__ = (
        one_of("role", Role),
        Index(
            "ix_account_first_code",
            "unit_id",
            postgresql_where=text(HAS_FIRST_CODE),
            sqlite_where=text(HAS_FIRST_CODE),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    login: str = Field(unique=True, max_length=60)
    name: str = Field(max_length=60)
    """What pages call the account, such as 综合办公室."""
    password_hash: str = Field(max_length=200)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    role: Role = Field(default=Role.CLERK, sa_type=choice_of(Role))
    active: bool = Field(default=True)
    created_at: datetime
    signed_in_at: datetime | None = Field(default=None)
    """When somebody signed in with the account for the first time; None: nobody ever has."""


class AccountAct(StrEnum):
    """What was done to an account."""

    MADE = "made"
    MADE_TOGETHER = "made_together"
    """The account was made with many others, with a first code."""
    CODE_MADE = "code_made"
    """The account had never been used and got another first code."""
    PASSWORD_SET = "password_set"
    """The office that looks after the account set a password."""
    PASSWORD_CHANGED = "password_changed"
    """The account itself changed its password and gave the old password to do so."""
    SWITCHED_OFF = "switched_off"
    SWITCHED_ON = "switched_on"


class AccountEvent(SQLModel, table=True):
    """One row of an account's history. The row holds no secret."""

    __tablename__ = "account_event"
    __table_args__ = (one_of("act", AccountAct),)

    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    at: datetime
    act: AccountAct = Field(sa_type=choice_of(AccountAct))
    actor_id: int | None = Field(default=None, foreign_key="account.id")
    """The account that acted; None: somebody at the command line."""


class SignIn(SQLModel, table=True):
    """One signed-in browser. The cookie holds a random token, and this row only the token's
    hash."""

    __tablename__ = "sign_in"

    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    account_id: int = Field(foreign_key="account.id", index=True)
    created_at: datetime
    expires_at: datetime = Field(index=True)
    ended_at: datetime | None = Field(default=None)
