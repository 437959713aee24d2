import copy
import zipfile
from io import BytesIO

import pytest
from sqlmodel import Session

from adapters.reports.excel import render_excel
from adapters.reports.report_page import render_content, render_page
from adapters.reports.report_view import Report, report_of, told_name
from adapters.reports.word import render_word
from models import Role
from queries.reports.snapshots import list_snapshots
from rules.filling.posting import Posting
from rules.reports.report_rows import LISTS
from services.filling.sendings import Sending, Sent, send
from services.reports.snapshots import take_snapshots
from tests.adapters import report_faces as read
from tests.answering import NARRATIVE, released_measure, send_key
from tests.building import (
    BANNER,
    REGION,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    get_unit,
    make_account,
    make_campaign,
)
from tests.conftest import NOW
from tests.reports_building import TODAY

NASTY = "<b>乌兰</b> & {{ 7*7 }} {% raw %} =cmd()|'/C calc'!A0"
LONG = "内蒙古自治区铸牢中华民族共同体意识主题教育工作领导小组办公室驻鄂伦春自治旗工作组" * 2


def report(session: Session, campaign_id: int, code: str = REGION) -> Report:
    ids = take_snapshots(session, campaign_id, [code], as_of=TODAY, actor=None, now=NOW)
    return report_of(list_snapshots(session, ids)[0])


