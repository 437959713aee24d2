"""A notice read whole: header, measures, and what each of them carries."""

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.campaigns.notice.notice import DraftMeasure, ReadNotice, read_notice
from rules.campaigns.notice.notice_json import notice_json
from tests.rules.campaigns import notice_texts

WORDS = st.sampled_from(
    [
        "一、",
        "（一）",
        "1.",
        "第一条",
        "一是",
        "二是",
        "附件1\n",
        "附件：",
        "序号\t任务\t责任单位\n",
        "1\t排查\t水利局\n",
        "各旗县（市、区）要",
        "每月25日前",
        "12月20日前",
        "2 月 30 日前",
        "开展2次演练",
        "二〇二六年十一月二十日\n",
        "责任单位：水利局、",
        "由水利局牵头，",
        "财政局配合。",
        "内办发〔2026〕3号\n",
        "关于做好工作的通知\n",
        "各盟市：\n",
        "（",
        "）",
        "“",
        "”",
        '"',
        "。",
        "\n",
        "\u3000",
        " ",
        "某某办公室\n",
        "第三季度",
        "收到通知后五个工作日内",
        "近期",
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=50).map("".join))


def measure(notice: ReadNotice, path: str) -> DraftMeasure:
    return next(m for m in notice.measures if m.path == path)


def paths(notice: ReadNotice) -> list[str]:
    return [m.path for m in notice.measures]


def values(measure: DraftMeasure) -> list[tuple[str, str]]:
    return [(deadline.kind, deadline.value) for deadline in measure.deadlines]


def test_a_full_header_block_is_read() -> None:
    notice = read_notice(notice_texts.HEADER_BLOCK)
    assert notice.title is not None
    assert notice.title.value == (
        "内蒙古自治区乡村道路工作协调办公室关于做好冬季乡村道路保畅工作的通知"
    )
    assert notice.number is not None
    assert notice.number.value == "内乡路办发〔2026〕31号"
    assert notice.issuer is not None
    assert notice.issuer.value == "内蒙古自治区乡村道路工作协调办公室"
    assert notice.date == date(2026, 11, 20)
    assert notice.addressed is not None
    assert notice.addressed.value.startswith("各盟市")


@pytest.mark.parametrize(("opening", "closing"), ["〔〕", "[]", "［］", "()", "（）", "【】"])
def test_a_number_is_read_in_any_brackets(opening: str, closing: str) -> None:
    text = (
        f"关于做好工作的通知\n内办发{opening}2026{closing}12号\n各盟市：\n一、甲。各盟市要落实。\n"
    )
    found = read_notice(text).number
    assert found is not None
    assert found.value == "内办发〔2026〕12号"


def test_a_date_in_chinese_numerals_is_read() -> None:
    assert read_notice(notice_texts.POINTS).date == date(2026, 10, 15)


def test_signature_contacts_and_attachments_belong_to_no_measure() -> None:
    last = read_notice(notice_texts.HEADER_BLOCK).measures[-1]
    assert last.text.endswith("联络员名单。")


def test_measures_are_the_sections_and_a_chapter_that_explains_gives_none() -> None:
    notice = read_notice(notice_texts.HEADER_BLOCK)
    assert paths(notice) == ["二/（一）", "二/（二）", "二/（三）", "三/（一）", "三/（二）"]


def test_a_copied_notice_without_header_gives_its_sections_and_closing_paragraph() -> None:
    notice = read_notice(notice_texts.COPIED)
    assert paths(notice) == [
        "二/（一）",
        "二/（二）",
        "二/（三）",
        "二/末段",
        "三/（一）",
        "三/（二）",
    ]
    assert (notice.number, notice.issuer, notice.date) == (None, None, None)


def test_a_closing_paragraph_on_the_first_batch_stands_apart() -> None:
    notice = read_notice(notice_texts.COPIED)
    closing = measure(notice, "二/末段")
    assert closing.tags == ("batch-1",)
    assert closing.text.startswith("第一批试点单位")
    assert closing.text.endswith("“回头看”。")
    assert measure(notice, "二/（三）").text.endswith("防火设施项目。")


