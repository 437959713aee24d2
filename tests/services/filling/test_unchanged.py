"""A recurring form opens with the approved answers of the last period, and one tap sends them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from models import Assignment, FlagKind, Measure, Status
from queries.assignments.visible_assignments import list_changes
from queries.filling.answer_sheets import get_answer_sheet, list_answer_sheets
from queries.filling.last_period import list_earlier
from services.filling.sendings import Asked
from tests.answering import (
    ANSWER,
    account_of,
    answer,
    approve_many,
    arrived,
    in_next_period,
    released_measure,
    send,
    send_key,
    try_to_send,
)
from tests.building import REGION, TOWNSHIP, VILLAGE, assignment_of, make_form
from tests.conftest import NOW
from tests.counting import statements

LATER = NOW + timedelta(days=30)


@pytest.fixture
def november(session: Session, measure: Measure) -> Assignment:
    """The village's assignment for November; October's was answered and approved."""
    sent = answer(session, measure, VILLAGE)
    approve_many(session, [sent.id], actor=account_of(session, TOWNSHIP), now=NOW)
    return in_next_period(session, assignment_of(session, measure, VILLAGE))


def sent(session: Session, assignment: Assignment, **known: Any) -> Any:
    typed = {**get_answer_sheet(session, assignment.id).typed, **known.pop("typed", {})}
    return try_to_send(
        session, assignment.id, typed, send_key=send_key(), actor=account_of(session, VILLAGE),
        now=LATER, **known,
    )  # fmt: skip


def test_the_form_opens_with_the_approved_answers(session: Session, november: Assignment) -> None:
    sheet = get_answer_sheet(session, november.id)
    assert sheet.typed == ANSWER
    assert (sheet.carried_period, sheet.carried["checked"]) == ("202610", 12)


def test_what_was_not_approved_is_shown_and_not_filled_in(
    session: Session, measure: Measure
) -> None:
    answer(session, measure, VILLAGE)
    november = in_next_period(session, assignment_of(session, measure, VILLAGE))
    sheet = get_answer_sheet(session, november.id)
    assert (sheet.typed, sheet.carried_period) == ({}, "")
    assert sheet.earlier["checked"] == 12


def test_behind_a_period_that_waits_for_review_the_approved_one_is_found(
    session: Session, november: Assignment
) -> None:
    arrived(sent(session, november, typed={"checked": ["40"]}))
    session.refresh(november)
    values = november.model_dump(exclude={"id"}) | {
        "period": "202612", "status": Status.ISSUED, "revision": 0,
    }  # fmt: skip
    december = Assignment(**values)
    session.add(december)
    session.flush()
    sheet = get_answer_sheet(session, december.id)
    assert (sheet.carried["checked"], sheet.carried_period) == (12, "202610")
    assert (sheet.earlier["checked"], sheet.earlier_period) == (40, "202611")
    with statements(session) as asked:
        assert set(list_earlier(session, [november, december])) == {november.id, december.id}
    assert len(asked) == 1


def test_one_tap_sends_them_as_checked(session: Session, november: Assignment) -> None:
    assert arrived(sent(session, november, checked=True)).submission.checked_period == "202610"
    (*_, change) = list_changes(session, november.id)
    assert change.checked_period == "202610"


def test_whoever_has_looked_is_not_asked_whether_the_figures_were_copied(
    session: Session,
) -> None:
    names = ("homes", "herds", "wells")
    fields = [{"name": name, "label": name, "type": "integer"} for name in names]
    form = make_form(session, account_of(session, REGION), fields)
    measure = released_measure(session, form=form)
    october = assignment_of(session, measure, VILLAGE)
    first = send(
        session, october, {name: ["7"] for name in names}, actor=account_of(session, VILLAGE)
    )
    approve_many(session, [first.id], actor=account_of(session, TOWNSHIP), now=NOW)
    november = in_next_period(session, october)
    asked = sent(session, november, confirmed="")
    assert isinstance(asked, Asked)
    assert [flag.kind for flag in asked.flags] == [FlagKind.COPIED]
    assert arrived(sent(session, november, confirmed="", checked=True)).submission.flags == ()


def test_without_the_word_of_the_unit_the_same_answers_are_an_ordinary_sending(
    session: Session, november: Assignment
) -> None:
    submission = arrived(sent(session, november)).submission
    assert submission.checked_period == ""


def test_with_one_answer_changed_the_sending_is_an_ordinary_one(
    session: Session, november: Assignment
) -> None:
    submission = arrived(sent(session, november, typed={"checked": ["13"]}, checked=True))
    assert submission.submission.checked_period == ""


def test_a_correction_of_what_was_sent_opens_with_what_was_sent(
    session: Session, november: Assignment
) -> None:
    arrived(sent(session, november, typed={"checked": ["13"]}))
    sheet = get_answer_sheet(session, november.id)
    assert (sheet.typed["checked"], sheet.carried) == (["13"], {})


def test_knowing_earlier_periods_costs_one_statement_whatever_the_number_of_units(
    session: Session, november: Assignment
) -> None:
    session.expire_all()
    with statements(session) as one:
        get_answer_sheet(session, november.id)
    session.expire_all()
    with statements(session) as many:
        list_answer_sheets(session, Assignment.measure_id == november.measure_id)  # type: ignore[arg-type]
    assert len(many) <= len(one) + 1
