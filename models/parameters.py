"""Lists and rows that are given to a statement as a single parameter, on SQLite and PostgreSQL
alike.

The text of such a statement is the same however much is given. The database therefore keeps its
plan, and SQLAlchemy keeps the compiled statement.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Integer,
    String,
    TypeDecorator,
    bindparam,
    literal_column,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import JSON, TypeEngine

from models.columns import JsonType


class _Listed(TypeDecorator[Any]):
    """A list: an array on PostgreSQL, JSON on SQLite."""

    impl = JSON
    cache_ok = True

    def __init__(self, kind: type[TypeEngine[Any]]) -> None:
        self.kind = kind
        super().__init__()

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        array = dialect.name == "postgresql"
        return dialect.type_descriptor(ARRAY(self.kind) if array else JSON())

    def process_bind_param(self, value: Any, dialect: Dialect) -> list[Any]:
        return list(value)


class _Among(FunctionElement[bool]):
    name = "among"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """The clause itself. SQLAlchemy would write `= 1` behind the clause on SQLite, and no index
        would be used."""
        return self


@compiles(_Among, "postgresql")
def _in_array(element: Any, compiler: Any, **how: Any) -> str:
    column, given = (compiler.process(clause, **how) for clause in element.clauses)
    return f"{column} = ANY({given})"


@compiles(_Among, "sqlite")
def _in_json(element: Any, compiler: Any, **how: Any) -> str:
    column, given = (compiler.process(clause, **how) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({given}))"


def among(
    column: SQLCoreOperations[Any], name: str, kind: type[TypeEngine[Any]] = Integer
) -> ColumnElement[bool]:
    """The clause that `column` is in the list that is given as the parameter `name`."""
    return _Among(column, bindparam(name, type_=_Listed(kind)))


ESCAPE = "/"
"""The character before a `%` or `_` that LIKE is to take for itself."""


def escaped(text: str) -> str:
    """A text as LIKE finds the text itself; see `ESCAPE`."""
    for special in (ESCAPE, "%", "_"):
        text = text.replace(special, ESCAPE + special)
    return text


class _EachRow(FunctionElement[Any]):
    name = "each_row"
    inherit_cache = True


@compiles(_EachRow, "postgresql")
def _each_of_jsonb(element: Any, compiler: Any, **how: Any) -> str:
    """PostgreSQL expects a hundred rows of any JSON, and from their climb ten thousand: it would
    read all assignments for one form. With a condition, which holds for every row, it expects one
    row and looks up each by its id."""
    given = compiler.process(element.clauses, **how)
    each = f"SELECT value FROM jsonb_array_elements({given})"
    return f"({each} WHERE jsonb_typeof(value) = 'array')"


@compiles(_EachRow, "sqlite")
def _each_of_json(element: Any, compiler: Any, **how: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **how)})"


class _Item(FunctionElement[Any]):
    name = "item"
    inherit_cache = True


@compiles(_Item, "postgresql")
def _item_of_jsonb(element: Any, compiler: Any, **how: Any) -> str:
    row, place, kind = (compiler.process(clause, **how) for clause in element.clauses)
    return f"CAST({row} ->> {place} AS {kind})"


@compiles(_Item, "sqlite")
def _item_of_json(element: Any, compiler: Any, **how: Any) -> str:
    row, place, _ = (compiler.process(clause, **how) for clause in element.clauses)
    return f"json_extract({row}, '$[{place}]')"


def given_rows(name: str, **columns: type[TypeEngine[Any]]) -> list[ColumnElement[Any]]:
    """Columns to select from the rows that are given as the parameter `name`.

    The parameter is a list of lists. Each list has a value for every column, in this order; dates
    are ISO text.
    """
    rows = _EachRow(bindparam(name, type_=JsonType)).table_valued("value", name=f"given_{name}")
    return [
        type_coerce(_Item(rows.c.value, literal_column(str(place)), _NAMES[kind]), kind).label(
            label
        )
        for place, (label, kind) in enumerate(columns.items())
    ]


_NAMES: dict[type[TypeEngine[Any]], ColumnElement[Any]] = {
    Integer: literal_column("INTEGER"),
    BigInteger: literal_column("BIGINT"),
    String: literal_column("TEXT"),
    Date: literal_column("DATE"),
}
"""What PostgreSQL calls them."""


class _AsJson(FunctionElement[Any]):
    name = "as_json"
    type = JsonType
    inherit_cache = True


@compiles(_AsJson, "postgresql")
def _text_as_jsonb(element: Any, compiler: Any, **how: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **how)} AS JSONB)"


@compiles(_AsJson, "sqlite")
def _text_as_text(element: Any, compiler: Any, **how: Any) -> str:
    """SQLite keeps JSON as text, and would make a number of it where it is cast."""
    return f"({compiler.process(element.clauses, **how)})"


def as_json(text: ColumnElement[str]) -> ColumnElement[Any]:
    """The text, which the database itself has put together, as JSON of a column."""
    return _AsJson(text)