def test_levels_and_tags_of_a_section_on_kinds_of_unit() -> None:
    found = measure(read_notice(notice_texts.COPIED), "三/（二）")
    assert found.levels == ("league", "banner", "township", "village")
    assert set(found.tags) == {
        "border",
        "university",
        "school",
        "enterprise",
        "office",
        "public-institution",
    }


def test_slogans_in_quotes_are_no_duties() -> None:
    notice = read_notice(notice_texts.COPIED)
    assert [(d.text, d.count) for d in measure(notice, "二/（一）").duties] == [("1次专题研讨", 1)]
    assert [(d.text, d.count) for d in measure(notice, "二/（三）").duties] == [
        ("43项防火设施项目", 43)
    ]


def test_a_notice_on_one_line_is_read() -> None:
    notice = read_notice(notice_texts.ONE_LINE)
    assert paths(notice) == ["一", "二/（一）", "二/（二）", "三"]
    assert notice.title is not None
    assert notice.title.value == "关于做好草原防火工作的通知"
    assert notice.date == date(2026, 11, 12)
    assert measure(notice, "二/（一）").tags == ("border",)
    assert measure(notice, "三").text.endswith("100台。")


def test_articles_are_measures_but_for_the_general_and_closing_ones() -> None:
    notice = read_notice(notice_texts.ARTICLES)
    assert paths(notice) == ["第二章/第二条", "第二章/第三条", "第二章/第四条"]
    assert [unit.value for unit in notice.measures[0].lead] == ["旗政务服务局"]


def test_a_plan_behind_the_signature_of_its_letter_is_read_with_its_table() -> None:
    notice = read_notice(notice_texts.ISSUED_PLAN)
    assert notice.date == date(2026, 11, 18)
    assert paths(notice) == ["二/（一）", "二/（二）", "三/表/2", "三/表/3"]


def test_a_table_row_that_names_a_section_again_adds_to_it() -> None:
    found = measure(read_notice(notice_texts.ISSUED_PLAN), "二/（一）")
    assert [unit.value for unit in found.lead] == ["农村水利处"]
    assert [unit.value for unit in found.cooperating] == ["各盟市水利局", "规划处"]
    assert values(found) == [("by", "2026-11-30")]


def test_a_table_row_of_its_own_is_a_measure() -> None:
    notice = read_notice(notice_texts.ISSUED_PLAN)
    found = measure(notice, "三/表/2")
    assert found.title == "入户管网防冻包扎3000户"
    assert found.levels == ("banner",)
    assert values(found) == [("by", "2026-12-15")]
    open_ended = measure(notice, "三/表/3")
    assert open_ended.deadlines == ()
    assert "长期坚持" in [doubt.text for doubt in open_ended.uncertain]


def test_half_width_punctuation_reads_like_full_width() -> None:
    notice = read_notice(notice_texts.HALF_WIDTH)
    assert paths(notice) == ["二/（一）", "二/（二）", "三"]
    assert notice.measures[0].title == "集中帮办"
    assert values(notice.measures[0]) == [("by", "2026-12-20")]
    assert values(notice.measures[2]) == [("by", "2026-12-31")]


def test_items_below_a_section_stay_inside_it() -> None:
    found = measure(read_notice(notice_texts.HALF_WIDTH), "二/（二）")
    assert "逐户登记" in found.text


def test_a_notice_of_digits_only_gives_a_measure_for_each() -> None:
    notice = read_notice(notice_texts.ONLY_DIGITS)
    assert paths(notice) == ["1", "2", "3"]
    assert values(measure(notice, "2")) == [("by", "2026-12-15")]


def test_without_headings_each_paragraph_that_asks_for_something_is_a_measure() -> None:
    notice = read_notice(notice_texts.NO_HEADINGS)
    assert paths(notice) == ["段1", "段2"]
    assert notice.outline == ()
    assert values(measure(notice, "段2")) == [("every", "weekly:5")]


def test_sentences_of_digits_under_a_chapter_are_measures_of_their_own() -> None:
    notice = read_notice(notice_texts.PLAN)
    assert paths(notice) == [
        "二/1",
        "二/2",
        "三/（一）",
        "三/（二）",
        "四/（一）",
        "四/（二）",
        "四/末段",
    ]


