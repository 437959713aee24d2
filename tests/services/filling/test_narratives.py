"""Units with lower units answer with the roll-up and a narrative of their own."""

import pytest
from sqlmodel import Session

from models import (
    Account,
    Act,
    Assignment,
    Gate,
    Measure,
    Review,
    Status,
)
from rules.assignments.states import IllegalChange
from rules.filling.receipts import is_whole
from services.campaigns.measures import GateChoice
from services.filling.sendings import Faulty
from tests.answering import (
    ANSWER,
    NARRATIVE,
    account_of,
    answer,
    released_measure,
    send,
    send_key,
    totals_of,
    try_to_send,
)
from tests.building import (
    BANNER,
    REGION,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
)
from tests.conftest import NOW
from tests.services.filling.test_submissions import LATER, acts_of, count


def test_a_unit_between_answers_with_a_narrative_and_says_who_is_missing(
    session: Session, measure: Measure, village: Assignment, clerk: Account
) -> None:
    send(session, village, actor=clerk)
    sent = answer(session, measure, TOWNSHIP, now=LATER)
    assert sent.form_version_id is None
    assert sent.answers == {"narrative": "各村均已完成。"}
    assert sent.rolled_up == {
        "units": {"answering": 3, "reported": 1, "reviewed": 0},
        "totals": {
            "checked": {
                "label": "排查户数", "rollup": "sum",
                "reported": "12", "reported_count": 1, "reviewed": "0", "reviewed_count": 0
            },
            "spent": {
                "label": "投入资金（万元）", "rollup": "sum",
                "reported": "3.5", "reported_count": 1, "reviewed": "0", "reviewed_count": 0
            },
        },
        "missing": [
            {"code": "150402005003", "name": "团结社区居委会", "status": "issued"},
            {"code": "150402005004", "name": "新华社区居委会", "status": "issued"},
        ],
    }  # fmt: skip
    assert is_whole(sent)


def test_what_was_rolled_up_stays_as_it_was_sent(
    session: Session, measure: Measure, village: Assignment, clerk: Account
) -> None:
    sent = answer(session, measure, TOWNSHIP)
    send(session, village, actor=clerk)
    session.refresh(sent)
    assert sent.rolled_up["units"]["reported"] == 0
    assert is_whole(sent)


def test_a_unit_between_writes_a_narrative(session: Session, measure: Measure) -> None:
    township = assignment_of(session, measure, TOWNSHIP)
    actor = account_of(session, TOWNSHIP)
    outcome = try_to_send(session, township.id, {}, send_key=send_key(), actor=actor, now=NOW)
    assert isinstance(outcome, Faulty)
    assert set(outcome.faults) == {"narrative"}


def test_an_answering_unit_with_lower_units_fills_the_form_and_the_narrative(
    session: Session,
) -> None:
    measure = released_measure(session, addressees=(("township", ""), ("village", "")))
    answer(session, measure, VILLAGE)
    township = assignment_of(session, measure, TOWNSHIP)
    sent = send(session, township, {**ANSWER, **NARRATIVE}, actor=account_of(session, TOWNSHIP))
    assert sent.answers["checked"] == 12
    assert sent.answers["narrative"] == "各村均已完成。"
    assert sent.rolled_up["totals"]["checked"]["reported"] == "12"
    assert totals_of(session, measure, BANNER)["checked"] == (240_000, 0)


def test_a_unit_with_lower_units_releases_before_it_answers(session: Session) -> None:
    measure = released_measure(session, gates={"township": GateChoice(Gate.DETAIL, 3)})
    township = assignment_of(session, measure, TOWNSHIP)
    with pytest.raises(IllegalChange, match="待签收"):
        send(session, township, NARRATIVE, actor=account_of(session, TOWNSHIP))


def test_the_issuing_unit_is_approved_at_once(session: Session, measure: Measure) -> None:
    answer(session, measure, REGION)
    root = assignment_of(session, measure, REGION)
    assert root.status == Status.APPROVED
    assert [act for act, *_ in acts_of(session, root)][-2:] == [Act.SUBMIT, Act.APPROVE]
    assert count(session, Review) == 0
