"""What is refused, where, and in bounds whatever is written."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.forms.expressions.budget import MOST_WORK, Budget
from rules.forms.expressions.expression import DEEPEST, LONGEST, parse
from rules.forms.expressions.faults import ExpressionFault
from rules.forms.expressions.values import LONGEST_TEXT, Scope, number_of
from tests.rules.forms.expressions.made import ANSWERS, EXPRESSIONS, NUMERIC

SCOPE = Scope(answers=ANSWERS, numeric=NUMERIC, own="5", today="2026-11-22")

REFUSED = [
    ("", 1, "空的"),
    ("  ", 1, "空的"),
    ("1 +", 4, "没有写完"),
    ("(1", 3, "没有写完"),
    ("1)", 2, "“)”"),
    ("1 2", 3, "“2”"),
    ("'a' 'b'", 5, "“'b'”"),
    ("1 > > 2", 5, "“>”"),
    ("'a", 1, "引号没有成对"),
    ('concat("a)', 8, "引号没有成对"),
    ("${a b}", 1, "${字段名}"),
    ("1 + ${}", 5, "${字段名}"),
    ("${last-saved#x}", 1, "${字段名}"),
    ("${a}/b", 5, "路径"),
    ("//b", 1, "路径"),
    ("../b", 1, "路径"),
    ("..", 1, "路径"),
    ("child::b", 6, "路径"),
    ("@b", 1, "路径"),
    ("${a}[1]", 5, "路径"),
    ("current()/../b", 10, "路径"),
    ("current()", 1, "“current”"),
    ("1 == 1", 3, "改为“=”"),
    ("1 <> 1", 3, "改为“!=”"),
    ("1 && 1", 3, "改为“and”"),
    ("1 || 1", 3, "改为“or”"),
    ("5 % 2", 3, "mod"),
    ("（1)", 1, "全角"),
    ("1　", 2, "全角"),
    ("${a}＝1", 5, "全角"),
    (". ≥ 1", 3, "改为“>=”"),
    (". ≤ 1", 3, "改为“<=”"),
    (". ≠ 1", 3, "改为“!=”"),
    ("2 × 3", 3, "改为“*”"),
    ("${a} > １２", 8, "全角"),
    ("max(${a}；1)", 9, "全角"),
    ("if(1，2，3)", 5, "全角"),
    ("ｓｕｍ(1)", 1, "全角"),
    ("户数 > 1", 1, "写在 ${} 里"),
    ("true", 1, "要有括号"),
    ("1 + pulldata('a')", 5, "“pulldata”"),
    ("求和(1)", 1, "“求和”"),
    ("jr:choice-name('a', 'b')", 1, "“jr:choice-name”"),
    ("__import__('os')", 1, "“__import__”"),
    ("1 or concat()", 6, "≥ 1"),
    ("not()", 1, "要有 1 个参数，现在是 0 个"),
    ("true(1)", 1, "要有 0 个参数，现在是 1 个"),
    ("if(1, 2)", 1, "要有 3 个参数，现在是 2 个"),
    ("substr('a')", 1, "要有 2–3 个参数，现在是 1 个"),
    ("sum(1 + 2)", 1, "写一个 ${字段名}"),
    ("count-non-empty('a')", 1, "写一个 ${字段名}"),
    ("regex(., ${a})", 1, "引号里的文字"),
    ("regex(., '(?=a)')", 11, "“(?=”"),
    ("regex(., '(a')", 11, "“(”"),
    ("regex(., 'a)')", 12, "“)”"),
    ("regex(., 'a++')", 12, "“++”"),
    ("regex(., 'a{3,1}')", 12, "“{3,1}”"),
    ("regex(., '(a)\\1')", 14, "“\\1”"),
    ("regex(., '\\bx')", 11, "“\\b”"),
    ("regex(., '\\p{Han}')", 11, "“\\p”"),
    ("regex(., '[a')", 11, "“[”"),
    ("regex(., '[]')", 11, "“[]”"),
    ("regex(., '[b-a]')", 12, "“b-a”"),
    ("regex(., '[a[b]]')", 13, "“[”"),
    ("regex(., '[a&&b]')", 13, "“&”"),
    ("regex(., '^*')", 12, "“*”"),
    ("regex(., 'a{600}')", 12, "“{600}”"),
    ("regex(., '(a{100}){100}')", 19, "“{100}”"),
    ("regex(., 'a{400}b{400}')", 11, "太复杂"),
    ("regex(., '\\ud842')", 11, "“\\ud842”"),
    ("format-date(., ${a})", 1, "引号里的文字"),
    ("format-date(., '%Y %Q')", 20, "“%Q”"),
    ("format-date(., '100%')", 20, "“%”"),
    ("1234567890123456", 1, "太长"),
    ("name = 'a'", 1, "写在 ${} 里"),
]


@pytest.mark.parametrize(("text", "position", "part"), REFUSED, ids=lambda value: str(value)[:30])
def test_what_is_not_in_the_grammar_is_refused_with_its_place(
    text: str, position: int, part: str
) -> None:
    with pytest.raises(ExpressionFault) as refused:
        parse(text)
    assert part in str(refused.value)
    assert refused.value.position == position


def test_a_choice_filter_has_columns_and_no_own_value() -> None:
    expression = parse("league = ${盟市} and 级别 > 3", choice=True)
    assert expression.columns == {"league", "级别"}
    assert expression.references == {"盟市"}
    assert not expression.uses_own
    with pytest.raises(ExpressionFault, match="筛选"):
        parse(". = 1", choice=True)


def test_an_expression_tells_what_it_needs() -> None:
    expression = parse("if(. > ${户数}, regex(${名称}, 'a'), coalesce(${户数}, sum(${行})))")
    assert expression.references == {"户数", "名称", "行"}
    assert expression.columns == frozenset()
    assert expression.uses_own


def test_an_expression_is_read_once() -> None:
    assert parse("1 + 41") is parse("1 + 41")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000 + "1" + ")" * 5_000,
        "(" * 1_900,
        "-" * 1_900 + "1",
        "not(" * 400 + "1" + ")" * 400,
        "if(1,1," * 200 + "1" + ")" * 200,
        "+".join("1" * 900),
        "regex('a', '" + "(" * 900 + ")" * 900 + "')",
        "regex('a', '" + "a{9}" * 400 + "')",
        " or ".join(["regex('a', 'a{400}')"] * 3),
        "x" * (LONGEST + 1),
    ],
    ids=lambda text: text[:12],
)
def test_what_is_too_long_or_too_deep_is_refused(text: str) -> None:
    with pytest.raises(ExpressionFault):
        parse(text)


def test_a_long_sum_is_not_deep() -> None:
    terms = [f"${{甲{number}}}" for number in range(200)]
    answers = {f"甲{number}": number for number in range(200)}
    assert parse("+".join(terms)).value(Scope(answers=answers)) == sum(range(200))


def test_brackets_that_only_surround_are_not_deep() -> None:
    assert parse("(" * DEEPEST * 2 + "1" + ")" * DEEPEST * 2).value(SCOPE) == 1


@pytest.mark.parametrize("text", ["concat(${长}, ${长})", "join(${长}, ${长}, 1)", "concat(${列})"])
def test_a_text_that_grows_is_cut(text: str) -> None:
    answers = {"长": "𠮷" * 15_000, "列": ("x" * 15_000,) * 5_000}
    scope = Scope(answers=answers, budget=Budget(10 * MOST_WORK))
    value = parse(text).value(scope)
    assert isinstance(value, str)
    assert len(value) == LONGEST_TEXT


def test_a_huge_whole_number_is_infinite() -> None:
    assert number_of(parse("${a}").value(Scope({"a": 10**400}))) == float("inf")


ALPHABET = [
    *"${}().,'\"+-*=!<> \n\\/[]|&%户a1#\x00𠮷（",
    *["or", "and", "div", "mod", "not(", "regex(", "if(", "${户数}"],
]


def fault_of(text: str) -> ExpressionFault | None:
    try:
        parse(text)
    except ExpressionFault as fault:
        return fault
    return None


@settings(max_examples=1_000)
@given(st.one_of(st.text(max_size=300), st.lists(st.sampled_from(ALPHABET)).map("".join)))
def test_anything_typed_is_an_expression_or_refused(text: str) -> None:
    fault = fault_of(text)
    if fault:
        assert str(fault)
        assert 1 <= fault.position <= len(text) + 1
        return
    expression = parse(text)
    expression.value(SCOPE)
    expression.to_json()


@settings(max_examples=500)
@given(st.text(alphabet="ab1[](){}|*+?^$\\dwsnxu0-9,.:=&户𠮷", max_size=40), st.text(max_size=20))
def test_any_pattern_is_refused_or_runs(pattern: str, text: str) -> None:
    try:
        expression = parse(f"regex(${{a}}, '{pattern}')")
    except ExpressionFault:
        return
    assert expression.value(Scope({"a": text})) in (True, False)


@settings(max_examples=300)
@given(EXPRESSIONS, st.dictionaries(st.sampled_from(list(ANSWERS)), st.text(max_size=30)))
def test_no_answer_makes_an_expression_fail(text: str, answers: dict[str, Any]) -> None:
    assert parse(text).is_true(Scope(answers=answers, numeric=NUMERIC)) in (True, False)