def test_without_a_date_of_the_notice_a_quarter_is_in_doubt() -> None:
    found = measure(read_notice(notice_texts.PLAN), "四/（二）")
    assert found.deadlines == ()
    assert [doubt.what for doubt in found.uncertain] == ["deadline"]


def test_labels_on_lines_of_their_own_name_units_and_times() -> None:
    first, second = read_notice(notice_texts.LABELLED).measures
    assert [unit.value for unit in first.lead] == ["自治区水利厅"]
    assert [unit.value for unit in first.cooperating] == [
        "自治区财政厅",
        "各盟市行政公署、人民政府",
    ]
    assert first.levels == ()
    assert second.levels == ("banner",)
    assert values(second) == [("by", "2027-06-30")]


def test_the_object_for_other_programs_has_the_agreed_keys() -> None:
    found = notice_json(read_notice(notice_texts.HEADER_BLOCK))
    assert list(found) == ["title", "number", "issuer", "date", "outline", "measures"]
    assert found["date"] == "2026-11-20"
    assert notice_json(read_notice(""))["title"] is None


@pytest.mark.parametrize("name", notice_texts.ALL)
def test_everything_found_points_at_its_place(name: str) -> None:
    _check_places(notice_texts.ALL[name])


@settings(max_examples=150)
@given(TEXTS)
def test_any_text_is_read_and_everything_found_points_at_its_place(text: str) -> None:
    _check_places(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0\t任务\t责任单位\n。1、\t0", ["1/表/1"]),
        ("号\t任务\t单位\n1\t排查。一、" + "登记。" * 30 + "\t水利局\n" + "整改。" * 30, ["一"]),
    ],
)
def test_a_heading_in_a_cell_is_read_once_with_its_row(text: str, expected: list[str]) -> None:
    assert paths(read_notice(text)) == expected
    _check_places(text)


def _check_places(text: str) -> None:
    """Measures stand apart, but for the rows of a table in a section that has words as well."""
    notice = read_notice(text)
    end = 0
    for found in notice.measures:
        assert text[found.start : found.end] == found.text
        assert found.start < found.end
        assert end <= found.start or ("/表/" in found.path and found.end <= end)
        end = max(end, found.end)
        for duty in found.duties:
            assert text[duty.start : duty.end] == duty.text
        for deadline in found.deadlines:
            assert text[deadline.start : deadline.end] == deadline.text
        for doubt in found.uncertain:
            assert text[doubt.start : doubt.end] == doubt.text or doubt.what == "unit"
        for unit in (*found.lead, *found.cooperating):
            assert unit.value.replace(" ", "") in text[unit.start : unit.end].replace(" ", "")


@pytest.mark.parametrize(
    "unit",
    [
        "（一）",
        "一、\n",
        "各盟市、旗县（市、区）、",
        "责任单位：自治区",
        "12月",
        "1次",
        "“",
        " ",
        "附件1\n",
        "任务\t责任单位\n",
        "水利局\n",
        "一是甲，二是乙",
        "1",
        "由自治区水利局",
        "2026年11月20日\n",
    ],
)
def test_reading_takes_time_in_proportion_to_the_text(unit: str) -> None:
    """Ten times the text takes far less than a hundred times the time.

    It is relative, and one of five tries is enough: other processes disturb some, a square all.
    """

    def seconds(length: int) -> float:
        text = "关于做好工作的通知\n各盟市：\n一、任务。" + unit * (length // len(unit))
        begun = time.process_time()
        read_notice(text)
        return time.process_time() - begun

    assert any(seconds(60_000) < 40 * max(seconds(6_000), 0.02) for _ in range(5))


def test_a_wrong_number_is_in_doubt_at_the_measure_it_stands_in() -> None:
    text = "关于排查的通知\n各盟市：\n一、甲项。各旗县要排查。\n三、乙项。各旗县要报送。\n"
    first, second = read_notice(text).measures
    assert first.uncertain == ()
    assert [(doubt.what, doubt.text) for doubt in second.uncertain] == [("measure", "三、乙项")]
