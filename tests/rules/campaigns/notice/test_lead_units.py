"""Lead and cooperating units: by label, and by the verbs of a sentence."""

import pytest

from rules.campaigns.notice.lead_units import units_in


@pytest.mark.parametrize(
    ("text", "lead", "cooperating"),
    [
        ("（责任单位：应急管理厅、气象局；完成时限：12月）", ["应急管理厅", "气象局"], []),
        ("牵头单位：水利局\n配合单位：各盟市、财政局\n", ["水利局"], ["各盟市", "财政局"]),
        ("由自治区水利厅牵头，自治区农牧厅配合。", ["自治区水利厅"], ["自治区农牧厅"]),
        ("（教育厅牵头，财政厅、各盟市按职责分工负责）", ["教育厅"], ["财政厅", "各盟市"]),
        ("由民政厅会同财政厅负责。", ["民政厅"], ["财政厅"]),
        ("责任单位：各旗县（市、区）人民政府", ["各旗县（市、区）人民政府"], []),
        ("责任单位：农牧厅和林草局", ["农牧厅", "林草局"], []),
        ("由镇应急办负责汇总", ["镇应急办"], []),
    ],
)
def test_units_are_read(text: str, lead: list[str], cooperating: list[str]) -> None:
    found = units_in(text)
    assert [unit.value for unit in found.lead] == lead
    assert [unit.value for unit in found.cooperating] == cooperating


@pytest.mark.parametrize(
    "text", ["各盟市要牵头抓总", "领导班子成员要负责", "积极配合做好工作", "各部门要密切配合"]
)
def test_a_sentence_that_names_no_office_gives_none(text: str) -> None:
    found = units_in(text)
    assert (found.lead, found.cooperating) == ((), ())


def test_offices_that_are_not_named_are_in_doubt() -> None:
    found = units_in("配合单位：财政局、各有关部门")
    assert [doubt.text for doubt in found.doubts] == ["各有关部门"]
