"""A function takes what it needs of a request, and the context only where it needs several."""

import ast
from collections.abc import Iterator
from pathlib import Path

from adapters.root import ROOT

DERIVED = {"actor": "viewer", "today": "now", "query": "request"}
"""What the context works out → the field it is worked out from."""


def test_nobody_takes_the_context_for_one_of_its_fields() -> None:
    taking = [
        f"{path}: {function.name}" for path, function in _with_context() if _is_small(function)
    ]
    assert taking == []


def test_what_is_read_before_the_transaction_stands_before_the_context() -> None:
    late = [
        f"{path}: {function.name}"
        for path, function in _with_context()
        if _names_after_context(function)
        & {"files", "sent", "password", "change", "intake", "taken"}
        if function.decorator_list
    ]
    assert late == []


def _with_context() -> Iterator[tuple[Path, ast.FunctionDef]]:
    found = 0
    for path in sorted((ROOT / "web").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and "context" in _arguments(node):
                found += 1
                yield path.relative_to(ROOT), node
    assert found > 100


def _arguments(function: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in function.args.args]


def _names_after_context(function: ast.FunctionDef) -> set[str]:
    names = _arguments(function)
    return set(names[names.index("context") + 1 :])


def _is_small(function: ast.FunctionDef) -> bool:
    """Whether a function that is no route uses one field of its context, and hands it to nobody."""
    if function.decorator_list and not _is_context_manager(function):
        return False
    inside = list(ast.walk(function))
    fields = [
        node
        for node in inside
        if isinstance(node, ast.Attribute)
        if isinstance(node.value, ast.Name) and node.value.id == "context"
    ]
    names = [node for node in inside if isinstance(node, ast.Name) and node.id == "context"]
    whole = len(names) > len(fields)
    return not whole and len({DERIVED.get(field.attr, field.attr) for field in fields}) < 2


def _is_context_manager(function: ast.FunctionDef) -> bool:
    return any(isinstance(decorator, ast.Name) for decorator in function.decorator_list)
