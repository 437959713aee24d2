from datetime import timedelta

import pytest
from sqlmodel import Session

from models import Assignment, Measure
from queries.filling.answer_sheets import get_answer_sheet
from queries.filling.submissions import (
    find_current,
    get_submission,
    get_submitted_fields,
    list_revisions,
)
from rules.sentences.not_found import NotFound
from services.review.reviews import return_
from tests.answering import account_of, answer, keep_draft
from tests.building import TOWNSHIP, VILLAGE, assignment_of, make_form
from tests.conftest import NOW
from tests.counting import statements
from tests.present import present

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def village(session: Session, measure: Measure) -> Assignment:
    return assignment_of(session, measure, VILLAGE)


def test_an_untouched_sheet_is_empty_and_open(
    session: Session, measure: Measure, village: Assignment
) -> None:
    sheet = get_answer_sheet(session, village.id)
    assert (sheet.assignment, sheet.measure, sheet.unit.code) == (village, measure, VILLAGE)
    assert [field.name for field in sheet.fields] == ["checked", "spent", "note"]
    assert (sheet.revision, sheet.typed, sheet.kept) == (0, {}, {})
    assert sheet.open_names == {"checked", "spent", "note"}
    assert sheet.version_id == measure.form_version_id


def test_a_unit_between_has_no_form_version(session: Session, measure: Measure) -> None:
    sheet = get_answer_sheet(session, assignment_of(session, measure, TOWNSHIP).id)
    assert sheet.version is None
    assert [field.name for field in sheet.fields] == ["narrative", "problems"]


def test_every_revision_stays_with_its_review(
    session: Session, measure: Measure, village: Assignment
) -> None:
    township = account_of(session, TOWNSHIP)
    first = answer(session, measure, VILLAGE, 1)
    return_(session, first.id, reason="请核对户数", actor=township, now=LATER)
    second = answer(session, measure, VILLAGE, 2, now=LATER)
    revisions = list_revisions(session, village.id)
    assert [revision.submission for revision in revisions] == [second, first]
    assert [revision.review.reason if revision.review else None for revision in revisions] == [
        None,
        "请核对户数",
    ]
    assert [(revision.sender, revision.reviewer) for revision in revisions] == [
        ("综合办公室", ""), ("综合办公室", "综合办公室")
    ]  # fmt: skip
    assert present(find_current(session, village.id)).submission == second
    sheet = get_answer_sheet(session, village.id)
    assert (sheet.last, sheet.reviewed, present(sheet.review).submission_id) == (
        second,
        first,
        first.id,
    )


def test_the_sheet_costs_at_most_four_statements(
    session: Session, measure: Measure, village: Assignment
) -> None:
    township, clerk = account_of(session, TOWNSHIP), account_of(session, VILLAGE)
    for number in range(3):
        sent = answer(session, measure, VILLAGE, number)
        return_(session, sent.id, reason="请核对户数", actor=township, now=LATER)
        keep_draft(session, village.id, {"checked": ["1"]}, actor=clerk, now=LATER)
        with statements(session) as issued:
            get_answer_sheet(session, village.id)
        assert len(issued) <= 4


def test_a_submission_is_read_with_the_form_of_its_time(
    session: Session, measure: Measure, village: Assignment
) -> None:
    sent = answer(session, measure, VILLAGE)
    fields = [{"name": "other", "label": "别的", "type": "integer"}]
    measure.form_version_id = make_form(session, account_of(session, TOWNSHIP), fields).id
    session.add(measure)
    session.flush()
    assert get_submitted_fields(session, sent)[0].name == "checked"
    assert [field.name for field in get_answer_sheet(session, village.id).fields] == ["other"]


def test_what_is_not_there_is_not_found(session: Session) -> None:
    for get in (get_answer_sheet, get_submission):
        with pytest.raises(NotFound):
            get(session, 10**9)
    assert find_current(session, 10**9) is None
