"""Column types that behave the same on SQLite and PostgreSQL."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, PlainSerializer, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError
from sqlalchemy import JSON, CheckConstraint, Dialect, Enum, MetaData, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine
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
Texts = Annotated[
    Mapping[str, str], AfterValidator(MappingProxyType), PlainSerializer(dict, return_type=dict)
]
"""Texts by name, which nobody can change in place."""


class JsonOf(TypeDecorator[Any]):
    """JSON that is read as `kind`: one place checks what is read and dumps what is written.

    `kind` is whatever pydantic validates, and frozen: a change in place would not be noticed and
    not be stored. What does not fit, such as JSON of an older database, is a `LookupError` that
    says where and why, and nothing of what people typed.
    """

    impl = JSON
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__(none_as_null=True)
        self.kind = kind
        self._adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        plain = JSONB if dialect.name == "postgresql" else JSON
        return dialect.type_descriptor(plain(none_as_null=True))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """The value as JSON, without what has its default."""
        if value is None:
            return None
        try:
            return self._adapter.dump_python(
                value, mode="json", exclude_defaults=True, warnings="error"
            )
        except PydanticSerializationError:
            raise TypeError(f"{type(value)} is no {self.kind}") from None

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The JSON as a value of `kind`."""
        if value is None:
            return None
        try:
            return self._adapter.validate_python(value)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False, include_context=False)
            raise LookupError(f"JSON that is no {self.kind}: {found}") from None


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
