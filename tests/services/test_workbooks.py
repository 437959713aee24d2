"""Workbooks on both databases: what is laid out, what is taken in, what is sent."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func
from sqlmodel import Session, select

from models import (
    Draft,
    Event,
    FormVersion,
    Submission,
    Total,
    WorkbookUpload,
)
from queries.answer_sheets import get_answer_sheet, list_answer_sheets
from queries.not_found import NotFound
from queries.workbooks import rows_of
from rules.forms.receipts import is_whole
from rules.refusal import Refusal
from rules.workbooks.columns import heads_of, sheets_of
from rules.workbooks.layout import digest_of
from rules.workbooks.outcome import READONLY, Kind
from rules.workbooks.reading import FORMULA
from services.reviews import return_
from services.roll_up import recount
from services.submissions import Overtaken, save_draft
from services.workbooks import (
    FOR_LOWER,
    KEPT,
    get_layout,
    keep_upload,
    preview,
    send_upload,
)
from tests.answering import account_of, answer, released_measure
from tests.building import (
    BANNER,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    get_unit,
    make_account,
    make_form,
)
from tests.conftest import NOW
from tests.workbook_answers import LATER, beside, confirm, layout_of, tables_of, upload, villages


@pytest.fixture
def measure(session):
    return released_measure(session)


@pytest.fixture
def township(session, measure):
    return assignment_of(session, measure, TOWNSHIP)


@pytest.fixture
def office(session):
    return account_of(session, TOWNSHIP)


def test_the_sheets_of_many_units_are_those_of_each(session, measure, township):
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


def test_the_title_tells_the_period_in_words(session, measure, township):
    assert layout_of(session, township).title == measure.title
    for one in (sheet.assignment for sheet in list_answer_sheets(session, rows_of(township))):
        one.period = "2026Q3"
    township.period = "2026Q3"
    session.flush()
    layout = layout_of(session, township)
    assert layout.title == f"{measure.title}（2026年第3季度）"
    assert layout.ticket["period"] == "2026Q3"


def test_the_guide_says_to_take_the_protection_off_before_sorting(session, township):
    guide = dict(layout_of(session, township).guide)
    assert "可以筛选" in guide["请不要"]
    assert "要排序、调换列的顺序或删除行，先撤销工作表保护，没有密码" in guide["请不要"]


def test_a_township_sends_for_all_its_villages_and_the_totals_follow(
    session, measure, township, office
):
    codes = villages(session, township)
    answers = {code: {"checked": str(10 + n), "spent": "1.5"} for n, code in enumerate(codes)}
    kept = upload(session, township, office, answers)
    assert session.exec(select(Submission)).all() == []
    found = preview(session, township, kept, LATER)
    assert [one.kind for one in found.outcomes] == [Kind.NEW] * len(codes)
    confirm(session, township, kept, office)
    for n, code in enumerate(codes):
        assignment = assignment_of(session, measure, code)
        assert (assignment.status, assignment.revision) == ("submitted", 1)
        assert assignment.acknowledged_at == assignment.sent_at == LATER
        assert not assignment.late
        sheet = get_answer_sheet(session, assignment.id)
        assert sheet.last.answers == {"checked": 10 + n, "spent": "1.5"}
        assert is_whole(sheet.last)
        event = session.exec(
            select(Event).where(Event.assignment_id == assignment.id, Event.act == "submit")
        ).one()
        assert (event.account_id, event.reason) == (office.id, FOR_LOWER)
    assert_recounted(session, measure)


def assert_recounted(session: Session, measure) -> None:
    def totals():
        session.expire_all()
        rows = session.exec(select(Total).where(Total.measure_id == measure.id))
        return sorted(
            (one.unit_id, one.field, one.reported_sum, one.reported_count) for one in rows
        )

    running = totals()
    assert any(row[2] for row in running)
    recount(session, measure.id, "once")
    assert totals() == [row for row in running if row[3]]


def test_confirming_twice_sends_once(session, township, office):
    kept = upload(session, township, office, {VILLAGE: {"checked": "3"}})
    confirm(session, township, kept, office)
    confirm(session, township, kept, office, seen="")
    assert session.scalars(select(func.count()).select_from(Submission)).one() == 1


def test_rows_nobody_touched_are_not_sent(session, measure, township, office):
    save_draft(
        session, assignment_of(session, measure, VILLAGE).id, {"checked": ["9"]},
        actor=account_of(session, VILLAGE), now=NOW,
    )  # fmt: skip
    kept = upload(session, township, office, {})
    found = preview(session, township, kept, NOW)
    kinds = {one.sheet.unit.code: one.kind for one in found.outcomes}
    assert kinds.pop(VILLAGE) == Kind.SAME
    assert set(kinds.values()) == {Kind.EMPTY}
    with pytest.raises(Refusal, match="没有可以报送的行"):
        confirm(session, township, kept, office)
    assert session.get(Draft, assignment_of(session, measure, VILLAGE).id) is not None


READONLY_FORM = [
    {"name": "households", "label": "总户数", "type": "integer", "required": True},
    {"name": "batch", "label": "批次", "type": "text", "readonly": True, "default": "第一批"},
    {"name": "visits", "label": "走访", "type": "repeat"},
    {"name": "who", "label": "门牌", "type": "text", "within": "visits"},
    {"name": "team", "label": "小组", "type": "text", "within": "visits", "readonly": True,
     "default": "一组"},
]  # fmt: skip


@pytest.fixture
def shut_in(session):
    """The township's task with a form that has questions nobody can change."""
    form = make_form(session, account_of(session, "150000000000"), READONLY_FORM)
    return assignment_of(session, released_measure(session, form=form), TOWNSHIP)


