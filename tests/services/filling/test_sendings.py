"""Many forms in one transaction: each as if it had been sent alone, after those before it."""

from dataclasses import replace

import pytest
from sqlmodel import Session, select

from models import AnswerNumber, Assignment, Draft, Flag, FlagKind, Measure, Submission, Unit
from rules.filling.posting import Posting
from rules.filling.receipts import is_whole
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import Refusal
from services.filling.sendings import Asked, Faulty, Outcome, Refused, Sending, Sent, send_each
from services.filling.submissions import Overtaken
from tests.answering import (
    ANSWER,
    NARRATIVE,
    account_of,
    answer,
    approve_many,
    send_key,
    totals_of,
)
from tests.building import REGION, TOWNSHIP, VILLAGE, assignment_of, get_unit
from tests.conftest import NOW
from tests.counting import statements

STORY = (
    "已逐户走访排查，重点查看取暖设备和烟道，发现的三处隐患已经当场整改完毕，并登记在册，随后复查。"
)


@pytest.fixture
def villages(session: Session, measure: Measure) -> list[Assignment]:
    """Fifty villages of one township that owe an answer to the measure."""
    parent, model = get_unit(session, TOWNSHIP), assignment_of(session, measure, VILLAGE)
    found = [model]
    for number in range(49):
        unit = Unit(
            code=f"1504020059{number:02d}", name=f"第{number}村", level="village",
            parent_id=parent.id, lft=parent.lft, rgt=parent.lft,
        )  # fmt: skip
        session.add(unit)
        session.flush()
        values = model.model_dump(exclude={"id", "unit_id"})
        found.append(Assignment(**{**values, "unit_id": unit.id}))
        session.add(found[-1])
    session.flush()
    return found


def sent(outcome: Outcome) -> Submission:
    """What was sent."""
    assert isinstance(outcome, Sent), outcome
    return outcome.submission


def refused(outcome: Outcome) -> Refusal | NotFound:
    """Why nothing was sent."""
    assert isinstance(outcome, Refused), outcome
    return outcome.cause


def asked(outcome: Outcome) -> list[Flag]:
    """What the checks ask."""
    assert isinstance(outcome, Asked), outcome
    return outcome.flags


def sending(session: Session, assignment: Assignment, **answers: str) -> Sending:
    """A form of the assignment's own unit."""
    code = session.get_one(Unit, assignment.unit_id).code
    typed = {**ANSWER, **{name: [text] for name, text in answers.items()}}
    posting = Posting(send_key(), seen_revision=assignment.revision, confirmed="")
    return Sending(assignment.id, typed, posting, account_of(session, code), NOW)


def test_statements_do_not_depend_on_the_number_of_forms(
    session: Session, measure: Measure, villages: list[Assignment]
) -> None:
    counts = []
    start = 0
    for number in (1, 10, 39):
        session.expire_all()
        forms = [
            sending(session, village, checked="30") for village in villages[start : start + number]
        ]
        start += number
        with statements(session) as said:
            outcomes = send_each(session, forms)
        assert all(isinstance(outcome, Sent) for outcome in outcomes)
        counts.append(len(said))
    alone, some, many = counts
    assert some <= alone + 1, "one more to know who stands above"
    assert many <= some <= 14, "fewer where enough units beside have reported"
    assert totals_of(session, measure, REGION)["checked"][0] == 30 * 10_000 * 50


def test_corrections_cost_no_more_statements_for_many(
    session: Session, measure: Measure, villages: list[Assignment]
) -> None:
    first = send_each(session, [sending(session, village, checked="30") for village in villages])
    township = account_of(session, TOWNSHIP)
    approve_many(session, [sent(outcome).id for outcome in first], actor=township, now=NOW)
    counts = []
    for chosen in (villages[:2], villages[2:]):
        for village in chosen:
            session.refresh(village)
        forms = [sending(session, village, checked="31") for village in chosen]
        with statements(session) as said:
            outcomes = send_each(session, forms)
        assert all(isinstance(outcome, Sent) for outcome in outcomes)
        counts.append(len(said))
    assert counts[0] == counts[1]
    assert totals_of(session, measure, REGION)["checked"] == (31 * 10_000 * 50, 0)
    numbers = session.exec(select(AnswerNumber.value).where(AnswerNumber.field == "checked"))
    assert set(numbers) == {310_000}


