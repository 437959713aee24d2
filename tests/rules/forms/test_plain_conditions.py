"""Conditions and comparisons that can be chosen, and the expressions that say them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.forms.expressions.expression import parse
from rules.forms.expressions.values import Scope
from rules.forms.plain_conditions import (
    COMPARED,
    PlainComparison,
    PlainCondition,
    PlainConditions,
    read_comparisons,
    read_conditions,
    signs_of,
    written_comparisons,
    written_conditions,
)

TYPES = {
    "n": "integer", "f": "decimal", "d": "date", "one": "select_one", "some": "select_multiple",
    "t": "text", "c": "calculate",
}  # fmt: skip
VALUES = {
    "n": st.integers(-(10**9), 10**9).map(str),
    "f": st.decimals(-999, 999, places=2).map(lambda number: f"{number.normalize() + 0:f}"),
    "d": st.dates().map(str),
    "one": st.from_regex(r"[a-z0-9一-龥]{1,8}", fullmatch=True),
    "some": st.from_regex(r"[a-z]{1,8}", fullmatch=True),
    "t": st.text("甲乙ab '＂。%", min_size=1, max_size=12),
    "c": st.integers(0, 999).map(str),
}


@st.composite
def conditions(draw: st.DrawFn) -> PlainCondition:
    name = draw(st.sampled_from(sorted(TYPES)))
    sign = draw(st.sampled_from(signs_of(TYPES[name])))
    part = PlainCondition(name, sign)
    return PlainCondition(name, sign, draw(VALUES[name])) if part.needs_value else part


@given(st.lists(conditions(), min_size=1, max_size=4), st.booleans())
def test_what_is_chosen_is_read_back_from_its_expression(
    parts: list[PlainCondition], any_is_enough: bool
) -> None:
    chosen = PlainConditions(tuple(parts), any_is_enough and len(parts) > 1)
    text = written_conditions(chosen, TYPES)
    assert read_conditions(text, TYPES) == chosen
    assert parse(text).references == {part.name for part in parts}


@given(
    st.lists(
        st.builds(
            PlainComparison, st.sampled_from(COMPARED), st.sampled_from(["n", "f"]), st.booleans()
        ),
        max_size=4,
    )
)
def test_comparisons_are_read_back_from_their_expression(parts: list[PlainComparison]) -> None:
    text = written_comparisons(parts)
    assert read_comparisons(text) == tuple(parts)
    assert not text or parse(text).uses_own


@pytest.mark.parametrize(
    "text",
    [
        "${n} > ${f}", "${n} + 1 > 2", "${one} = 1", "${d} > '2026-01-01'", "${n} > '5'",
        "${n} > 1 and (${one} = 'x' or ${t} = '')", "(${n} > 5", "true()", "not(${n} = 1)",
        "contains(${t}, ${one})", "5 < ${n}",
    ],
)  # fmt: skip
def test_an_expression_that_says_more_is_nobodys_choice(text: str) -> None:
    assert read_conditions(text, TYPES) is None


@pytest.mark.parametrize(
    "text",
    [". <= 5", ". != ${n}", ". <= ${n} or . >= ${f}", "${n} = '' or . <= ${f}", "${n} <= ."],
)
def test_a_constraint_that_says_more_is_no_comparison(text: str) -> None:
    assert read_comparisons(text) is None


@pytest.mark.parametrize(
    ("strict", "other", "holds"),
    [(False, 3, False), (False, 7, True), (False, None, True), (True, None, False)],
)
def test_an_unanswered_item_holds_nobody_up_unless_the_author_wants_it(
    strict: bool, other: int | None, holds: bool
) -> None:
    text = written_comparisons([PlainComparison("<=", "n", strict)])
    scope = Scope({"n": other}, own=5.0, numeric={"n"})
    assert parse(text).is_true(scope) is holds
