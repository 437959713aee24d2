"""Answers of many units sent at once: what the checks ask, what is kept, how many statements."""

import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from models import (
    Account,
    AnswerNumber,
    Assignment,
    KnownValue,
    Measure,
    Submission,
    TextPrint,
    Unit,
)
from queries.filling.answer_sheets import list_answer_sheets
from queries.workbooks.workbooks import rows_of
from services.workbooks.workbooks import (
    keep_upload,
    preview,
    send_upload,
)
from tests.answering import account_of, released_measure, send
from tests.building import (
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    get_unit,
    make_form,
)
from tests.conftest import NOW
from tests.counting import statements
from tests.workbook_answers import confirm, layout_of, tables_of, upload, villages

TEXT = (
    "逐户走访，登记取暖设备，发现隐患当场整改，已经建立台账，下一步继续巡查并上报结果，责任到人。"
)


@pytest.fixture
def office(session: Session) -> Account:
    return account_of(session, TOWNSHIP)


def test_the_same_text_in_every_row_is_asked_about_before_sending(
    session: Session, township: Assignment, office: Account
) -> None:
    answers = {code: {"checked": "20", "note": TEXT} for code in villages(session, township)}
    kept = upload(session, township, office, answers)
    found = preview(session, township, kept, NOW)
    assert len(found.flags) == len(answers)
    assert {flag.kind for flags in found.flags.values() for flag in flags} == {"similar_text"}
    confirm(session, township, kept, office)
    flagged = session.exec(select(Submission.flag_count)).all()
    assert flagged == [1] * len(answers)
    assert session.scalars(select(func.count()).select_from(TextPrint)).one() > 0


def test_known_values_are_filled_in_and_kept(session: Session, office: Account) -> None:
    fields = [
        {"name": "homes", "label": "总户数", "type": "integer", "reuse": "homes", "rollup": "sum"}
    ]
    form = make_form(session, account_of(session, "150000000000"), fields)
    first, second = (released_measure(session, form=form, title=title) for title in "甲乙")
    send(
        session, assignment_of(session, first, VILLAGE), {"homes": ["88"]},
        actor=account_of(session, VILLAGE),
    )  # fmt: skip
    township = assignment_of(session, second, TOWNSHIP)
    main = layout_of(session, township).sheets[0]
    assert next(line for line in main.lines if line.code == VILLAGE).cells[0].text == "88"
    kept = upload(session, township, office, {VILLAGE: {"homes": "90"}})
    assert preview(session, township, kept, NOW).flags
    confirm(session, township, kept, office)
    values = session.exec(select(KnownValue).order_by(col(KnownValue.assignment_id))).all()
    assert [value.value for value in values] == [88, 90]


def test_statements_do_not_depend_on_the_number_of_units(
    session: Session, measure: Measure, township: Assignment, office: Account
) -> None:
    few = counts_of(session, township, office, 2)
    parent = get_unit(session, TOWNSHIP)
    added = []
    for number in range(37):
        unit = Unit(
            code=f"1504020059{number:02d}", name=f"第{number}村", level="village",
            parent_id=parent.id, lft=parent.lft, rgt=parent.lft,
        )  # fmt: skip
        session.add(unit)
        added.append(unit)
    session.flush()
    model = assignment_of(session, measure, VILLAGE)
    for unit in added:
        values = model.model_dump(exclude={"id", "unit_id"})
        session.add(Assignment(**{**values, "unit_id": unit.id, "revision": 0,
                                  "status": "issued", "sent_at": None}))  # fmt: skip
    session.flush()
    many = counts_of(session, township, office, 38)
    assert many == few
    assert session.scalars(select(func.count()).select_from(AnswerNumber)).one() >= 40


def counts_of(session: Session, own: Assignment, office: Account, number: int) -> list[int]:
    """Statements of laying out, taking in, looking through and sending `number` rows."""
    waiting = [
        sheet.unit.code
        for sheet in list_answer_sheets(session, rows_of(own))
        if sheet.assignment.revision == 0
    ]
    chosen = waiting[:number]
    assert len(chosen) == number
    answers = {code: {"checked": "30", "note": TEXT + code} for code in chosen}
    counts = []
    session.expire_all()
    with statements(session) as sent:
        layout = layout_of(session, own)
    counts.append(len(sent))
    tables = tables_of(layout, answers)
    with statements(session) as sent:
        kept = keep_upload(session, own, layout.ticket, tables, actor=office, now=NOW)
    counts.append(len(sent))
    with statements(session) as sent:
        seen = preview(session, own, kept, NOW).seen
    counts.append(len(sent))
    with statements(session) as sent:
        send_upload(session, own.id, kept.token, seen=seen, actor=office, now=NOW)
    counts.append(len(sent))
    return counts
