import pytest
from sqlmodel import Session

from queries.units.units import list_levels
from rules.sentences.refusal import Refusal
from rules.units.levels import DEFAULT_LEVELS, LevelRow
from services.units.levels import define_levels


def test_the_same_levels_again_change_nothing(session: Session) -> None:
    assert define_levels(session, actor=None) is False


def test_levels_can_be_renamed_added_and_change_places(session: Session) -> None:
    group = LevelRow("group", "村民小组", "Group")
    office = LevelRow("office", "街道办", "Office")
    region, league, banner, township, village = DEFAULT_LEVELS
    wanted = [region, banner, league._replace(name="地市"), township, office, village, group]
    assert define_levels(session, wanted, actor=None) is True
    assert [(level.code, level.name, level.name_en) for level in list_levels(session)] == wanted
    assert [level.rank for level in list_levels(session)] == list(range(7))


def test_an_unused_level_can_go_and_a_used_one_cannot(session: Session) -> None:
    define_levels(session, [*DEFAULT_LEVELS, LevelRow("group", "村民小组", "Group")], actor=None)
    assert define_levels(session, actor=None) is True
    assert len(list_levels(session)) == 5
    with pytest.raises(Refusal, match="层级“嘎查村社区”正在使用，不能删除"):
        define_levels(session, DEFAULT_LEVELS[:4], actor=None)
