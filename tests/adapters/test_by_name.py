"""Values of rows are made by the names of their fields."""

import ast
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import Unit

QUERIES = Path(__file__).resolve().parent.parent.parent / "queries"


class Place(NamedTuple):
    code: str
    name: str


def test_the_order_of_the_columns_means_nothing(session: Session) -> None:
    by_name = ByName(Place, name=col(Unit.name), code=col(Unit.code))
    row = session.execute(select(*by_name.columns).order_by(col(Unit.lft)).limit(1)).one()
    top = session.get_one(Unit, 1)

    assert tuple(row) == (top.name, top.code)
    assert by_name.value(row) == Place(code=top.code, name=top.name)


def test_a_field_without_a_column_and_a_column_without_a_field_are_errors() -> None:
    with pytest.raises(TypeError, match="code"):
        ByName(Place, name=col(Unit.name)).value(["旗"])
    with pytest.raises(TypeError, match="level"):
        ByName(Place, name=col(Unit.name), code=col(Unit.code), level=col(Unit.level)).value("abc")


def positional(path: Path) -> list[str]:
    """The calls in a module that make a value from the order of what they are given."""
    return [
        f"{path.relative_to(QUERIES)}:{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id.lstrip("_")[:1].isupper()
        and any(isinstance(argument, ast.Starred) for argument in node.args)
    ]


def test_no_query_makes_a_value_from_the_order_of_a_row() -> None:
    assert [call for path in sorted(QUERIES.rglob("*.py")) for call in positional(path)] == []
