"""A name that means two things, a word of Prefect's and a word nobody uses are told."""

from pathlib import Path

from tools.check_words import (
    ROOT,
    WORDS,
    Name,
    documented,
    prefects,
    read_names,
    said_twice,
    unused,
)

TABLE = "| in code | 中文 | what it is |\n| --- | --- | --- |\n| unit | 单位 | one office |\n"


def named(*texts: str, kind: str = "class", layer: str = "web") -> list[Name]:
    return [Name(kind, text, Path(layer) / f"{number}.py") for number, text in enumerate(texts)]


def test_ours_are_all_in_order() -> None:
    names = list(read_names(ROOT))
    assert [*said_twice(names), *prefects(names), *unused(names, WORDS.read_text("utf-8"))] == []


def test_a_class_or_a_query_of_the_same_name_is_told() -> None:
    [said] = said_twice(named("Row", "Row", "Line"))
    assert said == "Row means 2 things: web/0.py, web/1.py"
    assert len(list(said_twice(named("list_sent", "list_sent", kind="function")))) == 0
    assert (
        len(list(said_twice(named("list_sent", "list_sent", kind="function", layer="queries"))))
        == 1
    )


def test_prefects_words_stay_where_prefect_is() -> None:
    assert [said.split()[-1] for said in prefects(named("FlowRun", "Overflow"))] == ["Prefect's"]
    assert list(prefects(named("FlowRun", layer="flows"))) == []


def test_a_word_that_no_name_uses_is_told() -> None:
    assert list(unused(named("UnitRow"), TABLE)) == []
    [said] = unused(named("Office"), TABLE)
    assert said.endswith("'unit'")


def test_a_cell_may_hold_several_words() -> None:
    assert list(documented(TABLE.replace("unit |", "unit, unit list / tree |"))) == [
        "unit",
        "unit list",
        "tree",
    ]
