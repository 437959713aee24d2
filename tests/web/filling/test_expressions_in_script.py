"""Expressions, numbers and days give in the scripts of the pages what they give on the server."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from rules.filling.conditions import as_stored
from rules.forms.expressions.budget import MOST_WORK, Budget
from rules.forms.expressions.expression import Expression, parse
from rules.forms.expressions.values import Scope, shown, tidy, truth_of
from rules.forms.field_values import read_date, read_decimal
from rules.forms.form_fields import FieldType, FormField
from rules.sentences.faults import Fault
from tests.rules.forms.expressions.made import ANSWERS, EXPRESSIONS, NUMERIC
from tests.rules.forms.expressions.table import browser_scope, result_of, stored_values, vectors
from tests.rules.forms.test_field_values import NUMBERS
from tests.script import Script

EVALUATE = """rows => rows.map(function (row) {
  var e = window.jieliExpressions, value = e.value(row[0], row[1]);
  var series = typeof value === 'object', kind = series ? 'series' : typeof value;
  return [kind, series ? value.map(e.text).join('|') : e.text(value),
          e.isTrue(row[0], row[1]), e.shown(value)];
})"""


@pytest.fixture(scope="module")
def script() -> Script:
    return Script(
        "rules/limits.js",
        "rules/values.js",
        "rules/patterns.js",
        "rules/operators.js",
        "rules/expressions.js",
        "rules/reading.js",
        "rules/numbers.js",
    )


def in_script(engine: Script | Page, rows: list[tuple[Expression, Scope]]) -> list[list[Any]]:
    """Kind, text, truth and shown text of each expression in its scope."""
    results: list[list[Any]] = engine.evaluate(
        EVALUATE, [[expression.to_json(), browser_scope(scope)] for expression, scope in rows]
    )
    return results


def on_server(expression: Expression, scope: Scope) -> list[Any]:
    value = expression.value(scope)
    return [*result_of(value), truth_of(value), shown(value)]


def test_an_expression_gives_in_the_script_what_the_table_says(script: Script) -> None:
    table = vectors()
    results = in_script(script, [(vector.expression, vector.scope) for vector in table])
    assert len(results) == len(table)
    wrong = [
        (vector.expression.text, result, vector.result)
        for vector, result in zip(table, results, strict=True)
        if result != [*vector.result, *on_server(vector.expression, vector.scope)[2:]]
    ]
    assert wrong == []


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(st.lists(EXPRESSIONS, min_size=40, max_size=60))
def test_any_expression_gives_the_same_in_the_script_and_on_the_server(
    script: Script, texts: list[Any]
) -> None:
    scope = Scope(answers=ANSWERS, numeric=NUMERIC, today="2026-11-22")
    expressions = [parse(text) for text in texts]
    results = in_script(script, [(expression, scope) for expression in expressions])
    wrong = [
        (expression.text, result)
        for expression, result in zip(expressions, results, strict=True)
        if result != on_server(expression, scope)
    ]
    assert wrong == []


WORK = """rows => rows.map(function (row) {
  var budget = row[1].budget = {left: 1e9};
  window.jieliExpressions.value(row[0], row[1]);
  return 1e9 - budget.left;
})"""


def test_the_script_counts_the_work_of_the_server_and_never_more(script: Script) -> None:
    table = [
        vector
        for vector in vectors()
        if all(ord(sign) < 0x10000 for sign in vector.expression.text)
    ]
    table = [
        vector for vector in table if "字" not in vector.expression.references
    ]  # two halves there
    counted = script.evaluate(
        WORK, [[vector.expression.to_json(), browser_scope(vector.scope)] for vector in table]
    )
    assert script.evaluate("() => window.jieliLimits.MOST_WORK") == MOST_WORK
    allowed = []
    for vector in table:
        budget = Budget()
        vector.expression.value(replace(vector.scope, budget=budget))
        allowed.append(MOST_WORK - budget.left)
    wrong = [
        (vector.expression.text, here, there)
        for vector, here, there in zip(table, counted, allowed, strict=True)
        if not there / 4 <= here <= there
    ]
    assert wrong == []


def test_an_expression_stops_in_the_script_once_the_work_is_spent(script: Script) -> None:
    tree = parse("string-length(translate(${t}, ${t}, ${t}))").to_json()
    scope = {"answers": {"t": "字" * 20_000}, "budget": {"left": 70_000}}
    assert "too much work" in script.evaluate(
        "row => { try { return window.jieliExpressions.value(row[0], row[1]); }"
        " catch (spent) { return spent.message; } }",
        [tree, scope],
    )


STORED = "values => values.map(value => window.jieliNumbers.stored(value))"


def test_a_calculated_value_is_stored_in_the_script_as_the_table_says(script: Script) -> None:
    table = stored_values()
    assert script.evaluate(STORED, [value for value, _ in table]) == [
        text or "" for _, text in table
    ]


def test_a_number_is_read_in_the_script_as_the_table_says(script: Script) -> None:
    read = script.evaluate(
        "texts => texts.map(text => window.jieliReading.number(text))",
        [text for text, _ in NUMBERS],
    )
    assert [
        (text, found, wanted)
        for (text, wanted), found in zip(NUMBERS, read, strict=True)
        if found != ("" if wanted is None else float(wanted))
    ] == []


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.text(st.sampled_from("0123456789.,'-+ 、。，．−０９³①½\u3000\u00a0次"), max_size=9))
)
def test_any_text_is_the_same_number_in_the_script_and_on_the_server(
    script: Script, texts: list[Any]
) -> None:
    read = script.evaluate("texts => texts.map(text => window.jieliReading.number(text))", texts)
    wanted = [read_decimal(text) for text in texts]
    assert read == ["" if isinstance(value, Fault) else float(value) for value in wanted]


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.builds(
            "{}{}{}{}{}{}".format,
            st.sampled_from(["2026", "１９９９", "1899", "2200", "26"]),
            st.sampled_from(["-", "/", ".", "年", "。", "－", " - ", ""]),
            st.sampled_from(["1", "02", "１１", "13"]),
            st.sampled_from(["-", "/", ".", "月", "．", ""]),
            st.sampled_from(["1", "29", "31", "０５"]),
            st.sampled_from(["", "日", " "]),
        ),
        min_size=200,
    )
)
def test_any_text_is_the_same_day_in_the_script_and_on_the_server(
    script: Script, texts: list[Any]
) -> None:
    read = script.evaluate("texts => texts.map(text => window.jieliReading.day(text))", texts)
    wanted = [read_date(text) for text in texts]
    assert read == ["" if isinstance(value, Fault) else value for value in wanted]


def test_a_calculated_number_is_in_the_script_what_the_table_says(script: Script) -> None:
    table = stored_values("stored_numbers")
    numbers = script.evaluate(
        "values => values.map(value => window.jieliNumbers.calculated(value))",
        [value for value, _ in table],
    )
    assert numbers == ["" if text is None else float(text) for _, text in table]


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.one_of(
            st.floats(-1.1e9, 1.1e9),
            st.decimals(-(10**9), 10**9, places=5).map(float),
            st.integers(-(10**14), 10**14).map(lambda number: tidy(number / 10**5 / 8)),
        ),
        min_size=500,
    )
)
def test_any_number_is_stored_in_the_script_as_on_the_server(
    script: Script, numbers: list[Any]
) -> None:
    field = FormField(name="a", type=FieldType.DECIMAL)
    assert script.evaluate(STORED, numbers) == [
        as_stored(field, number) or "" for number in numbers
    ]


def test_an_answer_is_typed_in_the_script_as_on_the_server(script: Script) -> None:
    stored = [["12.50", True], ["12.50", False], ["", True], ["x", True], [["a", "b"], False]]
    typed = script.evaluate(
        "rows => rows.map(row => window.jieliExpressions.typed(row[0], row[1]))", stored
    )
    assert typed == [12.5, "12.50", "", "x", "a b"]
