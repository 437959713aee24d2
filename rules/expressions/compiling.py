"""A tree becomes a function of the scope, once; evaluating is calling it.

Nothing an author writes is run as Python: every node becomes one of the closures below.
"""

from collections.abc import Callable
from typing import Any

from rules.expressions.arithmetic import ARITHMETIC, comparison
from rules.expressions.functions import FUNCTIONS, Conversion, as_it_is
from rules.expressions.nodes import (
    Call,
    Chain,
    Column,
    Literal,
    Match,
    Negative,
    Node,
    Own,
    Reference,
)
from rules.expressions.values import Scope, Value, number_of, text_of, truth_of, typed_value

Evaluate = Callable[[Scope], Value]


def compiled(node: Node) -> Evaluate:
    """The function that gives the value of the node in a scope."""
    match node:
        case Literal(value):
            return lambda scope: value
        case Reference(name):
            return _reference(name)
        case Own():
            return lambda scope: typed_value(scope.own)
        case Column(name):
            return lambda scope: typed_value(scope.choice.get(name))
        case Negative(inner):
            operand = converted(inner, number_of)
            return lambda scope: 0.0 - operand(scope)  # type: ignore[operator]
        case Match(inner, pattern):
            text, fits = converted(inner, text_of), pattern.fits
            return lambda scope: fits(text(scope))  # type: ignore[arg-type]
        case Chain():
            return _chain(node)
        case Call():
            return _call(node)


def converted(node: Node, conversion: Conversion) -> Evaluate:
    """The function that gives the node's value as a number, a text or a truth."""
    evaluate = compiled(node)
    if conversion is as_it_is or _gives(node) is conversion:
        return evaluate
    return lambda scope: conversion(evaluate(scope))


def _gives(node: Node) -> Conversion:
    """The conversion that would change nothing about the value of the node."""
    match node:
        case Literal(value):
            return number_of if isinstance(value, float) else text_of
        case Column():
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
        if kind is int and -1e15 < stored < 1e15:
            return float(stored)
        if kind is str and name not in scope.numeric:
            return stored
        return typed_value(stored, numeric=name in scope.numeric)

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
    """`or` is decided by the first true operand, `and` by the first that is not."""
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
    if len(arguments) == 1:
        only = arguments[0]
        return lambda scope: act(only(scope))
    if len(arguments) == 2:
        left, right = arguments
        return lambda scope: act(left(scope), right(scope))
    return lambda scope: act(*[argument(scope) for argument in arguments])


def _if(condition: Evaluate, then: Evaluate, otherwise: Evaluate) -> Evaluate:
    return lambda scope: then(scope) if condition(scope) else otherwise(scope)


def _coalesce(wanted: Evaluate, instead: Evaluate) -> Evaluate:
    def evaluate(scope: Scope) -> Value:
        value = wanted(scope)
        return value if text_of(value) != "" else instead(scope)

    return evaluate


def _today() -> Evaluate:
    return lambda scope: scope.today


_SPECIAL: dict[str, Callable[..., Evaluate]] = {"if": _if, "coalesce": _coalesce, "today": _today}
"""The functions that see the scope or skip arguments."""