def test_what_is_refused_or_faulty_leaves_its_neighbours_as_they_are(
    session: Session, measure: Measure, villages: list[Assignment]
) -> None:
    first, second, third, fourth, last = villages[:5]
    answer(session, measure, VILLAGE)
    forms = [
        replace(sending(session, first), posting=Posting(send_key(), seen_revision=0)),
        sending(session, second, checked="many"),
        replace(sending(session, third), actor=account_of(session, TOWNSHIP)),
        replace(sending(session, fourth), posting=Posting("no")),
        replace(sending(session, last), assignment_id=2**31 - 1),
        sending(session, last, checked="7"),
    ]
    forms[0] = replace(forms[0], typed={**ANSWER, "checked": ["99"]})
    outcomes = send_each(session, forms)
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [Refused, Faulty, Refused, Refused, Refused, Sent]
    assert isinstance(refused(outcomes[0]), Overtaken)
    assert isinstance(refused(outcomes[4]), NotFound)
    assert session.get_one(Draft, second.id).answers["checked"] == ["many"]
    assert isinstance(outcomes[1], Faulty)
    assert outcomes[1].version == 1
    stored = session.exec(select(Submission)).all()
    assert sorted(submission.assignment_id for submission in stored) == sorted([first.id, last.id])
    assert all(is_whole(submission) for submission in stored)
    assert totals_of(session, measure, REGION)["checked"][0] == (12 + 7) * 10_000


def test_the_same_form_twice_is_one_submission_with_one_receipt(
    session: Session, measure: Measure, villages: list[Assignment]
) -> None:
    form = sending(session, villages[0])
    other = sending(session, villages[1])
    first, beside, again = send_each(session, [form, other, form])
    assert [isinstance(outcome, Sent) and outcome.again for outcome in (first, beside, again)] == [
        False, False, True,
    ]  # fmt: skip
    assert sent(again).receipt == sent(first).receipt
    assert len(session.exec(select(Submission)).all()) == 2


def test_of_two_forms_of_a_unit_the_first_is_sent_and_the_second_is_told(
    session: Session, villages: list[Assignment]
) -> None:
    form = sending(session, villages[0], checked="1")
    late = sending(session, villages[0], checked="2")
    first, second = send_each(session, [form, late])
    assert isinstance(first, Sent)
    cause = refused(second)
    assert isinstance(cause, Overtaken)
    assert sent(first).receipt in str(cause.sentence.values.values())


def test_a_key_that_another_unit_uses_is_refused(
    session: Session, villages: list[Assignment]
) -> None:
    form = sending(session, villages[0])
    other = replace(sending(session, villages[1]), posting=form.posting)
    first, second = send_each(session, [form, other])
    assert isinstance(first, Sent)
    assert isinstance(second, Refused)


def test_a_form_is_held_against_those_before_it_and_not_against_those_after_it(
    session: Session, villages: list[Assignment]
) -> None:
    forms = [
        sending(session, village, note=f"{STORY}{place}")
        for place, village in enumerate(villages[:3])
    ]
    first, second, third = send_each(session, forms)
    assert isinstance(first, Sent)
    assert not sent(first).flags
    assert isinstance(second, Asked)
    assert [flag.kind for flag in asked(second)] == [FlagKind.SIMILAR_TEXT]
    assert [flag.count for flag in asked(third)] == [1]


def test_numbers_far_from_those_before_it_are_asked_about(
    session: Session, villages: list[Assignment]
) -> None:
    forms = [sending(session, village, checked="30") for village in villages[:9]]
    forms.append(sending(session, villages[9], checked="30000"))
    *usual, odd = send_each(session, forms)
    assert all(isinstance(outcome, Sent) for outcome in usual)
    assert [flag.kind for flag in asked(odd)] == [FlagKind.SIBLINGS]


def test_a_unit_above_answers_with_what_those_before_it_have_sent(
    session: Session, measure: Measure, villages: list[Assignment]
) -> None:
    township = assignment_of(session, measure, TOWNSHIP)
    above = replace(sending(session, township), typed=NARRATIVE)
    before, after = sending(session, villages[0]), sending(session, villages[1])
    outcomes = send_each(session, [before, above, after])
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert sent(outcomes[1]).rolled_up["units"]["reported"] == 1