def taken_in(session, own, office, answers, fillings=(), formulas=()):
    """Code → outcome of a workbook with the answers and with rows of the repeat."""
    layout = layout_of(session, own)
    units, visits = tables_of(layout, answers)
    lines = [visits.lines[0], *((n, list(texts)) for n, texts in enumerate(fillings, 3))]
    tables = [replace(units, formulas=formulas), replace(visits, lines=lines)]
    kept = keep_upload(session, own, layout.ticket, tables, actor=office, now=NOW)
    found = preview(session, own, kept, NOW)
    return kept, {one.sheet.unit.code: one for one in found.outcomes}


def notes_of(outcome) -> list[tuple[str, str]]:
    return [(one.where, str(one.fault)) for one in outcome.notes]


def test_a_changed_readonly_cell_is_named_and_changes_nothing(session, shut_in, office):
    first, second, third, *_ = villages(session, shut_in)
    answers = {
        first: {"batch": "第二批"}, second: {"households": "4", "batch": ""},
        third: {"households": "5"},
    }  # fmt: skip
    kept, found = taken_in(session, shut_in, office, answers)
    assert [found[code].kind for code in (first, second, third)] == [
        Kind.EMPTY, Kind.NEW, Kind.NEW,
    ]  # fmt: skip
    assert notes_of(found[first]) == [("填报!E3", READONLY)]
    assert notes_of(found[second]) == [("填报!E4", READONLY)]
    assert notes_of(found[third]) == []
    confirm(session, shut_in, kept, office)
    sheets = {one.unit.code: one for one in list_answer_sheets(session, rows_of(shut_in))}
    assert sheets[first].last is None
    assert sheets[second].last.answers == {"households": 4, "batch": "第一批"}


def test_a_formula_in_a_readonly_cell_stops_nobody(session, shut_in, office):
    first, *_ = villages(session, shut_in)
    answers = {first: {"households": "4", "batch": "7"}}
    _, found = taken_in(session, shut_in, office, answers, formulas=["E3"])
    assert found[first].kind == Kind.NEW
    assert notes_of(found[first]) == [("填报!E3", READONLY)]


