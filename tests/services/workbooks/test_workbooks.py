"""Workbooks on both databases: what is taken in, what the preview says, what is sent."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, Table, func, update
from sqlmodel import Session, select

from models import (
    Account,
    Assignment,
    Draft,
    Event,
    FormVersion,
    Measure,
    Submission,
    Total,
    WorkbookUpload,
)
from models.columns import JsonType
from queries.filling.answer_sheets import get_answer_sheet
from rules.dates.calendar import PUBLISHED
from rules.dates.review_clock import review_due
from rules.filling.receipts import is_whole
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import Refusal
from rules.workbooks.layout import Layout
from rules.workbooks.outcome import Kind
from rules.workbooks.reading import FORMULA
from services.assignments.roll_up import recount
from services.filling.submissions import Overtaken
from services.review.reviews import return_
from services.workbooks.workbooks import (
    FOR_LOWER,
    KEPT,
    keep_upload,
    preview,
    send_upload,
)
from tests.answering import account_of, answer, keep_draft, released_measure
from tests.building import (
    BANNER,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    get_unit,
    make_account,
)
from tests.conftest import NOW
from tests.present import present
from tests.workbook_answers import LATER, beside, confirm, layout_of, tables_of, upload, villages


@pytest.fixture
def office(session: Session) -> Account:
    return account_of(session, TOWNSHIP)


def test_a_township_sends_for_all_its_villages_and_the_totals_follow(
    session: Session, measure: Measure, township: Assignment, office: Account
) -> None:
    codes = villages(session, township)
    answers = {code: {"checked": str(10 + n), "spent": "1.5"} for n, code in enumerate(codes)}
    kept = upload(session, township, office, answers)
    assert session.exec(select(Submission)).all() == []
    found = preview(session, township, kept, LATER)
    assert [outcome.kind for outcome in found.outcomes] == [Kind.NEW] * len(codes)
    confirm(session, township, kept, office)
    for n, code in enumerate(codes):
        assignment = assignment_of(session, measure, code)
        assert (assignment.status, assignment.revision) == ("submitted", 1)
        assert assignment.acknowledged_at == assignment.sent_at == LATER
        assert not assignment.late
        assert assignment.review_due_on == review_due(LATER, measure.review_days, PUBLISHED)
        sheet = get_answer_sheet(session, assignment.id)
        assert present(sheet.last).answers == {"checked": 10 + n, "spent": "1.5"}
        assert is_whole(present(sheet.last))
        event = session.exec(
            select(Event).where(Event.assignment_id == assignment.id, Event.act == "submit")
        ).one()
        assert (event.account_id, event.reason) == (office.id, FOR_LOWER)
    assert_recounted(session, measure)


def assert_recounted(session: Session, measure: Measure) -> None:
    def totals() -> list[Any]:
        session.expire_all()
        rows = session.exec(select(Total).where(Total.measure_id == measure.id))
        return sorted(
            (row.unit_id, row.field, row.reported_sum, row.reported_count) for row in rows
        )

    running = totals()
    assert any(row[2] for row in running)
    recount(session, measure.id, "once")
    assert totals() == [row for row in running if row[3]]


def test_confirming_twice_sends_once(
    session: Session, township: Assignment, office: Account
) -> None:
    kept = upload(session, township, office, {VILLAGE: {"checked": "3"}})
    confirm(session, township, kept, office)
    confirm(session, township, kept, office, seen="")
    assert session.scalars(select(func.count()).select_from(Submission)).one() == 1


def test_rows_nobody_touched_are_not_sent(
    session: Session, measure: Measure, township: Assignment, office: Account
) -> None:
    keep_draft(
        session, assignment_of(session, measure, VILLAGE).id, {"checked": ["9"]},
        actor=account_of(session, VILLAGE), now=NOW,
    )  # fmt: skip
    kept = upload(session, township, office, {})
    found = preview(session, township, kept, NOW)
    kinds = {outcome.sheet.unit.code: outcome.kind for outcome in found.outcomes}
    assert kinds.pop(VILLAGE) == Kind.SAME
    assert set(kinds.values()) == {Kind.EMPTY}
    with pytest.raises(Refusal, match="没有可以报送的行"):
        confirm(session, township, kept, office)
    assert session.get(Draft, assignment_of(session, measure, VILLAGE).id) is not None


def test_columns_of_ones_own_are_named_by_their_heads_or_letters(
    session: Session, township: Assignment, office: Account
) -> None:
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
    assert kept.left_out == ("联系人", "填报!H", "填报!I", "填报!K")
    assert kept.faults == ()


def test_one_fault_and_nothing_is_sent(
    session: Session, township: Assignment, office: Account
) -> None:
    first, second, *_ = villages(session, township)
    kept = upload(
        session, township, office,
        {first: {"checked": "12"}, second: {"checked": "十二", "spent": "-1"}},
    )  # fmt: skip
    found = preview(session, township, kept, NOW)
    assert {(fault.place.address, str(fault)) for fault in found.faults} == {
        ("填报!D4", "请只填数字，不带单位和文字。"),
        ("填报!E4", "不能小于 0。"),
    }
    with pytest.raises(Refusal, match="文件里还有错误"):
        confirm(session, township, kept, office)
    assert session.exec(select(Submission)).all() == []


def test_a_cell_with_a_formula_has_one_fault_and_its_row_counts_it(
    session: Session, township: Assignment, office: Account
) -> None:
    first, second, *_ = villages(session, township)
    layout = layout_of(session, township)
    read = tables_of(layout, {first: {"spent": "-1"}, second: {"checked": "12"}})
    table = replace(read[0], formulas=["D3", "E4", "D5"])
    kept = keep_upload(session, township, layout.ticket, [table], actor=office, now=NOW)
    found = preview(session, township, kept, NOW)
    assert [(fault.place.address, str(fault)) for fault in found.faults] == [
        ("填报!D3", FORMULA), ("填报!E3", "不能小于 0。"), ("填报!E4", FORMULA),
        ("填报!D5", FORMULA),
    ]  # fmt: skip
    assert len(found.faults) == sum(len(outcome.faults) for outcome in found.outcomes)
    assert [outcome.kind for outcome in found.outcomes][:3] == [Kind.FAULTY] * 3
    assert "排查户数" in found.faults[0].place.column
    older = [
        {"where": fault.place.address, "msgid": fault.msgid, "values": dict(fault.values)}
        for fault in kept.faults
    ]
    uploads = Table("workbook_upload", MetaData(), Column("faults", JsonType))
    session.execute(update(uploads).values(faults=older))
    session.expire(kept)
    assert preview(session, township, kept, NOW).faults == found.faults  # as they were once kept


def test_a_unit_that_answers_itself_after_the_download_is_not_overwritten(
    session: Session, measure: Measure, township: Assignment, office: Account
) -> None:
    layout = layout_of(session, township)
    answer(session, measure, VILLAGE, checked=7)
    tables = tables_of(layout, {VILLAGE: {"checked": "99"}})
    kept = keep_upload(session, township, layout.ticket, tables, actor=office, now=NOW)
    (row,) = [o for o in preview(session, township, kept, NOW).outcomes if o.notes]
    assert row.kind == Kind.LOCKED
    assert "没有采用" in str(row.notes[0])


def test_a_draft_kept_after_the_download_is_not_thrown_away(
    session: Session, measure: Measure, township: Assignment, office: Account
) -> None:
    layout = layout_of(session, township)
    village = assignment_of(session, measure, VILLAGE)
    keep_draft(
        session, village.id, {"note": ["自己写的"]}, actor=account_of(session, VILLAGE), now=NOW
    )
    tables = tables_of(layout, {VILLAGE: {"checked": "99"}})
    kept = keep_upload(session, township, layout.ticket, tables, actor=office, now=NOW)
    kinds = {o.sheet.unit.code: o.kind for o in preview(session, township, kept, NOW).outcomes}
    assert kinds[VILLAGE] == Kind.OVERTAKEN


@pytest.mark.parametrize("what", ["sent", "draft"])
def test_what_changes_between_preview_and_confirming_stops_all_of_it(
    session: Session, measure: Measure, township: Assignment, office: Account, what: str
) -> None:
    first = beside(session, township)
    answers = {first: {"checked": "1"}, VILLAGE: {"checked": "2"}}
    kept = upload(session, township, office, answers)
    seen = preview(session, township, kept, NOW).seen
    if what == "sent":
        answer(session, measure, VILLAGE)
    else:
        keep_draft(
            session, assignment_of(session, measure, VILLAGE).id, {"note": ["等等"]},
            actor=account_of(session, VILLAGE), now=NOW,
        )  # fmt: skip
    with pytest.raises(Overtaken) as refusal:
        confirm(session, township, kept, office, seen=seen)
    assert get_unit(session, VILLAGE).name in str(refusal.value)
    assert assignment_of(session, measure, first).revision == 0


def test_a_returned_row_opens_only_what_was_returned(
    session: Session, measure: Measure, township: Assignment, office: Account
) -> None:
    sent = answer(session, measure, VILLAGE, checked=12)
    return_(session, sent.id, reason="请核对户数。", fields=["checked"], actor=office, now=NOW)
    main = layout_of(session, township).sheets[0]
    line = next(line for line in main.lines if line.code == VILLAGE)
    assert [cell.open for cell in line.cells] == [True, False, False]
    assert line.third == "已退回：请核对户数。"
    same = upload(session, township, office, {VILLAGE: {"checked": "13", "spent": "3.50"}})
    assert [row.notes for row in preview(session, township, same, NOW).sent] == [()]
    kept = upload(session, township, office, {VILLAGE: {"checked": "13", "spent": "77"}})
    found = preview(session, township, kept, NOW)
    (row,) = found.sent
    assert row.kind == Kind.CHANGED
    assert [(change.old, change.new) for change in row.changes] == [(("12",), ("13",))]
    assert "没有退回修改" in str(row.notes[0])
    confirm(session, township, kept, office)
    last = present(get_answer_sheet(session, assignment_of(session, measure, VILLAGE).id).last)
    assert (last.revision, last.answers["checked"], last.answers["spent"]) == (2, 13, "3.5")


def test_another_unit_can_neither_upload_nor_confirm(
    session: Session, measure: Measure, township: Assignment, office: Account
) -> None:
    kept = upload(session, township, office, {VILLAGE: {"checked": "5"}})
    layout = layout_of(session, township)
    for stranger in (account_of(session, OTHER_VILLAGE), account_of(session, BANNER)):
        with pytest.raises(NotFound):
            keep_upload(session, township, layout.ticket, [], actor=stranger, now=NOW)
        with pytest.raises(NotFound):
            send_upload(session, township.id, kept.token, seen="", actor=stranger, now=NOW)


def test_the_workbook_of_another_task_is_refused(
    session: Session, measure: Measure, township: Assignment, office: Account
) -> None:
    other = released_measure(session, title="另一条措施")
    layout = layout_of(session, assignment_of(session, other, TOWNSHIP))
    with pytest.raises(Refusal, match="另一项任务"):
        keep_upload(session, township, layout.ticket, tables_of(layout, {}), actor=office, now=NOW)


def test_a_new_version_of_the_form_asks_to_download_again(
    session: Session, measure: Measure, township: Assignment, office: Account
) -> None:
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


def test_uploads_nobody_sent_are_swept_after_a_week(
    session: Session, township: Assignment, office: Account
) -> None:
    old = upload(session, township, office, {})
    upload(session, township, office, {}, now=NOW + KEPT + timedelta(seconds=1))
    tokens = session.exec(select(WorkbookUpload.token)).all()
    assert old.token not in tokens
    assert len(tokens) == 1


def test_one_upload_nobody_sent_is_kept_for_each_account_and_task(
    session: Session, measure: Measure, township: Assignment, office: Account
) -> None:
    sent = upload(session, township, office, {VILLAGE: {"checked": "3"}})
    confirm(session, township, sent, office)
    village = assignment_of(session, measure, OTHER_VILLAGE)
    beside = upload(session, village, account_of(session, OTHER_VILLAGE), {})
    colleague = upload(session, township, make_account(session, TOWNSHIP, login="colleague"), {})
    for _ in range(3):
        last = upload(session, township, office, {})
    kept = set(session.exec(select(WorkbookUpload.token)))
    assert kept == {workbook.token for workbook in (sent, beside, colleague, last)}


def kinds_of(session: Session, township: Assignment, kept: WorkbookUpload) -> dict[str, Kind]:
    found = preview(session, township, kept, LATER)
    assert found.faults == []
    return {
        outcome.sheet.unit.code: outcome.kind
        for outcome in found.outcomes
        if outcome.kind != Kind.EMPTY
    }


def test_a_workbook_uploaded_again_tells_only_what_differs_from_what_it_has_sent(
    session: Session, township: Assignment, office: Account
) -> None:
    first = beside(session, township)
    answers = {first: {"checked": "1", "spent": "1.50"}, VILLAGE: {"checked": "２"}}
    layout = layout_of(session, township)

    def again() -> WorkbookUpload:
        tables = tables_of(layout, answers)
        return keep_upload(session, township, layout.ticket, tables, actor=office, now=NOW)

    confirm(session, township, again(), office)
    assert kinds_of(session, township, again()) == dict.fromkeys(answers, Kind.REPORTED)
    answers[VILLAGE] = {"checked": "3"}
    kept = again()
    assert kinds_of(session, township, kept) == {first: Kind.REPORTED, VILLAGE: Kind.LOCKED}
    (row,) = [
        outcome for outcome in preview(session, township, kept, LATER).outcomes if outcome.notes
    ]
    assert [(change.old, change.new) for change in row.changes] == [(("2",), ("3",))]


@pytest.mark.parametrize("since", ["nothing", "draft", "sent", "other file"])
def test_a_returned_row_is_corrected_in_the_workbook_that_sent_it_unless_another_came_between(
    session: Session, measure: Measure, township: Assignment, office: Account, since: str
) -> None:
    village = assignment_of(session, measure, VILLAGE)
    own = account_of(session, VILLAGE)
    keep_draft(session, village.id, {"checked": ["9"]}, actor=own, now=NOW)
    layout = layout_of(session, township)

    def sent_with(layout: Layout, checked: str) -> WorkbookUpload:
        tables = tables_of(layout, {VILLAGE: {"checked": checked}})
        return keep_upload(session, township, layout.ticket, tables, actor=office, now=NOW)

    def returned() -> None:
        sheet = get_answer_sheet(session, village.id)
        reviewer = account_of(session, BANNER) if sheet.assignment.stood_in else office
        last = present(sheet.last)
        return_(session, last.id, reason="请核对户数。", fields=[], actor=reviewer, now=LATER)
        session.expire_all()

    confirm(session, township, sent_with(layout, "12"), office)
    returned()
    if since == "draft":
        keep_draft(session, village.id, {"checked": ["77"]}, actor=own, now=LATER)
    if since == "sent":
        answer(session, measure, VILLAGE, checked=77)
        returned()
    if since == "other file":
        confirm(session, township, sent_with(layout_of(session, township), "77"), office)
        returned()
    kept = sent_with(layout, "13")
    expected = Kind.CHANGED if since == "nothing" else Kind.OVERTAKEN
    assert kinds_of(session, township, kept) == {VILLAGE: expected}
    if since == "nothing":
        confirm(session, township, kept, office)
        last = present(get_answer_sheet(session, village.id).last)
        assert (last.revision, last.answers["checked"]) == (2, 13)


def test_a_row_that_says_what_the_draft_says_is_sent(
    session: Session, measure: Measure, township: Assignment, office: Account
) -> None:
    layout = layout_of(session, township)
    keep_draft(
        session, assignment_of(session, measure, VILLAGE).id, {"checked": ["9 "]},
        actor=account_of(session, VILLAGE), now=NOW,
    )  # fmt: skip
    tables = tables_of(layout, {VILLAGE: {"checked": "9"}})
    kept = keep_upload(session, township, layout.ticket, tables, actor=office, now=NOW)
    assert kinds_of(session, township, kept) == {VILLAGE: Kind.NEW}