@pytest.fixture
def busy(session: Session, answered_campaign: int) -> Report:
    return report(session, answered_campaign)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_prints_the_counts_and_sums_of_the_snapshot(busy: Report, language: str) -> None:
    data = busy.data
    tables = read.page_tables(render_page(busy, language))
    assert [row[1:] for row in tables["levels"]] == [
        read.counts(row, read.LEVELS) for row in data["levels"]
    ]
    assert [row[1:] for row in tables["lower"]] == [
        read.counts(row) for row in (*data["lower"], data["below"])
    ]
    assert [row[1:] for row in tables["measures"]] == [
        read.counts(row)
        for row in (*(measure["below"] for measure in data["measures"]), data["below"])
    ]
    for measure in data["measures"]:
        number = measure["number"]
        assert [row[1:] for row in tables[f"figures-{number}"]] == [
            read.printed(figure) for figure in measure["figures"]
        ]
        for place, figure in enumerate(measure["figures"], start=1):
            assert [row[1:] for row in tables[f"figures-{number}-{place}"]] == [
                read.printed(unit) for unit in figure["lower"]
            ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_word_document_prints_the_counts_and_sums_of_the_snapshot(
    busy: Report, language: str
) -> None:
    data = busy.data
    measures, handed_down, levels, lower, *others = read.word_tables(render_word(busy, language))
    assert [row[2:] for row in measures[1:]] == [
        read.counts(row)
        for row in (*(measure["below"] for measure in data["measures"]), data["below"])
    ]
    assert [row[3] for row in handed_down[1:]] == [
        measure["own"]["issued_on"] for measure in data["measures"]
    ]
    assert [row[1:] for row in levels[1:]] == [
        read.counts(row, read.LEVELS) for row in data["levels"]
    ]
    assert [row[1:] for row in lower[1:]] == [
        read.counts(row) for row in (*data["lower"], data["below"])
    ]
    others = [table for table in others if table[0][1] not in ("份数", "Of")]  # the days
    for table, measure in zip(others, data["measures"], strict=False):
        assert [row[1:] for row in table[1:]] == [
            read.printed(figure) for figure in measure["figures"]
        ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_ledger_holds_the_counts_and_sums_of_the_snapshot(busy: Report, language: str) -> None:
    data = busy.data
    _, by_unit, _, sums, named, details, _, _ = read.sheets(render_excel(busy, language)).values()
    rows = [*data["lower"], data["below"]]
    assert [read.ledger_counts(row[2:]) for row in by_unit[3 : 3 + len(rows)]] == [
        read.counts(row) for row in rows
    ]
    assert [row[0] for row in by_unit[3 : 2 + len(rows)]] == [row["code"] for row in data["lower"]]
    assert [read.ledger_counts(row[9:-1]) for row in details[3:] if row[0]] == [
        read.counts(row) for measure in data["measures"] for row in measure["lower"]
    ]
    wanted = [
        read.figures(row)
        for measure in data["measures"]
        for figure in measure["figures"]
        for row in (figure, *figure["lower"])
    ]
    assert [[read.cell_text(cell) for cell in row[6:11]] for row in sums[3:] if row[3]] == wanted
    listed = [row for kind in LISTS for row in data["lists"][kind]["rows"]]
    assert [row[1] for row in named[3:] if row[1]] == [row["code"] for row in listed]


def test_every_face_names_its_day_its_coverage_and_its_checksum(busy: Report) -> None:
    book = read.sheets(render_excel(busy))
    texts = (
        read.page_text(render_page(busy)),
        read.word_text(render_word(busy)),
        book["概况"][1][0],
    )
    coverage = busy.data["coverage"]
    for text in texts:
        assert "2026年11月23日" in text
        assert "2026-11-23 09:00" in text
        assert f"已报{coverage['units_complete']}/{coverage['units']}个单位" in text
        assert busy.short_checksum in text
    assert dict(row[:2] for row in book["_meta"])["checksum"] == busy.checksum


def test_the_sentences_of_word_and_page_say_the_same_numbers(busy: Report) -> None:
    below = busy.data["below"]
    text = read.word_text(render_word(busy))
    assert f"下级单位应报{below['asked']}份，已交办{below['answering']}份" in text
    assert f"已报{below['reported']}份（占{below['reported_share']}）" in text
    assert f"逾期未报{below['overdue']}份" in text
    target = busy.data["measures"][0]["target"]
    sentence = f"已报完成{target['reported']}（{target['reported_share']}）"
    assert sentence in text
    assert sentence in read.page_text(render_page(busy))


def test_paper_says_how_many_rows_it_leaves_out(busy: Report) -> None:
    data = copy.deepcopy(dict(busy.data))
    overdue = data["lists"]["overdue"]
    overdue["rows"], overdue["count"] = overdue["rows"][:1] * 60, 1234
    longer = Report(data, busy.made_at, busy.checksum)
    assert "另有1,184个任务未列出" in read.page_text(render_page(longer))
    assert "另有1,184个任务未列出" in read.word_text(render_word(longer))
    named = read.sheets(render_excel(longer))["逾期与退回"]
    assert "逾期未报 1,234" in named[1][0]
    assert sum(row[0] == "逾期未报" for row in named) == 60


def spoiled(original: Report, text: str) -> Report:
    """The report with `text` wherever a person could have typed it."""
    data = copy.deepcopy(dict(original.data))
    data["unit"]["name"] = data["campaign"]["title"] = text
    for row in (*data["lower"], *data["lists"]["returned"]["rows"]):
        row["name"] = row["reason"] = text
    for measure in data["measures"]:
        measure["title"] = text
        measure["own"]["detail"] = {"text": text, "due_on": "2026-12-01", "contact": text}
        for row in (*measure["lower"], *measure["narratives"]["lower"]):
            row["name"] = row["text"] = text
        for figure in measure["figures"]:
            figure["label"] = text
    return Report(data, original.made_at, original.checksum)


def test_what_people_typed_is_never_markup_a_template_or_a_formula(busy: Report) -> None:
    report = spoiled(busy, NASTY)
    page = render_page(report)
    assert b"<b>\xe4\xb9\x8c" not in page
    assert NASTY in read.page_text(page)
    assert NASTY in read.word_text(render_word(report))
    with zipfile.ZipFile(BytesIO(render_excel(report))) as book:
        for name in book.namelist():
            assert name.startswith("xl/charts") or b"<f>" not in book.read(name), name
    formula = spoiled(busy, "=cmd()")
    assert read.sheets(render_excel(formula))["按下级单位"][3][1] == "=cmd()"


def test_characters_xml_cannot_hold_are_left_out_of_the_word_document(busy: Report) -> None:
    report = spoiled(busy, "甲\x00\x0b乙\ufffe")
    assert "甲乙" in read.word_text(render_word(report))
    assert render_excel(report)
    assert render_page(report)


def test_long_names_are_printed_whole(busy: Report) -> None:
    report = spoiled(busy, LONG)
    assert LONG in read.word_text(render_word(report))
    assert LONG in read.page_text(render_page(report))


def test_straight_quotes_become_chinese_ones_in_the_chinese_document_only(busy: Report) -> None:
    report = spoiled(busy, '落实"五句话"')
    assert "落实“五句话”" in read.word_text(render_word(report))
    assert '落实"五句话"' in read.word_text(render_word(report, "en"))


def test_a_number_excel_could_not_hold_exactly_is_written_as_text(busy: Report) -> None:
    data = copy.deepcopy(dict(busy.data))
    data["measures"][0]["figures"][0]["reported"] = "922337203685477.5807"
    book = read.sheets(render_excel(Report(data, busy.made_at, busy.checksum)))
    assert book["数据汇总"][3][6] == "922337203685477.5807"


def test_every_face_tells_a_period_in_words(busy: Report) -> None:
    data = copy.deepcopy(dict(busy.data))
    for measure in data["measures"]:
        measure["period"] = "202610"
    monthly = Report(data, busy.made_at, busy.checksum)
    assert "（2026年10月）" in read.page_text(render_page(monthly))
    assert "（2026年10月）" in read.word_text(render_word(monthly))
    book = read.sheets(render_excel(monthly))
    assert {row[2] for row in book["数据汇总"][3:] if row[0]} == {"2026年10月"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_unit_with_nothing_says_so_in_every_face(session: Session, language: str) -> None:
    campaign = make_campaign(session, make_account(session))
    empty = report(session, campaign.id)
    assert render_excel(empty, language)
    text = read.word_text(render_word(empty, language))
    assert ("没有收到措施" if language == "zh" else "no measure") in text
    assert read.page_tables(render_page(empty, language)) == {}


def test_a_lowest_unit_has_its_own_numbers_and_no_empty_tables(
    session: Session, answered_campaign: int
) -> None:
    village = report(session, answered_campaign, VILLAGE)
    assert "下级单位没有任务" in read.page_text(render_page(village))
    assert "下级单位没有任务" in read.word_text(render_word(village))
    assert set(read.page_tables(render_page(village))) <= {
        "measures", "handed-down", "figures-1", "figures-2",
    }  # fmt: skip
    assert render_excel(village)


def test_the_page_stands_alone_and_brings_no_more_style_than_a_report_needs(busy: Report) -> None:
    page = render_page(busy).decode()
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert ".figures{" in style
    assert ".stack tr{" in style
    assert ".button" not in style
    assert "<link" not in page
    assert "<script" not in page
    assert " src=" not in page


def test_the_body_for_the_products_own_page_brings_no_style_and_no_script(busy: Report) -> None:
    content = str(render_content(busy))
    assert "<html" not in content
    assert "<style" not in content
    assert " style=" not in content
    assert "<svg" in content


def test_the_word_templates_are_in_the_layout_of_official_documents(busy: Report) -> None:
    with zipfile.ZipFile(BytesIO(render_word(busy))) as file:
        body = file.read("word/document.xml").decode()
        styles = file.read("word/styles.xml").decode()
        settings = file.read("word/settings.xml").decode()
    assert 'w:top="2098"' in body
    assert 'w:left="1587"' in body
    assert "docGrid" not in body
    assert "w:tblHeader" in body
    assert 'w:line="579"' in styles
    assert "仿宋_GB2312" in styles
    assert "evenAndOddHeaders" in settings


def test_what_the_unit_above_has_answered_is_marked_on_every_face(session: Session) -> None:
    measure = released_measure(session)
    own = assignment_of(session, measure, TOWNSHIP)
    banner = make_account(session, BANNER, Role.OFFICE, "banner")
    sent = send(session, Sending(own.id, NARRATIVE, Posting(send_key()), banner, NOW))
    assert isinstance(sent, Sent), sent
    made, name = report(session, measure.campaign_id, BANNER), get_unit(session, TOWNSHIP).name
    for text in (read.page_text(render_page(made)), read.word_text(render_word(made))):
        assert f"{name}（代报）" in text
    book = read.sheets(render_excel(made))
    assert f"{name}（代报）" in [row[1] for row in book["工作情况"]]
    head = next(row for row in book["明细"] if "代报" in row)
    marks = {row[1]: row[head.index("代报")] for row in book["明细"] if len(row) == len(head)}
    assert [unit for unit, mark in marks.items() if mark == "是"] == [name]
    assert f"{name} (answered from above)" in read.page_text(render_page(made, "en"))


def test_an_answer_from_further_below_names_the_unit_above_it() -> None:
    row = {"name": "红星社区", "stood_in": True}
    assert told_name(row, "zh", "兴安街道") == "红星社区（兴安街道、代报）"
    assert told_name({"name": "红星社区"}, "zh") == "红星社区"
