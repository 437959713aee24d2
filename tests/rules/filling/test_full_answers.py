"""Answers to a form with conditions, calculations, repeats and files."""

from collections.abc import Callable
from typing import Any

import pytest

from rules.filling import conditions
from rules.filling.answers import Checked, Typed, as_typed, check_answers, settle_answers
from rules.filling.conditions import as_value
from rules.forms.form_check import check_form
from rules.forms.form_fields import FormField
from rules.forms.form_tree import FormTree
from tests.full_form import FILLED, FULL

FORM = check_form(FULL)
FILE = {"digest": "d" * 64, "name": "台账.pdf", "type": "application/pdf", "size": 9, "token": "t1"}


def check(typed: Typed, **given: Any) -> Checked:
    return check_answers(FORM, typed, today="2026-11-22", **given)


def told(typed: dict[str, Any], **given: Callable[..., None]) -> dict[str, Any]:
    return {key: str(fault) for key, fault in check(typed, **given).faults.items()}


def test_everything_is_stored_in_one_shape() -> None:
    checked = check({**FILLED, "paper": ["t1"]}, attached=lambda key, token: FILE)
    assert checked.ok
    assert checked.values == {
        "households": 40, "heated": "coal", "alarms": 10, "share": "25", "quiet": "80",
        "visits": [
            {"who": "一号", "people": 3, "stove": "yes"},
            {"who": "二号", "people": 2, "stove": "no", "fault": "烟道破损"},
        ],
        "all_people": "5", "paper": FILE, "kind": "c1", "day": "2026-11-22", "tags": ["x", "y"],
        "batch": "第一批", "story": "逐户走访。",
    }  # fmt: skip


def test_stored_answers_shown_again_and_sent_again_are_the_same() -> None:
    values = check({**FILLED, "paper": ["t1"]}, attached=lambda key, token: FILE).values
    again = check(
        {key: texts for key, texts in as_typed(values).items() if key in FILLED or key == "paper"},
        attached=lambda key, token: FILE,
    )
    assert again.values == values


def test_a_question_that_is_not_asked_is_neither_required_nor_stored() -> None:
    typed = {**FILLED, "heated": ["gas"], "kind": ["g1"]}
    checked = check(typed)
    assert checked.ok
    assert "alarms" not in checked.values
    inner = check({**FILLED, "visits.1.stove": ["yes"]}).values["visits"][1]
    assert "fault" not in inner


SUMMED = check_form([
    {"name": "wood", "label": "木", "type": "integer"},
    {"name": "stone", "label": "石", "type": "integer"},
    {"name": "all", "label": "合计", "type": "integer", "calculation": "${wood} + ${stone}",
     "constraint": ". <= 10", "constraint_message": "合计不超过 10。"},
    {"name": "visits", "label": "走访", "type": "repeat", "required": True,
     "relevant": "${all} > 1"},
    {"name": "who", "label": "门牌", "type": "text", "within": "visits", "required": True},
    {"name": "beds", "label": "床", "type": "integer", "within": "visits"},
])  # fmt: skip


def faults_of(typed: Typed, kept: Any = None) -> dict[str, str]:
    found = check_answers(SUMMED, typed, kept=kept, today="2026-11-22").faults
    return {key: str(fault) for key, fault in found.items()}


def test_a_constraint_on_what_is_calculated_is_checked_where_somebody_can_mend_it() -> None:
    visits = {"visits.0.who": ["一"]}
    assert faults_of({"wood": ["4"], "stone": ["7"], **visits}) == {"all": "合计不超过 10。"}
    assert faults_of({"wood": ["4"], "stone": ["6"], **visits}) == {}
    assert faults_of({"wood": ["四"], "stone": ["60"], **visits}).keys() == {"wood"}
    assert faults_of({"stone": ["1"]}) == {}  # no number comes of it
    kept = {"wood": 9, "stone": 9}
    assert faults_of(visits, kept) == {}
    assert faults_of({"stone": ["9"], **visits}, {"wood": 9}).keys() == {"all"}


