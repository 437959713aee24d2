"""Expressions of forms: evaluations per second, beside plain Python that does the same."""

import time
from collections.abc import Callable
from typing import Any

from rules.forms.expressions.budget import MOST_WORK
from rules.forms.expressions.compiling import compiled
from rules.forms.expressions.expression import parse
from rules.forms.expressions.grammar import read
from rules.forms.expressions.values import Scope

TIMES = 100_000
ROUNDS = 5
ANSWERS: dict[str, Any] = {
    "户数": 37,
    "完成": 12,
    "单价": "12.5",
    "状态": "started",
    "供暖": ["stove", "coal"],
}
SCOPE = Scope(answers=ANSWERS, numeric=frozenset({"户数", "完成", "单价"}), today="2026-11-22")

Python = Callable[[dict[str, Any]], Any]
CASES: dict[str, tuple[str, Python]] = {
    "compare": ("${完成} <= ${户数}", lambda answers: answers["完成"] <= answers["户数"]),
    "constraint": (
        "${完成} >= 0 and ${完成} <= ${户数} and (${状态} = 'started' or ${完成} = 0)",
        lambda answers: (
            answers["完成"] >= 0
            and answers["完成"] <= answers["户数"]
            and (answers["状态"] == "started" or answers["完成"] == 0)
        ),
    ),
    "calculation": (
        "round(${完成} * ${单价} div ${户数}, 2)",
        lambda answers: round(answers["完成"] * float(answers["单价"]) / answers["户数"], 2),
    ),
    "selected": ("selected(${供暖}, 'coal')", lambda answers: "coal" in answers["供暖"]),
}


def measure() -> dict[str, Any]:
    """Case → evaluations per second after reading the expression once, and milliseconds of reading
    it.

    Reading includes compiling. The floor is a Python function over the same answers.
    """
    return {name: _measure_one(text, python) for name, (text, python) in CASES.items()}


def _measure_one(text: str, python: Python) -> dict[str, Any]:
    expression = parse(text)
    if expression.value(SCOPE) != python(ANSWERS):
        raise RuntimeError(f"{text}: {expression.value(SCOPE)}, {python(ANSWERS)}")
    ours, floor = [], []
    for _ in range(ROUNDS):  # Both take turns, so that a busy moment hits both.
        ours.append(_per_second(expression.value, SCOPE))
        floor.append(_per_second(python, ANSWERS))
    return {
        "per_second": round(max(ours)),
        "floor_per_second": round(max(floor)),
        "times_the_floor": round(max(floor) / max(ours), 1),
        "read_ms": round(_read_seconds(text) * 1000, 2),
    }


def _per_second(evaluate: Callable[[Any], Any], given: Any) -> float:
    SCOPE.budget.left = MOST_WORK * TIMES  # The budget is that of one form.
    start = time.perf_counter()
    for _ in range(TIMES):
        evaluate(given)
    return TIMES / (time.perf_counter() - start)


def _read_seconds(text: str) -> float:
    taken = []
    for _ in range(50):
        start = time.perf_counter()
        compiled(read(text, choice=False))
        taken.append(time.perf_counter() - start)
    return min(taken)
