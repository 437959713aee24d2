"""Conditions and comparisons that can be said without writing an expression.

A condition is about another item: it is, contains, is greater than a value. A comparison holds the
item's own answer against another item. Both are expressions, and an expression that says nothing
else is read back. Any other expression is None here and stays as its author has written it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rules.forms.expressions.grammar import read
from rules.forms.expressions.nodes import Call, Chain, Literal, Negative, Node, Own, Reference
from rules.forms.expressions.values import text_of
from rules.forms.field_values import read_date, read_decimal
from rules.forms.form_fields import NUMERIC, FieldType
from rules.sentences.faults import Fault
from rules.sentences.refusal import Refusal

ORDERED = ("=", "!=", ">", ">=", "<", "<=")
"""The signs of numbers and dates."""
SELECTED, NOT_SELECTED = "selected", "not selected"
CONTAINS, LACKS = "contains", "not contains"
FILLED, EMPTY = "filled", "empty"
COMPARED = ("<=", ">=", "<", ">", "=")
"""The signs between two items."""
_FUNCTIONS = {SELECTED: NOT_SELECTED, CONTAINS: LACKS}
"""The functions that are signs, with the sign of their contrary."""
_ANSWERED = {"=": EMPTY, "!=": FILLED}
_NOTHING = {EMPTY: "=", FILLED: "!="}
Types = Mapping[str, str]
"""Name → type of the items of a form."""


@dataclass(frozen=True)
class PlainCondition:
    """What another item must say: its name, a sign, and the value that is meant."""

    name: str
    sign: str
    value: str = ""

    @property
    def needs_value(self) -> bool:
        return self.sign not in _NOTHING


@dataclass(frozen=True)
class PlainConditions:
    """Conditions of which all must hold, or with `any` only one."""

    parts: tuple[PlainCondition, ...] = ()
    any: bool = False


@dataclass(frozen=True)
class PlainComparison:
    """How the own answer stands to the answer of another item.

    A `strict` comparison fails while the other item has no answer.
    """

    sign: str
    name: str
    strict: bool = False


def signs_of(kind: str) -> tuple[str, ...]:
    """The signs that suit an item of a type; none for an item without an answer to compare."""
    if kind in (*NUMERIC, FieldType.DATE, FieldType.CALCULATE):
        return (*ORDERED, FILLED, EMPTY)
    if kind == FieldType.SELECT_ONE:
        return ("=", "!=", FILLED, EMPTY)
    if kind == FieldType.SELECT_MULTIPLE:
        return (SELECTED, NOT_SELECTED, FILLED, EMPTY)
    return ("=", "!=", CONTAINS, LACKS, FILLED, EMPTY) if kind == FieldType.TEXT else ()


def written_conditions(conditions: PlainConditions, types: Types) -> str:
    """The expression that says the conditions; empty for none."""
    between = " or " if conditions.any else " and "
    return between.join(
        _written(part, types.get(part.name, FieldType.TEXT)) for part in conditions.parts
    )


def read_conditions(text: str, types: Types) -> PlainConditions | None:
    """The conditions that an expression says. None where it says something else."""
    root = _tree(text)
    if root is None:
        return PlainConditions() if not text else None
    between, nodes = _parts(root)
    parts = tuple(part for node in nodes if (part := _condition(node)))
    conditions = PlainConditions(parts, between == "or")
    exact = len(parts) == len(nodes) and _tree(written_conditions(conditions, types)) == root
    return conditions if exact else None


def written_comparisons(comparisons: Sequence[PlainComparison]) -> str:
    """The expression that says the comparisons; empty for none."""
    parts = [_written_comparison(comparison) for comparison in comparisons]
    if len(parts) == 1:
        return parts[0]
    return " and ".join(f"({part})" if " or " in part else part for part in parts)


def read_comparisons(text: str) -> tuple[PlainComparison, ...] | None:
    """The comparisons that an expression says. None where it says something else."""
    root = _tree(text)
    if root is None:
        return None if text else ()
    between, nodes = _parts(root)
    if between == "or":
        nodes = [root]
    parts = tuple(part for node in nodes if (part := _comparison(node)))
    exact = len(parts) == len(nodes) and _tree(written_comparisons(parts)) == root
    return parts if exact else None


def same_expression(left: str, right: str) -> bool:
    """Whether two texts are the same expression, however they are spaced."""
    return left == right or (_tree(left) is not None and _tree(left) == _tree(right))


def quoted(text: str) -> str | None:
    """A text in quotation marks; None for a text that has both kinds of them."""
    return next((f"{mark}{text}{mark}" for mark in ("'", '"') if mark not in text), None)


def _written(part: PlainCondition, kind: str) -> str:
    reference = f"${{{part.name}}}"
    if part.sign in _NOTHING:
        return f"{reference} {_NOTHING[part.sign]} ''"
    value = _literal(part.value, kind)
    for function, contrary in _FUNCTIONS.items():
        if part.sign in (function, contrary):
            call = f"{function}({reference}, {value})"
            return call if part.sign == function else f"not({call})"
    return f"{reference} {part.sign} {value}"


def _literal(value: str, kind: str) -> str:
    number = read_decimal(value)
    if kind in (*NUMERIC, FieldType.CALCULATE) and not isinstance(number, Fault):
        return number
    day = read_date(value) if kind == FieldType.DATE else value
    text = quoted(value if isinstance(day, Fault) else day) or quoted(value.replace("'", ""))
    return f"date({text})" if kind == FieldType.DATE else str(text)


def _written_comparison(comparison: PlainComparison) -> str:
    reference = f"${{{comparison.name}}}"
    holds = f". {comparison.sign} {reference}"
    return holds if comparison.strict else f"{reference} = '' or {holds}"


@lru_cache(maxsize=1024)
def _tree(text: str) -> Node | None:
    try:
        return read(text, choice=False) if text.strip() else None
    except Refusal:
        return None


def _parts(root: Node) -> tuple[str, list[Node]]:
    """What joins the parts of an expression (`and`, `or` or nothing), and the parts."""
    if isinstance(root, Chain) and root.rest[0][0] in ("and", "or"):
        return root.rest[0][0], list(root.parts())
    return "", [root]


def _condition(node: Node) -> PlainCondition | None:
    match node:
        case Chain(Reference(name), ((sign, right),)) if sign in ORDERED:
            value = _value(right)
            if value == "" and sign in _ANSWERED:
                return PlainCondition(name, _ANSWERED[sign])
            return None if value is None else PlainCondition(name, sign, value)
        case Call("not", (Call(function, (Reference(name), Literal(str(value)))),)):
            contrary = _FUNCTIONS.get(function)
            return PlainCondition(name, contrary, value) if contrary else None
        case Call(function, (Reference(name), Literal(str(value)))) if function in _FUNCTIONS:
            return PlainCondition(name, function, value)
    return None


def _value(node: Node) -> str | None:
    match node:
        case Literal(value):
            return text_of(value)
        case Negative(Literal(float(value))):
            return text_of(-value)
        case Call("date", (Literal(str(value)),)):
            return value
    return None


def _comparison(node: Node) -> PlainComparison | None:
    match node:
        case Chain(Own(), ((sign, Reference(name)),)) if sign in COMPARED:
            return PlainComparison(sign, name, strict=True)
        case Chain(
            Chain(Reference(name), (("=", Literal("")),)),
            (("or", Chain(Own(), ((sign, Reference(other)),))),),
        ) if sign in COMPARED and name == other:
            return PlainComparison(sign, name)
    return None