def test_a_row_with_only_what_the_form_says_is_empty(session, shut_in, office):
    first, *_ = villages(session, shut_in)
    sheets = list_answer_sheets(session, rows_of(shut_in))
    own = next(one.assignment for one in sheets if one.unit.code == first)
    save_draft(session, own.id, {"households": ["9"]}, actor=account_of(session, first), now=NOW)
    _, found = taken_in(session, shut_in, office, {first: {"households": ""}})
    assert found[first].kind == Kind.EMPTY


def test_in_a_repeat_readonly_cells_hold_the_forms_words_or_nothing(session, shut_in, office):
    first, second, *_ = villages(session, shut_in)
    answers = {first: {"households": "4"}, second: {"households": "5"}}
    fillings = [
        (first, "", "1", "甲家", ""), (first, "", "2", "乙家", "一组"),
        (second, "", "1", "丙家", "二组"),
    ]  # fmt: skip
    _, found = taken_in(session, shut_in, office, answers, fillings)
    assert notes_of(found[first]) == []
    assert notes_of(found[second]) == [("走访!E5", READONLY)]
    assert {found[code].kind for code in (first, second)} == {Kind.NEW}


def test_workbooks_from_before_the_list_of_readonly_cells_are_taken(session, shut_in, office):
    first, second, *_ = villages(session, shut_in)
    layout = layout_of(session, shut_in)
    rows = [[*row[:4], digest_of({"batch": "第一批"})] for row in layout.ticket["rows"]]
    tables = tables_of(layout, {first: {"households": "4"}})
    ticket = {**layout.ticket, "rows": rows}
    kept = keep_upload(session, shut_in, ticket, tables, actor=office, now=NOW)
    kinds = {o.sheet.unit.code: o.kind for o in preview(session, shut_in, kept, NOW).outcomes}
    assert (kinds[first], kinds[second]) == (Kind.NEW, Kind.EMPTY)


def test_columns_of_ones_own_are_named_by_their_heads_or_letters(session, township, office):
    layout = layout_of(session, township)
    (table,) = tables_of(layout, {VILLAGE: {"checked": "3"}})
    (head, heads), (number, texts), *rest = table.lines
    lines = [
        (1, ["", *[""] * len(heads), "", "上面的字不算"]),
        (head, [*heads, "联系人", "", heads[3]]),
        (number, [*texts, "老王", "已打电话", "7", "", "再核"]),
        *rest,
    ]
    tables = [replace(table, lines=lines)]
    kept = keep_upload(session, township, layout.ticket, tables, actor=office, now=NOW)
    assert kept.left_out == ["联系人", "填报!H", "填报!I", "填报!K"]
    assert kept.faults == []


def test_one_fault_and_nothing_is_sent(session, township, office):
    first, second, *_ = villages(session, township)
    kept = upload(
        session, township, office,
        {first: {"checked": "12"}, second: {"checked": "十二", "spent": "-1"}},
    )  # fmt: skip
    found = preview(session, township, kept, NOW)
    assert {(one.where, str(one.fault)) for one in found.faults} == {
        ("填报!D4", "请只填数字，不带单位和文字。"),
        ("填报!E4", "不能小于 0。"),
    }
    with pytest.raises(Refusal, match="文件里还有错误"):
        confirm(session, township, kept, office)
    assert session.exec(select(Submission)).all() == []


def test_a_cell_with_a_formula_has_one_fault_and_its_row_counts_it(session, township, office):
    first, second, *_ = villages(session, township)
    layout = layout_of(session, township)
    read = tables_of(layout, {first: {"spent": "-1"}, second: {"checked": "12"}})
    table = replace(read[0], formulas=["D3", "E4", "D5"])
    kept = keep_upload(session, township, layout.ticket, [table], actor=office, now=NOW)
    found = preview(session, township, kept, NOW)
    assert [(one.where, str(one.fault)) for one in found.faults] == [
        ("填报!D3", FORMULA), ("填报!E3", "不能小于 0。"), ("填报!E4", FORMULA),
        ("填报!D5", FORMULA),
    ]  # fmt: skip
    assert len(found.faults) == sum(len(one.faults) for one in found.outcomes)
    assert [one.kind for one in found.outcomes][:3] == [Kind.FAULTY] * 3
    assert "排查户数" in found.faults[0].label