def test_a_required_repeat_is_filled_in_once_where_it_is_asked() -> None:
    assert faults_of({"wood": ["4"], "stone": ["1"]}) == {"visits": "请至少填写一条。"}
    assert faults_of({"wood": ["0"], "stone": ["1"]}) == {}
    assert faults_of({"wood": ["4"], "stone": ["1"], "visits.#": ["1"]}).keys() == {"visits"}
    assert faults_of({"wood": ["4"], "stone": ["1"], "visits.0.beds": ["1"]}).keys() == {
        "visits.0.who"
    }
    assert faults_of({"wood": ["4"], "stone": ["1"]}, {"visits": None}) == {}


def test_the_authors_own_conditions_are_told_beside_the_field() -> None:
    assert told({**FILLED, "alarms": ["41"]}) == {"alarms": "不能超过总户数。"}
    assert told({**FILLED, "kind": ["g1"]}) == {"kind": "请从列出的选项中选择。"}


def test_a_filling_in_which_nothing_stands_is_none_and_one_begun_is_whole() -> None:
    typed = {**FILLED, "visits.#": ["4"], "visits.2.who": [""], "visits.3.people": ["1"]}
    assert told(typed) == {"visits.3.who": "请填写这一项。"}
    typed["visits.3.who"] = ["四号"]
    assert [visit["who"] for visit in check(typed).values["visits"]] == ["一号", "二号", "四号"]


def test_a_file_that_is_not_there_is_never_passed_over_in_silence() -> None:
    assert told({**FILLED, "paper": ["gone"]}, attached=lambda key, token: None) == {
        "paper": "这个文件没有传完或已经失效，请重新选择。"
    }


def test_a_key_no_question_has_is_told() -> None:
    for key in ("visits.0.nothing", "visits.x.who", "visits.1000.who", "who", "base"):
        assert key in told({**FILLED, key: ["1"]}), key


def test_what_the_form_fixes_stays_whatever_is_sent() -> None:
    assert check({**FILLED, "batch": ["第九批"]}).values["batch"] == "第一批"


def test_a_page_sees_the_conditions_of_fillings_nobody_has_touched() -> None:
    tree = FormTree(FORM)
    state = settle_answers(
        tree, {"heated": ["coal"]}, kept={}, today="2026-11-22", shown={"visits": 2}
    )
    field = tree.by_name["fault"]
    assert [state.relevant(field, place) for place in state.places_of(field)] == [False, False]
    assert state.relevant(tree.by_name["alarms"], None)
    assert state.offered(tree.by_name["kind"], None) == {"c1"}


def test_what_the_form_itself_puts_into_an_untouched_filling_makes_no_filling() -> None:
    fixed = {
        "name": "team", "label": "小组", "type": "text", "within": "visits", "readonly": True,
        "default": "第一组",
    }  # fmt: skip
    form = check_form([*FULL[:8], fixed, *FULL[8:]])
    typed = {**FILLED, "visits.2.team": ["第一组"], "visits.2.who": [""]}
    checked = check_answers(form, typed, today="2026-11-22")
    assert checked.ok
    assert [row["team"] for row in checked.values["visits"]] == ["第一组", "第一组"]


