"""Compiling: the tree of an expression becomes a function of the scope, once.

Nothing that an author writes is run as Python: every node becomes one of the closures below.
"""

from collections.abc import Callable
from typing import Any

from rules.forms.expressions.arithmetic import ARITHMETIC, comparison
from rules.forms.expressions.functions import FUNCTIONS, OF_A_FIELD, Conversion, as_it_is
from rules.forms.expressions.nodes import (
    Call,
    Chain,
    ChoiceColumn,
    Literal,
    Match,
    Negative,
    Node,
    Own,
    Reference,
)
from rules.forms.expressions.patterns import Pattern
from rules.forms.expressions.values import (
    Scope,
    SettledSeries,
    Value,
    number_of,
    text_of,
    truth_of,
    typed_value,
    work_of,
)

Evaluate = Callable[[Scope], Value]

STEPS_AT_ONCE = 4
"""Steps of a pattern that cost as much as one character."""
FOUND_AT_ONCE = 64
"""Characters that cost as much as one when a text is searched for another."""


def compiled(node: Node) -> Evaluate:
    """The function that gives the value of `node` in a scope."""
    match node:
        case Literal(value):
            return lambda scope: value
        case Reference(name):
            return _reference(name)
        case Own():
            return lambda scope: _met(scope, typed_value(scope.own))
        case ChoiceColumn(name):
            return lambda scope: _met(scope, typed_value(scope.choice.get(name)))
        case Negative(inner):
            operand = converted(inner, number_of)
            return lambda scope: 0.0 - operand(scope)  # type: ignore[operator]
        case Match(inner, pattern):
            return _match(converted(inner, text_of), pattern)
        case Chain():
            return _chain(node)
        case Call():
            return _call(node)


def converted(node: Node, conversion: Conversion) -> Evaluate:
    """The function that gives the value of `node` as a number, a text or a truth."""
    evaluate = compiled(node)
    if conversion is as_it_is or _gives(node) is conversion:
        return evaluate
    return lambda scope: conversion(evaluate(scope))


def _gives(node: Node) -> Conversion:
    """The conversion that changes nothing about the values of `node`."""
    match node:
        case Literal(value):
            return number_of if isinstance(value, float) else text_of
        case ChoiceColumn():
            return text_of
        case Negative():
            return number_of
        case Match():
            return truth_of
        case Chain(_, rest):
            return number_of if rest[-1][0] in ARITHMETIC else truth_of
        case Call(name):
            return FUNCTIONS[name].gives
        case _:
            return as_it_is


def _reference(name: str) -> Evaluate:
    def evaluate(scope: Scope) -> Value:
        stored: Any = scope.answers.get(name)
        kind = type(stored)
        if kind is float:
            number: float = stored
            return number
        if kind is int and -1e15 < stored < 1e15:
            return float(stored)
        if kind is str and name not in scope.numeric:
            scope.budget.charge(len(stored))
            text: str = stored
            return text
        if kind is SettledSeries:
            scope.budget.charge(stored.work)
            series: SettledSeries = stored
            return series
        return _met(scope, typed_value(stored, numeric=name in scope.numeric))

    return evaluate


def _met(scope: Scope, value: Value) -> Value:
    """`value`, after its length was charged to the budget."""
    if type(value) is not float:
        scope.budget.charge(work_of(value))
    return value


def _match(text: Evaluate, pattern: Pattern) -> Evaluate:
    """The check of a text against a pattern. The charge is that of a browser, which may hold each
    character against each step that is alive."""
    fits, per_character = pattern.fits, len(pattern.program) // STEPS_AT_ONCE

    def evaluate(scope: Scope) -> Value:
        found: Any = text(scope)
        scope.budget.charge(len(found) * per_character)
        return fits(found)

    return evaluate


