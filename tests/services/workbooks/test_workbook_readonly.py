"""Cells of a workbook that nobody can change."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session

from models import Account, Assignment, WorkbookUpload
from queries.filling.answer_sheets import list_answer_sheets
from queries.workbooks.workbooks import rows_of
from rules.workbooks.layout import digest_of
from rules.workbooks.outcome import READONLY, Kind, RowOutcome
from services.workbooks.workbooks import (
    keep_upload,
    preview,
)
from tests.answering import account_of, keep_draft, released_measure
from tests.building import (
    TOWNSHIP,
    assignment_of,
    make_form,
)
from tests.conftest import NOW
from tests.present import present
from tests.workbook_answers import confirm, layout_of, tables_of, villages


@pytest.fixture
def office(session: Session) -> Account:
    return account_of(session, TOWNSHIP)


READONLY_FORM = [
    {"name": "households", "label": "总户数", "type": "integer", "required": True},
    {"name": "batch", "label": "批次", "type": "text", "readonly": True, "default": "第一批"},
    {"name": "visits", "label": "走访", "type": "repeat"},
    {"name": "who", "label": "门牌", "type": "text", "within": "visits"},
    {"name": "team", "label": "小组", "type": "text", "within": "visits", "readonly": True,
     "default": "一组"},
]  # fmt: skip


@pytest.fixture
def shut_in(session: Session) -> Assignment:
    """The township's task with a form that has questions nobody can change."""
    form = make_form(session, account_of(session, "150000000000"), READONLY_FORM)
    return assignment_of(session, released_measure(session, form=form), TOWNSHIP)


def taken_in(
    session: Session,
    own: Assignment,
    office: Account,
    answers: dict[str, Any],
    fillings: tuple[()] | list[tuple[str, str, str, str, str]] = (),
    formulas: tuple[()] | list[Any] = (),
) -> tuple[WorkbookUpload, dict[str, RowOutcome]]:
    """Code → outcome of a workbook with the answers and with rows of the repeat."""
    layout = layout_of(session, own)
    units, visits = tables_of(layout, answers)
    lines = [visits.lines[0], *((n, list(texts)) for n, texts in enumerate(fillings, 3))]
    tables = [replace(units, formulas=formulas), replace(visits, lines=lines)]
    kept = keep_upload(session, own, layout.ticket, tables, actor=office, now=NOW)
    found = preview(session, own, kept, NOW)
    return kept, {outcome.sheet.unit.code: outcome for outcome in found.outcomes}


def notes_of(outcome: RowOutcome) -> list[tuple[str, str]]:
    return [(note.place.address, str(note)) for note in outcome.notes]


def test_a_changed_readonly_cell_is_named_and_changes_nothing(
    session: Session, shut_in: Assignment, office: Account
) -> None:
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
    sheets = {sheet.unit.code: sheet for sheet in list_answer_sheets(session, rows_of(shut_in))}
    assert sheets[first].last is None
    assert present(sheets[second].last).answers == {"households": 4, "batch": "第一批"}


def test_a_formula_in_a_readonly_cell_stops_nobody(
    session: Session, shut_in: Assignment, office: Account
) -> None:
    first, *_ = villages(session, shut_in)
    answers = {first: {"households": "4", "batch": "7"}}
    _, found = taken_in(session, shut_in, office, answers, formulas=["E3"])
    assert found[first].kind == Kind.NEW
    assert notes_of(found[first]) == [("填报!E3", READONLY)]


def test_a_row_with_only_what_the_form_says_is_empty(
    session: Session, shut_in: Assignment, office: Account
) -> None:
    first, *_ = villages(session, shut_in)
    sheets = list_answer_sheets(session, rows_of(shut_in))
    own = next(sheet.assignment for sheet in sheets if sheet.unit.code == first)
    keep_draft(session, own.id, {"households": ["9"]}, actor=account_of(session, first), now=NOW)
    _, found = taken_in(session, shut_in, office, {first: {"households": ""}})
    assert found[first].kind == Kind.EMPTY


def test_in_a_repeat_readonly_cells_hold_the_forms_words_or_nothing(
    session: Session, shut_in: Assignment, office: Account
) -> None:
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


def test_workbooks_from_before_the_list_of_readonly_cells_are_taken(
    session: Session, shut_in: Assignment, office: Account
) -> None:
    first, second, *_ = villages(session, shut_in)
    layout = layout_of(session, shut_in)
    rows = [[*row[:4], digest_of({"batch": "第一批"})] for row in layout.ticket["rows"]]
    tables = tables_of(layout, {first: {"households": "4"}})
    ticket = {**layout.ticket, "rows": rows}
    kept = keep_upload(session, shut_in, ticket, tables, actor=office, now=NOW)
    kinds = {o.sheet.unit.code: o.kind for o in preview(session, shut_in, kept, NOW).outcomes}
    assert (kinds[first], kinds[second]) == (Kind.NEW, Kind.EMPTY)
