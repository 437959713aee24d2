"""An expression as a tree of small values, and the tree as JSON for the browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rules.forms.expressions.patterns import Pattern


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or a text as it was written."""

    value: float | str
    position: int = field(default=0, compare=False)
    """The place of the text's first character in the expression, counted from 1."""

    def parts(self) -> tuple[Node, ...]:
        return ()

    def to_json(self) -> Any:
        value = self.value
        return int(value) if isinstance(value, float) and value.is_integer() else value


@dataclass(frozen=True, slots=True)
class Reference:
    """`${name}`: the answer of a field."""

    name: str

    def parts(self) -> tuple[Node, ...]:
        return ()

    def to_json(self) -> Any:
        return ["$", self.name]


@dataclass(frozen=True, slots=True)
class Own:
    """`.`: the answer the expression is about."""

    def parts(self) -> tuple[Node, ...]:
        return ()

    def to_json(self) -> Any:
        return ["."]


@dataclass(frozen=True, slots=True)
class ChoiceColumn:
    """A bare name: a column of the choice that is filtered."""

    name: str

    def parts(self) -> tuple[Node, ...]:
        return ()

    def to_json(self) -> Any:
        return ["@", self.name]


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands with operators of one precedence between them, applied from the left."""

    first: Node
    rest: tuple[tuple[str, Node], ...]

    def parts(self) -> tuple[Node, ...]:
        return (self.first, *(node for _, node in self.rest))

    def to_json(self) -> Any:
        written: list[Any] = ["~", self.first.to_json()]
        for sign, node in self.rest:
            written += [sign, node.to_json()]
        return written


@dataclass(frozen=True, slots=True)
class Negative:
    """`-` before a value."""

    node: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.node,)

    def to_json(self) -> Any:
        return ["-", self.node.to_json()]


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple[Node, ...]

    def parts(self) -> tuple[Node, ...]:
        return self.arguments

    def to_json(self) -> Any:
        return [self.name, *(node.to_json() for node in self.arguments)]


@dataclass(frozen=True, slots=True)
class Match:
    """`regex(…)`: whether a whole text fits a pattern."""

    node: Node
    pattern: Pattern

    def parts(self) -> tuple[Node, ...]:
        return (self.node,)

    def to_json(self) -> Any:
        return ["regex", self.node.to_json(), [list(step) for step in self.pattern.program]]


Node = Literal | Reference | Own | ChoiceColumn | Chain | Negative | Call | Match


def every(node: Node) -> Iterator[Node]:
    """The node and all nodes below it."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += node.parts()