def test_an_expression_reads_what_it_names_and_not_the_whole_form(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A repeat holds ten thousand answers; were all read for each, nobody could send it."""
    form = check_form(
        [
            {"name": "rows", "label": "明细", "type": "repeat"},
            {"name": "a0", "label": "数", "type": "integer", "within": "rows"},
            *(
                {"name": f"a{n}", "label": "数", "type": "integer", "within": "rows",
                 "relevant": f"${{a{n - 1}}} > 0", "constraint": ". > 0 and sum(${b}) >= 0"}
                for n in range(1, 10)
            ),
            {"name": "more", "label": "另一些", "type": "repeat"},
            {"name": "b", "label": "数", "type": "integer", "within": "more"},
        ]
    )  # fmt: skip
    read: list[str] = []

    def reading(field: FormField, stored: Any) -> Any:
        read.append(field.name)
        return as_value(field, stored)

    monkeypatch.setattr(conditions, "as_value", reading)
    typed = {f"rows.{at}.a{n}": ["1"] for at in range(50) for n in range(10)}
    typed |= {f"more.{at}.b": ["1"] for at in range(50)}
    assert check_answers(form, typed, today="2026-11-22").ok
    assert len(read) < 5 * len(typed)


def test_a_constraint_may_name_what_is_asked_after_its_question() -> None:
    form = check_form(
        [
            {"name": "part", "label": "其中", "type": "integer", "constraint": ". <= ${double}"},
            {"name": "all", "label": "总数", "type": "integer", "constraint": ". = sum(${each})"},
            {"name": "double", "type": "calculate", "calculation": "${all} * 2"},
            {"name": "rows", "label": "明细", "type": "repeat"},
            {"name": "each", "label": "数", "type": "integer", "within": "rows"},
            {"name": "total", "type": "calculate", "calculation": "sum(${each})"},
        ]
    )
    typed = {"part": ["9"], "all": ["5"], "rows.0.each": ["2"], "rows.1.each": ["3"]}
    checked = check_answers(form, typed, today="2026-11-22")
    assert checked.ok
    assert checked.values["total"] == "5"
    assert set(check_answers(form, {**typed, "part": ["11"]}).faults) == {"part"}
    assert set(check_answers(form, {**typed, "all": ["6"]}).faults) == {"all"}


def test_a_form_that_calculates_half_a_gigabyte_is_refused_and_its_page_still_drawn() -> None:
    form = check_form(
        [
            {"name": "story", "label": "做法", "type": "text", "multiline": True},
            {"name": "rows", "label": "明细", "type": "repeat"},
            {"name": "each", "label": "数", "type": "integer", "within": "rows"},
            *(
                {"name": f"copy{n}", "type": "calculate", "within": "rows",
                 "calculation": "concat(${story}, ${each})"}
                for n in range(5)
            ),
        ]
    )  # fmt: skip
    typed = {"story": ["字" * 9_000], **{f"rows.{at}.each": ["1"] for at in range(10)}}
    faults = check_answers(form, typed, today="2026-11-22").faults
    assert list(faults) == ["rows"]
    assert "200000" in str(faults["rows"])
    state = settle_answers(FormTree(form), typed, kept={}, today="", shown={"rows": 10})
    kept = sum(len(row.get(f"copy{n}", "")) for row in state.answers()["rows"] for n in range(5))
    assert 0 < kept <= conditions.LONGEST_CALCULATED
    assert check_answers(form, {**typed, "story": ["字" * 3_000]}, today="2026-11-22").ok


def test_a_constraint_on_an_answer_that_cannot_be_read_is_not_blamed_too() -> None:
    form = check_form(
        [
            {"name": "homes", "label": "总户数", "type": "integer", "required": True},
            {"name": "checked", "label": "排查户数", "type": "integer",
             "constraint": ". <= ${homes}", "constraint_message": "不能超过总户数。"},
        ]
    )  # fmt: skip
    assert set(check_answers(form, {"homes": ["很多"], "checked": ["3"]}).faults) == {"homes"}
    assert set(check_answers(form, {"checked": ["3"]}).faults) == {"homes"}
    assert set(check_answers(form, {"homes": ["2"], "checked": ["3"]}).faults) == {"checked"}


def test_a_calculation_that_gives_a_text_where_a_number_is_due_leaves_it_empty() -> None:
    form = check_form(
        [
            {"name": "homes", "label": "户数", "type": "integer"},
            {"name": "share", "label": "比例", "type": "decimal",
             "calculation": "if(${homes} > 0, ${homes} div 2, '无')"},
            {"name": "more", "label": "再加", "type": "decimal", "calculation": "${share} + 1"},
        ]
    )  # fmt: skip
    assert check_answers(form, {"homes": ["0"]}, today="").values == {"homes": 0}
    assert check_answers(form, {"homes": ["3"]}, today="").values["more"] == "2.5"