def test_a_unit_that_answers_itself_after_the_download_is_not_overwritten(
    session, measure, township, office
):
    layout = layout_of(session, township)
    answer(session, measure, VILLAGE, checked=7)
    tables = tables_of(layout, {VILLAGE: {"checked": "99"}})
    kept = keep_upload(session, township, layout.ticket, tables, actor=office, now=NOW)
    (row,) = [o for o in preview(session, township, kept, NOW).outcomes if o.notes]
    assert row.kind == Kind.LOCKED
    assert "没有采用" in str(row.notes[0].fault)


def test_a_draft_kept_after_the_download_is_not_thrown_away(session, measure, township, office):
    layout = layout_of(session, township)
    village = assignment_of(session, measure, VILLAGE)
    save_draft(
        session, village.id, {"note": ["自己写的"]}, actor=account_of(session, VILLAGE), now=NOW
    )
    tables = tables_of(layout, {VILLAGE: {"checked": "99"}})
    kept = keep_upload(session, township, layout.ticket, tables, actor=office, now=NOW)
    kinds = {o.sheet.unit.code: o.kind for o in preview(session, township, kept, NOW).outcomes}
    assert kinds[VILLAGE] == Kind.OVERTAKEN


@pytest.mark.parametrize("what", ["sent", "draft"])
def test_what_changes_between_preview_and_confirming_stops_all_of_it(
    session, measure, township, office, what
):
    first = beside(session, township)
    answers = {first: {"checked": "1"}, VILLAGE: {"checked": "2"}}
    kept = upload(session, township, office, answers)
    seen = preview(session, township, kept, NOW).seen
    if what == "sent":
        answer(session, measure, VILLAGE)
    else:
        save_draft(
            session, assignment_of(session, measure, VILLAGE).id, {"note": ["等等"]},
            actor=account_of(session, VILLAGE), now=NOW,
        )  # fmt: skip
    with pytest.raises(Overtaken) as refusal:
        confirm(session, township, kept, office, seen=seen)
    assert get_unit(session, VILLAGE).name in str(refusal.value)
    assert assignment_of(session, measure, first).revision == 0


def test_a_returned_row_opens_only_what_was_returned(session, measure, township, office):
    sent = answer(session, measure, VILLAGE, checked=12)
    return_(session, sent.id, reason="请核对户数。", fields=["checked"], actor=office, now=NOW)
    main = layout_of(session, township).sheets[0]
    line = next(line for line in main.lines if line.code == VILLAGE)
    assert [cell.open for cell in line.cells] == [True, False, False]
    assert line.third == "已退回：请核对户数。"
    kept = upload(session, township, office, {VILLAGE: {"checked": "13", "spent": "77"}})
    found = preview(session, township, kept, NOW)
    (row,) = found.sent
    assert row.kind == Kind.CHANGED
    assert [(one.old, one.new) for one in row.changes] == [("12", "13")]
    assert "没有退回修改" in str(row.notes[0].fault)
    confirm(session, township, kept, office)
    last = get_answer_sheet(session, assignment_of(session, measure, VILLAGE).id).last
    assert (last.revision, last.answers["checked"], last.answers["spent"]) == (2, 13, "3.5")


def test_approved_and_submitted_rows_are_closed(session, measure, township):
    answer(session, measure, VILLAGE)
    main = layout_of(session, township).sheets[0]
    line = next(line for line in main.lines if line.code == VILLAGE)
    assert not any(cell.open for cell in line.cells)
    assert line.cells[0].text == "12"


