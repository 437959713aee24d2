"""Addressees: who is told to do it, and not who is only mentioned."""

import pytest

from rules.campaigns.notice.addressee_words import LEVELS
from rules.campaigns.notice.addressees import addressees_in


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("各盟市要高度重视", ("league",)),
        ("各盟行政公署、市人民政府要", ("league",)),
        ("旗县（市、区）要落实", ("banner",)),
        ("旗（县、市、区）要落实", ("banner",)),
        ("各旗县市区要", ("banner",)),
        ("各苏木乡镇、街道要", ("township",)),
        ("各乡镇（街道）要", ("township",)),
        ("各镇、街道要", ("township",)),
        ("嘎查村、社区要", ("village",)),
        ("各村（社区）要", ("village",)),
        ("盟市、旗县要着力", ("league", "banner")),
        ("自治区各部门、各盟市要", ("region", "league")),
        ("自治区、盟市、旗县三级联动", ("region", "league", "banner")),
        ("旗县级以上部门", ("region", "league", "banner")),
        ("各级党委要", LEVELS),
        ("各地各部门要", LEVELS),
    ],
)
def test_levels_are_read_from_their_words(text: str, levels: tuple[str, ...]) -> None:
    assert addressees_in(text).levels == levels


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("边境旗市要建立联防机制", ("border",)),
        ("牧区苏木要储备饲草", ("pastoral",)),
        ("各企业、学校要落实", ("school", "enterprise")),
        ("国有企业、高校要", ("university", "enterprise")),
        ("各级机关和企事业单位要", ("enterprise", "office", "public-institution")),
        ("第一批参学单位要", ("batch-1",)),
    ],
)
def test_kinds_of_unit_are_read_from_their_words(text: str, tags: tuple[str, ...]) -> None:
    assert addressees_in(text).tags == tags


@pytest.mark.parametrize(
    "text",
    [
        "深入嘎查村、社区开展调研",
        "报送各盟市汇总",
        "方便企业和群众办事",
        "乡村道路",
        "不得转给嘎查村、社区",
        "加强社区环境建设",
        "自治区级示范村",
    ],
)
def test_who_is_only_mentioned_is_not_addressed(text: str) -> None:
    found = addressees_in(text)
    assert (found.levels, found.tags) == ((), ())


def test_a_named_level_wins_over_a_general_word() -> None:
    assert addressees_in("各级要重视。各旗县要落实。").levels == ("banner",)


def test_a_general_word_alone_is_in_doubt() -> None:
    (doubt,) = addressees_in("各地各部门要落实").doubts
    assert (doubt.what, doubt.text) == ("levels", "各地各部门")


def test_the_villages_of_a_banner_are_addressed_and_not_the_banner() -> None:
    found = addressees_in("边境旗市每个嘎查村至少开展2次演练")
    assert (found.levels, found.tags) == (("village",), ("border",))
