"""Workbooks on both databases: for whom there is one, and what is laid out in it."""

import pytest
from sqlmodel import Session

from models import Assignment, Measure
from queries.filling.answer_sheets import get_answer_sheet, list_answer_sheets
from queries.workbooks.workbooks import rows_of
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import Refusal
from rules.workbooks.columns import heads_of, sheets_of
from services.review.reviews import return_
from services.workbooks.workbooks import (
    get_layout,
)
from tests.answering import account_of, answer, released_measure
from tests.building import (
    BANNER,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    get_unit,
    make_form,
)
from tests.conftest import NOW
from tests.workbook_answers import beside, confirm, layout_of, upload, villages


def test_the_sheets_of_many_units_are_those_of_each(
    session: Session, measure: Measure, township: Assignment
) -> None:
    answer(session, measure, VILLAGE)
    sent = answer(session, measure, beside(session, township))
    return_(
        session, sent.id, reason="请核对户数。", fields=["checked"],
        actor=account_of(session, TOWNSHIP), now=NOW,
    )  # fmt: skip
    for sheet in list_answer_sheets(session, rows_of(township)):
        alone = get_answer_sheet(session, sheet.assignment.id)
        for name in ("assignment", "last", "last_sender", "reviewed", "review", "draft"):
            assert getattr(sheet, name) == getattr(alone, name), name
        assert (sheet.typed, sheet.open_names, sheet.kept) == (
            alone.typed, alone.open_names, alone.kept,
        )  # fmt: skip


def test_the_title_tells_the_period_in_words(
    session: Session, measure: Measure, township: Assignment
) -> None:
    assert layout_of(session, township).title == measure.title
    for assignment in (
        sheet.assignment for sheet in list_answer_sheets(session, rows_of(township))
    ):
        assignment.period = "2026Q3"
    township.period = "2026Q3"
    session.flush()
    layout = layout_of(session, township)
    assert layout.title == f"{measure.title}（2026年第3季度）"
    assert layout.ticket["period"] == "2026Q3"


def test_the_guide_says_to_take_the_protection_off_before_sorting(
    session: Session, township: Assignment
) -> None:
    guide = dict(layout_of(session, township).guide)
    assert "可以筛选" in guide["请不要"]
    assert "要排序、调换列的顺序或删除行，先撤销工作表保护，没有密码" in guide["请不要"]


def test_approved_and_submitted_rows_are_closed(
    session: Session, measure: Measure, township: Assignment
) -> None:
    answer(session, measure, VILLAGE)
    main = layout_of(session, township).sheets[0]
    line = next(line for line in main.lines if line.code == VILLAGE)
    assert not any(cell.open for cell in line.cells)
    assert line.cells[0].text == "12"


def test_a_village_fills_its_own_row_only(session: Session, measure: Measure) -> None:
    village, actor = assignment_of(session, measure, VILLAGE), account_of(session, VILLAGE)
    assert villages(session, village) == [VILLAGE]
    kept = upload(session, village, actor, {VILLAGE: {"checked": "5"}})
    confirm(session, village, kept, actor)
    assert assignment_of(session, measure, VILLAGE).status == "submitted"


def test_units_without_lower_units_that_answer_have_no_workbook(
    session: Session, measure: Measure
) -> None:
    banner = assignment_of(session, measure, BANNER)
    assert villages(session, banner) == []
    with pytest.raises(NotFound):
        get_layout(session, banner, get_unit(session, BANNER))


def test_a_form_with_a_required_photo_is_not_for_workbooks(session: Session) -> None:
    fields = [{"name": "photo", "label": "现场照片", "type": "image", "required": True}]
    form = make_form(session, account_of(session, "150000000000"), fields)
    measure = released_measure(session, form=form)
    with pytest.raises(Refusal, match="现场照片"):
        layout_of(session, assignment_of(session, measure, TOWNSHIP))


def test_the_hidden_heads_are_those_of_the_sheets(session: Session, township: Assignment) -> None:
    layout = layout_of(session, township)
    sheets = sheets_of(list_answer_sheets(session, rows_of(township))[0].fields)
    assert layout.ticket["sheets"] == heads_of(sheets)
    assert [row[1] for row in layout.ticket["rows"]] == villages(session, township)