def _chain(chain: Chain) -> Evaluate:
    sign = chain.rest[0][0]
    if sign in ("and", "or"):
        return _logic([chain.first, *(node for _, node in chain.rest)], sign == "or")
    act = ARITHMETIC if sign in ARITHMETIC else None
    conversion = number_of if act else as_it_is
    evaluate = converted(chain.first, conversion)
    for sign, node in chain.rest:
        operate = ARITHMETIC[sign] if act else comparison(sign)
        evaluate = _binary(operate, evaluate, node, conversion)
    return evaluate


def _binary(
    operate: Callable[..., Value], left: Evaluate, node: Node, conversion: Conversion
) -> Evaluate:
    if isinstance(node, Literal):
        constant = conversion(node.value)
        return lambda scope: operate(left(scope), constant)
    right = converted(node, conversion)
    return lambda scope: operate(left(scope), right(scope))


def _logic(nodes: list[Node], decisive: bool) -> Evaluate:
    """`or` (decisive: True) and `and` (decisive: False): the first operand with the decisive truth
    decides."""
    operands = [converted(node, truth_of) for node in nodes]
    if len(operands) == 2:
        left, right = operands
        if decisive:
            return lambda scope: left(scope) or right(scope)
        return lambda scope: left(scope) and right(scope)

    def evaluate(scope: Scope) -> Value:
        for operand in operands:
            if operand(scope) is decisive:
                return decisive
        return not decisive

    return evaluate


def _call(call: Call) -> Evaluate:
    function = FUNCTIONS[call.name]
    takes = list(function.takes)
    if function.rest:
        takes += [function.rest] * (len(call.arguments) - len(takes))
    arguments = [converted(node, takes[place]) for place, node in enumerate(call.arguments)]
    if function.act is None:
        return _SPECIAL[call.name](*arguments)
    act = function.act
    if call.name in OF_A_FIELD:
        return _of_field(call, act, arguments[0])
    if function.gives is text_of:
        return lambda scope: _met(scope, act(*[argument(scope) for argument in arguments]))
    if len(arguments) == 1:
        only = arguments[0]
        return lambda scope: act(only(scope))
    if len(arguments) == 2:
        left, right = arguments
        return lambda scope: act(left(scope), right(scope))
    return lambda scope: act(*[argument(scope) for argument in arguments])


def _of_field(call: Call, act: Callable[..., float], argument: Evaluate) -> Evaluate:
    """A function of a whole series. The result for a settled series is worked out once, however
    often an expression asks."""
    reference = call.arguments[0]
    assert isinstance(reference, Reference)
    field, name = reference.name, call.name

    def evaluate(scope: Scope) -> Value:
        series = scope.answers.get(field)
        if type(series) is not SettledSeries:
            return act(argument(scope))
        if name not in series.worked_out:
            series.worked_out[name] = act(argument(scope))
        return series.worked_out[name]

    return evaluate


def _contains(text: Evaluate, part: Evaluate) -> Evaluate:
    """The search for `part` in `text`. The charge is that of a browser, which may look for a long
    part at each character."""

    def evaluate(scope: Scope) -> Value:
        whole: Any = text(scope)
        wanted: Any = part(scope)
        scope.budget.charge(len(whole) * len(wanted) // FOUND_AT_ONCE)
        return wanted in whole

    return evaluate


def _if(condition: Evaluate, then: Evaluate, otherwise: Evaluate) -> Evaluate:
    return lambda scope: then(scope) if condition(scope) else otherwise(scope)


def _coalesce(wanted: Evaluate, instead: Evaluate) -> Evaluate:
    def evaluate(scope: Scope) -> Value:
        value = wanted(scope)
        return value if text_of(value) != "" else instead(scope)

    return evaluate


def _today() -> Evaluate:
    return lambda scope: scope.today


_SPECIAL: dict[str, Callable[..., Evaluate]] = {
    "if": _if,
    "coalesce": _coalesce,
    "today": _today,
    "contains": _contains,
}
"""Functions that see the scope or its budget, or that skip arguments."""
