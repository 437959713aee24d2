"""One form has one budget of work; the most that people ask of one leaves most of it."""

from typing import Any

import pytest

from rules.filling.answers import TOO_MUCH_WORK, check_answers, settle_answers
from rules.forms.expressions.budget import MOST_WORK
from rules.forms.form_check import check_form
from rules.forms.form_tree import FormTree

TODAY = "2026-11-27"
Raw = list[dict[str, Any]]


def question(name: str, kind: str = "integer", **more: Any) -> dict[str, Any]:
    return {"name": name, "label": name, "type": kind, **more}


def hundred(repeat: str, field: str) -> dict[str, list[str]]:
    return {f"{repeat}.{at}.{field}": ["1"] for at in range(100)}


def repeated(calculation: str, fields: int = 1, before: Raw | None = None) -> Raw:
    """A repeat `s` in which so many fields are calculated."""
    made = [
        question(f"c{n}", "decimal", within="s", calculation=calculation) for n in range(fields)
    ]
    return [*(before or []), question("s", "repeat"), question("b", within="s"), *made]


def text(name: str) -> dict[str, Any]:
    return question(name, "text", multiline=True)


LONG = {"t": ["a " * 9_999 + "a"], "u": ["".join(map(chr, range(0x4E00, 0x4E00 + 20_000)))]}
ANOTHER = [question("r", "repeat"), question("a", within="r")]
HEAVY = {
    "count-selected": repeated("+".join(["count-selected(${t})"] * 80), 1, [text("t"), text("u")]),
    "translate": repeated(
        "+".join(["string-length(translate(${t},${u},${t}))"] * 40), 1, [text("t"), text("u")]
    ),
    "series": repeated("+".join(["max(${a})"] * 150), 10, [*ANOTHER, text("t"), text("u")]),
    "nodes": repeated("+".join(["sum(${a})"] * 150), 250, [*ANOTHER, text("t"), text("u")]),
    "contains": repeated(
        " or ".join(["contains(${t}, concat(${u}, ${t}))"] * 40), 1, [text("t"), text("u")]
    ),
}


def work_of(raw: Raw, typed: dict[str, list[str]]) -> int:
    shown = {field["name"]: 100 for field in raw if field["type"] == "repeat"}
    tree = FormTree(check_form(raw))
    state = settle_answers(tree, typed, kept={}, today=TODAY, shown=shown)
    return MOST_WORK - state.budget.left


@pytest.mark.parametrize("raw", HEAVY.values(), ids=HEAVY)
def test_a_form_that_would_hold_the_server_is_refused_where_it_can_be_mended(
    raw: list[dict[str, Any]],
) -> None:
    form = check_form(raw)
    typed = LONG | hundred("s", "b")
    if raw[0]["name"] == "r":
        typed |= hundred("r", "a")
    checked = check_answers(form, typed, today=TODAY)
    assert {key: fault.msgid for key, fault in checked.faults.items()} == {"s": TOO_MUCH_WORK}
    assert checked.values == {}


@pytest.mark.parametrize("raw", HEAVY.values(), ids=HEAVY)
def test_what_is_made_beyond_the_budget_is_less_than_one_expression_touches(
    raw: list[dict[str, Any]],
) -> None:
    typed = LONG | hundred("s", "b") | (hundred("r", "a") if raw[0]["name"] == "r" else {})
    assert MOST_WORK < work_of(raw, typed) < 1.5 * MOST_WORK


def test_a_page_is_drawn_all_the_same_with_every_question_on_it() -> None:
    more = [
        question("d", within="s", relevant="${c0} > 0"),
        question("e", relevant="count(${s}) > 200"),
    ]
    tree = FormTree(check_form([*HEAVY["translate"], *more]))
    state = settle_answers(tree, LONG | hundred("s", "b"), kept={}, today=TODAY, shown={"s": 100})
    assert state.too_much == tree.by_name["c0"]
    assert state.calculated(tree.by_name["c0"], 99) is None
    assert state.relevant(tree.by_name["d"], 99)
    assert state.relevant(tree.by_name["e"], None)


