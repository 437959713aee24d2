"""Expressions give what another engine of XLSForm gives, but for what is ours by decision."""

import re
from typing import Any
from unittest.mock import patch

import pytest
import rxeval
from hypothesis import HealthCheck, given, settings
from pyxform.xls2xform import convert

from rules.forms.expressions import values
from rules.forms.expressions.expression import parse
from rules.forms.expressions.values import Scope, text_of, typed_value
from tests.rules.forms.expressions.made import ANSWERS, EXPRESSIONS, NUMERIC

SCOPE = Scope(answers=ANSWERS, numeric=NUMERIC, today="2026-11-22")
REFERENCE = re.compile(r"\$\{(.+?)\}")


def submission() -> str:
    """The answers as the XML of a submission; each value of a series is an instance."""
    nodes = []
    for name, stored in ANSWERS.items():
        if isinstance(stored, tuple):
            nodes += [f"<{name}>{_written(part)}</{name}>" for part in stored]
        else:
            nodes.append(f"<{name}>{_written(stored)}</{name}>")
    return f"<data>{''.join(nodes)}</data>"


def _written(stored: object) -> str:
    return text_of(typed_value(stored))


def as_xpath(text: str) -> str:
    """The expression over `submission()`. A node there has no type: it is written out what our
    values have by themselves, a number or a text."""

    def path(found: re.Match[str]) -> str:
        name = found[1]
        if isinstance(ANSWERS[name], tuple):
            return f"/data/{name}"
        numeric = name in NUMERIC and ANSWERS[name] is not None
        return f"{'number' if numeric else 'string'}(/data/{name})"

    return REFERENCE.sub(path, text)


def untidied(text: str) -> str:
    """Our result without the rounding to six decimals, which the other engine does not have."""
    with patch.object(values, "tidy", lambda number: number + 0.0):
        return text_of(parse(text).value(SCOPE))


def ours_by_decision(ours: str, theirs: str) -> bool:
    """Differences that docs/decisions/0006-expressions.md names: we know no negative 0, so that a
    division by it has the other sign."""
    return {ours, theirs} == {"Infinity", "-Infinity"}


@settings(max_examples=400, suppress_health_check=list(HealthCheck))
@given(EXPRESSIONS)
def test_a_random_expression_gives_what_the_other_engine_gives(text: str) -> None:
    ours = untidied(text)
    theirs = rxeval.eval_expression(as_xpath(text), submission(), today=SCOPE.today)
    assert ours == theirs or ours_by_decision(ours, theirs), text


CALCULATIONS = {
    "甲": "sum(${数})",
    "乙": "if(selected(${选}, 'a'), ${户数} * ${金额}, 0)",
    "丙": "concat(${名称}, '：', string-length(${名称}))",
    "丁": "count(${行})",
    "戊": "coalesce(${空}, ${户数} - 7)",
    "己": "${户数} >= 30 and ${金额} < 100 or not(${选} = 'a')",
    "庚": "regex(${名称}, '[\\u4e00-\\u9fff ]{3,9}')",
    "辛": "round(${金额} div 4, 2)",
    "壬": "format-date(today(), '%Y年%n月%e日')",
}


@pytest.fixture(scope="module")
def filled_form() -> rxeval.Session:
    """A form as pyxform makes it from a workbook, filled in."""
    choices = [{"list_name": "x", "name": code, "label": code} for code in "ac"]
    asked = {"户数": "integer", "金额": "decimal", "名称": "text", "空": "integer",
             "选": "select_multiple x"}  # fmt: skip
    survey = [{"type": kind, "name": name, "label": name} for name, kind in asked.items()]
    survey += [
        {"type": "begin repeat", "name": "行", "label": "行"},
        {"type": "integer", "name": "数", "label": "数"},
        {"type": "end repeat"},
    ]
    survey += [
        {"type": "calculate", "name": name, "calculation": text}
        for name, text in CALCULATIONS.items()
    ]
    made = convert(
        xlsform={
            "survey": survey,
            "choices": choices,
            "settings": [{"form_title": "表", "form_id": "form"}],
        }
    )
    session = rxeval.Session(made.xform, today="2026-11-22")
    for name in ("户数", "金额", "名称", "选"):
        session.set(f"/data/{name}", _written(ANSWERS[name]))
    session.set("/data/行[1]/数", "4")
    session.add_row("/data/行")
    session.set("/data/行[2]/数", "9")
    session.recompute()
    return session


@pytest.mark.parametrize("name", CALCULATIONS)
def test_a_calculation_of_a_whole_form_gives_what_the_other_engine_gives(
    filled_form: Any, name: str
) -> None:
    answers = {**ANSWERS, "数": (4, 9), "行": ("", "")}
    scope = Scope(answers=answers, numeric=NUMERIC | {"数"}, today="2026-11-22")
    ours = text_of(parse(CALCULATIONS[name]).value(scope))
    assert ours == filled_form.get(f"/data/{name}")
    assert ours
