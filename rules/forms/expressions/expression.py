"""An expression of a form: read once, evaluated as often as needed."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from rules.forms.expressions.budget import OF_A_NODE, STARTING
from rules.forms.expressions.compiling import compiled, converted
from rules.forms.expressions.faults import ExpressionFault
from rules.forms.expressions.grammar import read
from rules.forms.expressions.nodes import ChoiceColumn, Literal, Match, Node, Own, Reference, every
from rules.forms.expressions.patterns import LONGEST_PROGRAM
from rules.forms.expressions.values import Scope, Value, truth_of, work_of
from rules.sentences.refusal import N_

LONGEST = 2_000
"""The most characters of an expression."""
DEEPEST = 40
MOST_NODES = 500
MOST_STEPS = 2 * LONGEST_PROGRAM
"""The most steps of all patterns of one expression."""
REMEMBERED = 2_048


class Expression:
    """A checked expression: what it needs, and its value in a scope.

    `references`: the names in ${…}. `columns`: the bare names of a choice filter. `uses_own`:
    whether the expression has “.”. `work`: what one evaluation costs, besides the values it meets.
    """

    __slots__ = (
        "_evaluate",
        "_is_true",
        "_root",
        "columns",
        "references",
        "text",
        "uses_own",
        "work",
    )

    def __init__(self, text: str, root: Node) -> None:
        nodes = list(every(root))
        self.text = text
        self.references = frozenset(node.name for node in nodes if isinstance(node, Reference))
        self.columns = frozenset(node.name for node in nodes if isinstance(node, ChoiceColumn))
        self.uses_own = any(isinstance(node, Own) for node in nodes)
        literals = (node.value for node in nodes if isinstance(node, Literal))
        self.work = STARTING + OF_A_NODE * len(nodes) + sum(map(work_of, literals))
        self._root = root
        self._evaluate: Callable[[Scope], Value] = compiled(root)
        self._is_true: Callable[[Scope], Any] = converted(root, truth_of)

    def value(self, scope: Scope) -> Value:
        """The value: a number, a text, a truth, or a series of them.

        Raises TooMuchWork when the scope's budget is spent, and nothing else.
        """
        scope.budget.charge(self.work)
        return self._evaluate(scope)

    def is_true(self, scope: Scope) -> bool:
        """Whether a question is relevant, a constraint kept, a choice offered. Raises as `value`
        does."""
        scope.budget.charge(self.work)
        return bool(self._is_true(scope))

    def to_json(self) -> Any:
        """The tree in the form that `web/static/rules/expressions.js` takes."""
        return self._root.to_json()

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def parse(text: str, *, choice: bool = False) -> Expression:
    """Read an expression. With `choice`, bare names are columns of the choice that is filtered.

    Raises ExpressionFault, a Refusal that says which character is wrong, and never anything else.
    """
    if len(text) > LONGEST:
        raise ExpressionFault(
            N_("表达式有 %(length)s 个字符，最多 %(most)s 个。"),
            position=LONGEST + 1,
            length=len(text),
            most=LONGEST,
        )
    return _parsed(text, choice)


@lru_cache(maxsize=REMEMBERED)
def _parsed(text: str, choice: bool) -> Expression:
    if not text.strip():
        raise ExpressionFault(N_("表达式是空的。"), position=1)
    root = read(text, choice=choice)
    _check_size(root)
    return Expression(text, root)


def _check_size(root: Node) -> None:
    level, nodes, steps, depth = [root], 0, 0, 0
    while level:
        depth += 1
        nodes += len(level)
        steps += sum(len(node.pattern.program) for node in level if isinstance(node, Match))
        level = [part for node in level for part in node.parts()]
    if depth > DEEPEST or nodes > MOST_NODES or steps > MOST_STEPS:
        raise ExpressionFault(
            N_("表达式太复杂：最多 %(nodes)s 个部分、嵌套 %(depth)s 层，请拆成几个计算字段。"),
            position=1,
            nodes=MOST_NODES,
            depth=DEEPEST,
        )
