"""The outline: headings found wherever they begin, and nothing that only looks like one."""

from hypothesis import given
from hypothesis import strategies as st

from rules.campaigns.notice.outline import outline_of, path_of
from tests.rules.campaigns import notice_texts

PIECES = st.sampled_from(
    [
        "一、",
        "二、",
        "（一）",
        "(二)",
        "1.",
        "２．",
        "（1）",
        "第一条",
        "第二章",
        "一是",
        "二是",
        "①",
        "。",
        "：",
        "；",
        "\n",
        "\u3000",
        "“",
        "”",
        '"',
        "甲乙",
        "各旗县要开展2次检查",
        "第（三）项",
        "3.15",
    ]
)


def marks(text: str) -> list[str]:
    return [heading.mark for heading in outline_of(text)]


def headings(text: str) -> list[str]:
    return [heading.heading for heading in outline_of(text)]


def test_headings_are_found_at_line_starts_and_in_the_middle_of_lines() -> None:
    outline = outline_of(notice_texts.COPIED)
    paths = [path_of(outline, index) for index in range(len(outline))]
    assert paths == [
        "一",
        "二",
        "二/（一）",
        "二/（二）",
        "二/（三）",
        "三",
        "三/（一）",
        "三/（二）",
    ]


def test_a_heading_ends_where_its_body_begins() -> None:
    assert headings("一、总体要求　　为做好工作，制定本方案。") == ["总体要求"]
    assert headings("（一）压实责任。各地要落实。") == ["压实责任"]
    assert headings("一、时间安排：2026年12月起。") == ["时间安排"]
    assert headings("1.开展排查（责任单位：水利局）") == ["开展排查"]
    assert headings("一、总体要求\n坚持预防为主。") == ["总体要求"]


def test_stray_blanks_and_half_width_forms_give_the_same_marks_and_headings() -> None:
    text = "一 、总体 要求\n( 一 )加强 领导.各地要落实.\n１．制定方案\n２、报送总结\n"
    assert marks(text) == ["一、", "（一）", "1.", "2."]
    assert headings(text)[:2] == ["总体要求", "加强领导"]


def test_offsets_point_at_the_mark_and_the_end_of_the_heading() -> None:
    text = "前言。一、压实责任。正文。二、加强报送。"
    first, second = outline_of(text)
    assert text[first.start : first.end] == "一、压实责任"
    assert text[second.start : second.end] == "二、加强报送"
    assert first.close == second.start


def test_cross_references_decimals_and_dates_are_no_headings() -> None:
    text = "一、落实责任。按第（一）项办理，达到1.5公里。2026.11.20前报送。"
    "第一条规定的除外。3.15前后不检查。"
    assert marks(text) == ["一、"]


def test_a_numbered_list_inside_a_quotation_is_not_taken_apart() -> None:
    assert [m for m in marks(notice_texts.QUOTING) if m.endswith("、")] == ["一、", "二、", "三、"]
    assert headings(notice_texts.QUOTING)[1] == "精简文件会议"


def test_an_enumeration_without_quotes_does_not_steal_a_chapter_number() -> None:
    text = "一、甲。要求：一、讲学习；二、讲实干；三、讲服务。\n二、乙。\n三、丙。"
    assert headings(text) == ["甲", "乙", "丙"]


def test_a_gap_is_tolerated_at_a_line_start_only() -> None:
    assert marks("一、甲\n三、丙\n") == ["一、", "三、"]
    assert marks("一、甲。三、丙。") == ["一、"]


def test_articles_run_on_across_chapters() -> None:
    outline = outline_of(notice_texts.ARTICLES)
    articles = [h.mark for h in outline if h.style == "第一条"]
    assert articles == ["第一条", "第二条", "第三条", "第四条", "第五条"]
    assert {h.depth for h in outline if h.style == "第一条"} == {2}


def test_section_numbers_may_run_on_across_chapters() -> None:
    text = "一、甲\n（一）子\n（二）丑\n二、乙\n（三）寅\n（四）卯\n"
    outline = outline_of(text)
    assert path_of(outline, 4) == "二/（三）"


def test_points_are_the_deepest_level_and_a_lone_one_is_a_phrase() -> None:
    assert marks(notice_texts.POINTS).count("一是") == 2
    assert marks("一、甲。一是加强领导。\n二、乙。") == ["一、", "二、"]


def test_depth_counts_from_the_top_level_that_is_there() -> None:
    assert [h.depth for h in outline_of("1.甲\n（1）子\n（2）丑\n2.乙\n")] == [1, 2, 2, 1]


@given(st.lists(PIECES, max_size=60).map("".join))
def test_the_outline_is_in_order_and_nested(text: str) -> None:
    outline = outline_of(text)
    starts = [heading.start for heading in outline]
    assert starts == sorted(set(starts))
    for heading in outline:
        assert heading.start < heading.end <= heading.close <= len(text)
        if heading.above is None:
            assert heading.depth == 1
        else:
            above = outline[heading.above]
            assert heading.depth == above.depth + 1
            assert above.start < heading.start < heading.close <= above.close


def expected(text: str) -> list[tuple[str, str]]:
    """Mark and, where the number does not follow, the mark that should stand there."""
    return [(heading.mark, heading.expected) for heading in outline_of(text)]


def test_a_number_that_does_not_follow_swallows_nothing_and_is_known() -> None:
    assert expected("一、甲\n三、丙\n四、丁\n") == [("一、", ""), ("三、", "二、"), ("四、", "")]
    assert expected("一、甲\n一、乙\n二、丙\n") == [("一、", ""), ("一、", "二、"), ("二、", "")]
    assert expected("一、甲\n二、乙\n一、丙\n") == [("一、", ""), ("二、", ""), ("一、", "三、")]
    assert expected("一、甲\n（一）子\n（四）丑\n二、乙\n")[2] == ("（四）", "（二）")
    assert expected("一、甲\n九、丙\n") == [("一、", ""), ("九、", "二、")]


def test_a_list_that_begins_anew_is_no_slip() -> None:
    assert {wanted for _, wanted in expected("一、甲\n1.子\n2.丑\n二、乙\n1.寅\n")} == {""}
    assert {wanted for _, wanted in expected("一、甲\n（一）子\n二、乙\n（二）丑\n")} == {""}


def test_marks_of_one_character_are_marks() -> None:
    assert marks("㈠甲乙\n㈡丙丁\n") == ["（一）", "（二）"]
    assert marks("一、甲\n⑴子\n⑵丑\n") == ["一、", "（1）", "（2）"]
    assert marks("一、甲\n⒈子\n⒉丑\n") == ["一、", "1.", "2."]


def test_a_notice_without_a_line_break_has_its_headings() -> None:
    text = (
        "通知如下。一、重点任务（一）全面排查。各旗县要排查。（二）按时报送。各旗县要报送。"
        "二、有关要求（一）加强领导（责任单位：水利局）（二）加强督导。各盟市要督导。"
    )
    assert marks(text) == ["一、", "（一）", "（二）", "二、", "（一）", "（二）"]
    assert headings(text)[:2] == ["重点任务", "全面排查"]


def test_a_bracket_inside_a_sentence_is_no_heading() -> None:
    assert marks("一、按照要求，落实（一）中的内容。") == ["一、"]
    assert marks("一、落实第二款（一）项。各地要落实。") == ["一、"]
