"""The table of test vectors: what expressions give, on the server and in the browser alike."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rules.forms.expressions.expression import Expression, parse
from rules.forms.expressions.values import Scalar, Scope, Value, first, text_of, typed_value


@dataclass(frozen=True)
class Vector:
    expression: Expression
    scope: Scope
    result: list[str]
    """Kind and text."""


def vectors() -> list[Vector]:
    whole = json.loads((Path(__file__).parent / "vectors.json").read_text())
    return [_vector(row, whole["scope"]) for row in whole["vectors"]]


def stored_values(table: str = "stored") -> list[tuple[Value, str | None]]:
    """What a calculation gave → the text that is stored of it; None: nothing.

    In `stored` of a question that takes texts, in `stored_numbers` of one that takes numbers.
    """
    whole = json.loads((Path(__file__).parent / "vectors.json").read_text())
    return [(_given(value), text) for value, text in whole[table]]


def _given(value: Any) -> Value:
    if isinstance(value, list):
        return tuple(_scalar(part) for part in value)
    return _scalar(value)


def _scalar(value: Any) -> Scalar:
    return float(value) if type(value) is int else value


def _vector(row: list[Any], usual: dict[str, Any]) -> Vector:
    text, kind, result, *other = row
    scope = usual | (other[0] if other else {})
    answers = {name: _stored(value) for name, value in scope["answers"].items()}
    return Vector(
        parse(text, choice=bool(scope["choice"])),
        Scope(
            answers=answers,
            own=scope["own"],
            choice=scope["choice"],
            today=scope["today"],
            numeric=frozenset(scope["numeric"]),
        ),
        [kind, result],
    )


def _stored(value: Any) -> Any:
    return tuple(value["series"]) if isinstance(value, dict) else value


def result_of(value: Value) -> list[str]:
    """Kind and text of a value, as the table has them."""
    if isinstance(value, tuple):
        return ["series", "|".join(text_of(part) for part in value)]
    kind = {float: "number", str: "string", bool: "boolean"}[type(value)]
    return [kind, text_of(value)]


def browser_scope(scope: Scope) -> dict[str, Any]:
    """The scope as `web/static/rules/expressions.js` takes it; it has no way to write NaN."""
    answers = {
        name: typed_value(stored, numeric=name in scope.numeric)
        for name, stored in scope.answers.items()
    }
    for value in answers.values():
        scalar = first(value)
        assert not isinstance(scalar, float) or math.isfinite(scalar)
    return {
        "answers": answers,
        "own": typed_value(scope.own),
        "choice": dict(scope.choice),
        "today": scope.today,
    }
