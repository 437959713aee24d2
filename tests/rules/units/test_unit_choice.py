import pytest

from rules.sentences.refusal import Refusal
from rules.units.unit_choice import How, TagRule, UnitChoice, read_exclusions, read_tag_rules


def table(*lines: str) -> list[tuple[int, list[str]]]:
    return [(number, line.split(",")) for number, line in enumerate(lines, start=1)]


def test_tag_rules_are_read() -> None:
    rules = read_tag_rules(table("tag,name,how,value,below", "border,边境,code,15,yes"))
    assert rules == [TagRule("border", "边境", "边境", UnitChoice(2, How.CODE, "15", True))]


def test_an_exclusion_always_reaches_what_is_below_and_has_a_reason() -> None:
    exclusions = read_exclusions(table("how,value,reason", "name,监狱,监管场所"))
    assert exclusions == [UnitChoice(2, How.NAME, "监狱", True)]
    with pytest.raises(Refusal, match="“reason”是空的"):
        read_exclusions(table("how,value,reason", "name,监狱,"))


def test_an_unknown_way_of_choosing_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refusal, match="code、kind、level、name、most，不是“colour”"):
        read_tag_rules(table("tag,name,how,value", "t,标签,colour,red"))
    with pytest.raises(Refusal, match="不能用“most”"):
        read_exclusions(table("how,value,reason", "most,banner,不行"))


def test_a_tag_too_long_to_store_is_refused() -> None:
    with pytest.raises(Refusal, match="第 2 行：标签超过 40 个字"):
        read_tag_rules(table("tag,name,how,value", "t," + "长" * 41 + ",code,15"))