def test_a_village_fills_its_own_row_only(session, measure):
    village, actor = assignment_of(session, measure, VILLAGE), account_of(session, VILLAGE)
    assert villages(session, village) == [VILLAGE]
    kept = upload(session, village, actor, {VILLAGE: {"checked": "5"}})
    confirm(session, village, kept, actor)
    assert assignment_of(session, measure, VILLAGE).status == "submitted"


def test_units_without_lower_units_that_answer_have_no_workbook(session, measure):
    banner = assignment_of(session, measure, BANNER)
    assert villages(session, banner) == []
    with pytest.raises(NotFound):
        get_layout(session, banner, get_unit(session, BANNER))


def test_another_unit_can_neither_upload_nor_confirm(session, measure, township, office):
    kept = upload(session, township, office, {VILLAGE: {"checked": "5"}})
    layout = layout_of(session, township)
    for stranger in (account_of(session, OTHER_VILLAGE), account_of(session, BANNER)):
        with pytest.raises(NotFound):
            keep_upload(session, township, layout.ticket, [], actor=stranger, now=NOW)
        with pytest.raises(NotFound):
            send_upload(session, township.id, kept.token, seen="", actor=stranger, now=NOW)


def test_the_workbook_of_another_task_is_refused(session, measure, township, office):
    other = released_measure(session, title="另一条措施")
    layout = layout_of(session, assignment_of(session, other, TOWNSHIP))
    with pytest.raises(Refusal, match="另一项任务"):
        keep_upload(session, township, layout.ticket, tables_of(layout, {}), actor=office, now=NOW)


def test_a_new_version_of_the_form_asks_to_download_again(session, measure, township, office):
    layout = layout_of(session, township)
    kept = upload(session, township, office, {VILLAGE: {"checked": "5"}})
    old = session.get_one(FormVersion, measure.form_version_id)
    new = FormVersion(
        form_id=old.form_id, number=2, fields=old.fields[:2], published_at=NOW,
        published_by=office.id,
    )  # fmt: skip
    session.add(new)
    session.flush()
    measure.form_version_id = new.id
    session.flush()
    with pytest.raises(Refusal, match="换了新版"):
        keep_upload(session, township, layout.ticket, tables_of(layout, {}), actor=office, now=NOW)
    with pytest.raises(Refusal, match="换了新版"):
        confirm(session, township, kept, office, seen="")


def test_a_form_with_a_required_photo_is_not_for_workbooks(session):
    fields = [{"name": "photo", "label": "现场照片", "type": "image", "required": True}]
    form = make_form(session, account_of(session, "150000000000"), fields)
    measure = released_measure(session, form=form)
    with pytest.raises(Refusal, match="现场照片"):
        layout_of(session, assignment_of(session, measure, TOWNSHIP))


def test_uploads_nobody_sent_are_swept_after_a_week(session, township, office):
    old = upload(session, township, office, {})
    upload(session, township, office, {}, now=NOW + KEPT + timedelta(seconds=1))
    tokens = session.exec(select(WorkbookUpload.token)).all()
    assert old.token not in tokens
    assert len(tokens) == 1


def test_one_upload_nobody_sent_is_kept_for_each_account_and_task(
    session, measure, township, office
):
    sent = upload(session, township, office, {VILLAGE: {"checked": "3"}})
    confirm(session, township, sent, office)
    village = assignment_of(session, measure, OTHER_VILLAGE)
    beside = upload(session, village, account_of(session, OTHER_VILLAGE), {})
    colleague = upload(session, township, make_account(session, TOWNSHIP, login="colleague"), {})
    for _ in range(3):
        last = upload(session, township, office, {})
    kept = set(session.exec(select(WorkbookUpload.token)))
    assert kept == {one.token for one in (sent, beside, colleague, last)}


def test_the_hidden_heads_are_those_of_the_sheets(session, township):
    layout = layout_of(session, township)
    sheets = sheets_of(list_answer_sheets(session, rows_of(township))[0].fields)
    assert layout.ticket["sheets"] == heads_of(sheets)
    assert [row[1] for row in layout.ticket["rows"]] == villages(session, township)