def test_where_the_repeat_is_not_open_the_first_open_question_tells_it() -> None:
    kept = {"s": [{"b": 1}] * 100}
    checked = check_answers(check_form(HEAVY["translate"]), LONG, kept=kept, today=TODAY)
    assert list(checked.faults) == ["t"]


def test_a_sum_asked_a_hundred_times_is_worked_out_once() -> None:
    raw = repeated("+".join(["sum(${a}) + count(${r})"] * 50), 10, ANOTHER)
    typed = hundred("s", "b") | hundred("r", "a")
    checked = check_answers(check_form(raw), typed, today=TODAY)
    assert checked.ok
    assert checked.values["s"][99]["c9"] == str(50 * 100 + 50 * 100)
    assert work_of(raw, typed) < MOST_WORK / 5


def test_a_calculation_is_worked_out_once_though_its_page_shows_it_again() -> None:
    raw = repeated("string-length(${t})", 1, [text("t")])
    tree = FormTree(check_form(raw))
    state = settle_answers(tree, {"t": LONG["t"]}, kept={}, today=TODAY, shown={"s": 1})
    left = state.budget.left
    assert state.calculated(tree.by_name["c0"], 0) == "19999"
    assert state.budget.left == left


def test_the_largest_form_with_ordinary_expressions_takes_a_tenth_of_the_budget() -> None:
    raw, typed = large_form()
    checked = check_answers(check_form(raw), typed, today=TODAY)
    assert checked.ok
    assert len(raw) > 280
    assert len(typed) > 8_000
    assert work_of(raw, typed) < MOST_WORK / 10


def large_form() -> tuple[Raw, dict[str, list[str]]]:
    """As many questions as a form may have, in repeats filled a hundred, twenty and ten times."""
    raw = [question("homes", constraint=". >= 0 and . <= 100000"), question("start", "date")]
    typed = {"homes": ["5000"], "start": ["2026-01-01"]}
    for repeat, times in (("r0", 100), ("r1", 20), ("r2", 10)):
        raw.append(question(repeat, "repeat"))
        for place in range(17 if repeat == "r0" else 16):
            raw += _ordinary(f"{repeat}_{place}_", repeat)
            for at in range(times):
                key = f"{repeat}.{at}.{repeat}_{place}_"
                typed |= {key + "n": [str(at + 1)], key + "m": ["1.5"]}
                typed |= {key + "t": ["AB12345678"], key + "d": ["2026-11-22"]}
    sums = [f"sum(${{r0_{n}_n}}) + sum(${{r1_{n}_n}}) + sum(${{r2_{n}_c}})" for n in range(16)]
    spans = [f"max(${{r0_{n}_n}}) - min(${{r1_{n}_n}})" for n in range(16)]
    totals = enumerate([*sums, *spans])
    return [*raw, *(question(f"x{n}", "decimal", calculation=text) for n, text in totals)], typed


def _ordinary(name: str, repeat: str) -> Raw:
    n, m = f"${{{name}n}}", f"${{{name}m}}"
    made = [
        question(name + "n", constraint=". >= 0 and . <= ${homes}"),
        question(name + "m", "decimal", relevant=f"{n} > 0", constraint=f". <= {n} * 2"),
        question(name + "c", "decimal", calculation=f"round(coalesce({m}, 0) * 100 div {n}, 2)"),
        question(name + "t", "text", relevant=f"{n} > 0 and ${{homes}} > 0",
            constraint="regex(., '[0-9A-Z]{4,12}') or string-length(.) > 3"),
        question(name + "d", "date", constraint=". >= ${start} and . <= today() + 400"),
    ]  # fmt: skip
    return [{**field, "within": repeat} for field in made]
