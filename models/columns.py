"""Column types that behave the same on SQLite and PostgreSQL."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Enum, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention

JsonType = JSON().with_variant(JSONB(), "postgresql")
"""JSON on SQLite, JSONB on PostgreSQL."""


def one_of(column: str, choices: type[StrEnum]) -> CheckConstraint:
    """The constraint that `column` holds a value of `choices`.

    Plain text with a check, because a native enum of PostgreSQL outlives its migration's
    downgrade and breaks the next upgrade.
    """
    values = ", ".join(f"'{choice.value}'" for choice in choices)
    return CheckConstraint(f"{column} IN ({values})", name=column)


def choice_of(choices: type[StrEnum], *, length: int = 20) -> Any:
    """The type of a column that holds a value of `choices` as plain text, and is read as `choices`.

    A text that is none of them, such as one of an older database, is an error that names it:
    `LookupError` when it is read, `StatementError` when it is written.
    """
    return Enum(
        choices,
        name=choices.__name__,
        values_callable=_texts_of,
        native_enum=False,
        length=length,
        validate_strings=True,
    )


def _texts_of(choices: type[StrEnum]) -> list[str]:
    return [choice.value for choice in choices]
