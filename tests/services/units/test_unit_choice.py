from datetime import date

import pytest
from sqlmodel import Session, col, select

from models import Tag, Unit, UnitTag
from queries.units.units import carrying, get_unit
from rules.sentences.refusal import Refusal
from rules.units.unit_choice import How, TagRule, UnitChoice
from services.units.unit_choice import apply_exclusions, apply_tags
from tests.building import BANNER, TOWNSHIP, VILLAGE
from tests.counting import statements


def rule(how: How, value: str, below: bool = False, tag: str = "t") -> TagRule:
    return TagRule(tag, "标签", "Tag", UnitChoice(2, how, value, below))


def carriers(session: Session, tag: str = "t") -> list[str]:
    return list(session.exec(select(Unit.name).where(carrying(tag)).order_by(col(Unit.lft))).all())


def test_a_code_with_what_is_below_it_is_chosen(session: Session) -> None:
    assert apply_tags(session, [rule(How.CODE, BANNER, below=True)], actor=None) == {"t": 9}
    assert apply_tags(session, [rule(How.CODE, BANNER)], actor=None) == {"t": 1}


def test_kind_level_and_part_of_the_name_choose(session: Session) -> None:
    assert apply_tags(session, [rule(How.KIND, "苏木", below=True)], actor=None) == {"t": 8}
    assert apply_tags(session, [rule(How.LEVEL, "league")], actor=None) == {"t": 2}
    apply_tags(session, [rule(How.NAME, "新华"), rule(How.NAME, "%")], actor=None)
    assert carriers(session) == ["新华社区居委会", "新华社区居委会"]


def test_a_unit_most_of_whose_lower_units_carry_the_tag_carries_it(session: Session) -> None:
    rules = [rule(How.KIND, "嘎查"), rule(How.MOST, "township"), rule(How.MOST, "banner")]
    apply_tags(session, rules, actor=None)
    named = carriers(session)
    assert {"宝力根苏木", "嘎达布其镇", "萨麦苏木", "东乌珠穆沁旗"} <= set(named)
    assert "乌里雅斯太镇" not in named
    assert "锡林浩特市" not in named


def test_applying_again_replaces_that_tag_and_no_other(session: Session) -> None:
    apply_tags(session, [rule(How.CODE, BANNER), rule(How.CODE, TOWNSHIP, tag="other")], actor=None)
    apply_tags(session, [rule(How.CODE, VILLAGE)], actor=None)
    assert carriers(session) == ["红星社区居委会"]
    assert carriers(session, "other") == ["南新街街道"]
    assert session.get(Tag, "other") is not None


def test_an_ended_unit_carries_no_tag(session: Session) -> None:
    get_unit(session, VILLAGE).valid_to = date(2026, 1, 1)
    session.flush()
    assert apply_tags(session, [rule(How.CODE, TOWNSHIP, below=True)], actor=None) == {"t": 3}


def test_a_rule_that_names_nothing_in_the_tree_is_refused(session: Session) -> None:
    for wrong in (rule(How.CODE, "999"), rule(How.MOST, "province")):
        with pytest.raises(Refusal, match="第 2 行：名单里没有“"):
            apply_tags(session, [wrong], actor=None)
    assert session.exec(select(UnitTag)).all() == []


def test_excluded_units_and_all_below_them_take_no_assignments(session: Session) -> None:
    choices = [UnitChoice(2, How.CODE, TOWNSHIP, True), UnitChoice(3, How.KIND, "生活区", True)]
    assert apply_exclusions(session, choices, actor=None) == 6
    left_out = session.exec(select(Unit.code).where(col(Unit.takes_assignments).is_(False))).all()
    assert VILLAGE in left_out
    assert "152502500000" not in left_out, "its villages are left out, the farm itself is not"
    assert apply_exclusions(session, choices, actor=None) == 0


def test_statements_do_not_grow_with_the_rules_of_a_tag(session: Session) -> None:
    codes = session.exec(select(Unit.code)).all()
    with statements(session) as few:
        apply_tags(session, [rule(How.CODE, BANNER)], actor=None)
    with statements(session) as many:
        apply_tags(session, [rule(How.CODE, code, below=True) for code in codes], actor=None)
    assert len(many) <= len(few)
