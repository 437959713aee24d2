"""Deadlines: what a phrase means in a notice of 22 November 2026, and what is left in doubt."""

from datetime import date

import pytest

from rules.campaigns.notice.deadline_phrases import PHRASES
from rules.campaigns.notice.deadline_reading import TextPlace
from rules.campaigns.notice.deadlines import deadlines_in
from rules.campaigns.notice.notice_dates import DateReference
from rules.campaigns.notice.phrase import Phrase

ISSUED = DateReference(date(2026, 11, 22))


def values(text: str, reference: DateReference = ISSUED) -> list[str]:
    return [f"{d.kind} {d.value}" for d in deadlines_in(text, reference)[0]]


def doubts(text: str, reference: DateReference = ISSUED) -> list[str]:
    return [doubt.text for doubt in deadlines_in(text, reference)[1]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("于12月20日前报送", "by 2026-12-20"),
        ("12 月 20 日前", "by 2026-12-20"),
        ("2026年12月\n20日前", "by 2026-12-20"),
        ("2026年12\n月20日前", "by 2026-12-20"),
        ("2026年\n12月20日前", "by 2026-12-20"),
        ("12月2\n0日前", "by 2026-12-20"),
        ("于12月20\n日前报送", "by 2026-12-20"),
        ("１２月２０日前", "by 2026-12-20"),
        ("12月20日（星期日）17时前", "by 2026-12-20"),
        ("2026年12月15日18:00前", "by 2026-12-15"),
        ("截至2026年12月31日", "by 2026-12-31"),
        ("二〇二六年十二月二十日前", "by 2026-12-20"),
        ("2026-12-20前", "by 2026-12-20"),
        ("2026.12.20前", "by 2026-12-20"),
        ("11月底前完成", "by 2026-11-30"),
        ("本月底前", "by 2026-11-30"),
        ("明年6月底前", "by 2027-06-30"),
        ("年底前", "by 2026-12-31"),
        ("到2027年底", "by 2027-12-31"),
        ("2027年第一季度前完成", "by 2027-03-31"),
        ("2027年上半年", "by 2027-06-30"),
        ("2026年11月20日至12月20日", "by 2026-12-20"),
        ("（2026年11月—2027年3月）", "by 2027-03-31"),
        ("11月25日至30日", "by 2026-11-30"),
        ("完成时限：2026年12月", "by 2026-12-31"),
        ("完成时限：2026年12月20日", "by 2026-12-20"),
        ("自印发之日起30日内", "by 2026-12-22"),
        ("每月25日前报送", "every monthly:25"),
        ("每月底前", "every monthly:last"),
        ("每季度末", "every quarterly:last"),
        ("每季度末月25日前", "every quarterly:25"),
        ("每周五下班前", "every weekly:5"),
        ("每周日前", "every weekly:7"),
        ("每年12月底前", "every yearly:last"),
        ("每半年末", "every half_yearly:last"),
        ("收到通知后5个工作日内", "after_receipt workdays:5"),
        ("自收到本通知之日起10日内", "after_receipt days:10"),
        ("接到本通知后一周内", "after_receipt days:7"),
    ],
)
def test_a_clear_phrase_gives_one_value_and_no_doubt(text: str, value: str) -> None:
    assert values(text) == [value]
    assert doubts(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1月15日前报", "by 2027-01-15"),
        ("12月中旬", "by 2026-12-20"),
        ("下周五前", "by 2026-11-27"),
        ("每月至少开展1次", "every monthly:last"),
        ("每半年", "every half_yearly:last"),
    ],
)
def test_a_value_that_had_to_be_worked_out_is_also_in_doubt(text: str, value: str) -> None:
    assert values(text) == [value]
    assert len(doubts(text)) == 1


@pytest.mark.parametrize(
    "text",
    ["近期", "适时", "完成时限：长期坚持", "春节前", "12月前", "每周报送1次", "发现后3个工作日内"],
)
def test_what_names_no_day_is_only_in_doubt(text: str) -> None:
    assert values(text) == []
    assert len(doubts(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "2021年8月，召开会议",
        "10月27日，在会议上",
        "今年6月，",
        "2025年第三季度以来",
        "自2026年12月1日起施行",
    ],
)
def test_a_day_that_tells_what_was_is_no_deadline(text: str) -> None:
    assert values(text) == []


def test_without_a_date_of_the_notice_a_day_without_year_is_in_doubt() -> None:
    assert values("12月20日前", DateReference()) == []
    assert doubts("12月20日前", DateReference()) == ["12月20日前"]
    assert values("2026年12月20日前", DateReference()) == ["by 2026-12-20"]


def test_a_year_known_from_the_number_only_is_used_and_in_doubt() -> None:
    assert values("12月20日前", DateReference(year=2026)) == ["by 2026-12-20"]
    assert doubts("12月20日前", DateReference(year=2026)) == ["12月20日前"]


def test_two_days_a_month_are_two_deadlines() -> None:
    assert values("每月5日、20日前") == ["every monthly:5", "every monthly:20"]


def test_a_day_that_does_not_exist_is_in_doubt() -> None:
    assert values("2月30日前") == []
    assert doubts("2月30日前") == ["2月30日前"]


def test_a_table_cell_is_a_deadline_as_a_whole() -> None:
    found, _ = deadlines_in("2026年12月15日", ISSUED, due=True)
    assert [d.value for d in found] == ["2026-12-15"]


def test_offsets_are_of_the_whole_text() -> None:
    text = "前言。各旗县于 12 月 20 日前报送。"
    (found,), _ = deadlines_in(text, ISSUED, start=3)
    assert text[found.start : found.end] == found.text == "12 月 20 日前"


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.example)
def test_every_phrase_reads_its_example_and_no_phrase_before_it_does(phrase: Phrase) -> None:
    place = TextPlace(phrase.example, ISSUED, labelled=False)
    readers = [
        reader
        for reader in PHRASES
        if (found := reader.pattern.match(phrase.example)) and reader.read(found, place)
    ]
    assert readers[0] is phrase


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12月2O日前", "by 2026-12-20"), ("l2月20日前", "by 2026-12-20"),
        ("2O26年12月20日前", "by 2026-12-20"), ("九月3o日前", "by 2027-09-30"),
    ],
)  # fmt: skip
def test_a_letter_typed_for_a_digit_is_read_and_in_doubt(text: str, value: str) -> None:
    assert values(text) == [value]
    assert text in doubts(text)


@pytest.mark.parametrize("text", ["按ISO标准", "Oo月饼", "OK日"])
def test_letters_without_a_digit_are_no_date(text: str) -> None:
    assert values(text) == []
