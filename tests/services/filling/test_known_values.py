from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from models import Assignment, Flag, FlagKind, FormVersion, KnownValue, Measure, Submission
from queries.filling.answer_sheets import get_answer_sheet
from queries.filling.known_values import HOLDS, list_known_values
from rules.sentences.refusal import Refusal
from services.campaigns.withdrawals import withdraw_measure
from services.filling.recalls import recall
from services.filling.sendings import Asked
from services.forms.forms import create_form, publish_version
from services.review.reviews import return_
from tests.answering import (
    account_of,
    arrived,
    keep_draft,
    released_measures,
    send,
    send_key,
    try_to_send,
)
from tests.building import (
    BANNER,
    LEAGUE,
    OTHER_LEAGUE,
    OTHER_VILLAGE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    make_form,
)
from tests.conftest import NOW
from tests.counting import statements
from tests.scenes import scene

LATER = NOW + timedelta(hours=1)
HOMES = {"name": "homes", "label": "总户数", "type": "integer", "reuse": "households"}
HEATING = {
    "name": "heating", "label": "取暖方式", "type": "select_multiple", "reuse": "heating",
    "choices": [{"value": "stove", "label": "炉具"}, {"value": "grid", "label": "集中供热"}],
}  # fmt: skip
CHECKED = {"name": "checked", "label": "排查户数", "type": "integer", "rollup": "sum"}


CENSUS, PATROL, FIXED, PLAIN, THIRD = "人口摸底", "冬季巡查", "巡查", "普通", "用电检查"
ASKED: dict[str, list[dict[str, Any]]] = {
    CENSUS: [HOMES, HEATING],
    PATROL: [{**HOMES, "name": "total"}, CHECKED, HEATING],
    FIXED: [{**HOMES, "readonly": True}, CHECKED],
    PLAIN: [CHECKED],
    THIRD: [HOMES],
}
"""Measures by their titles, and what they ask."""


@scene
def sharing_elements(session: Session) -> dict[str, int | None]:
    """The ids of the village's assignments of these measures."""
    office = account_of(session, REGION)
    forms = {title: make_form(session, office, fields) for title, fields in ASKED.items()}
    choices = [{"title": title, "form": form} for title, form in forms.items()]
    measures = released_measures(session, *choices)
    return {measure.title: assignment_of(session, measure, VILLAGE).id for measure in measures}


@pytest.fixture
def asked(session: Session, sharing_elements: dict[str, int]) -> dict[str, Assignment]:
    """The village's assignments by the titles of their measures."""
    return {title: session.get_one(Assignment, id) for title, id in sharing_elements.items()}


@pytest.fixture
def census(asked: dict[str, Assignment]) -> Assignment:
    return asked[CENSUS]


@pytest.fixture
def patrol(asked: dict[str, Assignment]) -> Assignment:
    return asked[PATROL]


@pytest.fixture
def fixed(asked: dict[str, Assignment]) -> Assignment:
    return asked[FIXED]


def answer(
    session: Session, assignment: Assignment, now: datetime = NOW, **typed: str | list[str]
) -> Submission:
    given = {name: [text] if isinstance(text, str) else text for name, text in typed.items()}
    return send(session, assignment, given, actor=account_of(session, VILLAGE), now=now)


def test_what_was_answered_elsewhere_comes_filled_in_with_its_source(
    session: Session, census: Assignment, patrol: Assignment
) -> None:
    answer(session, census, homes="85", heating=["stove", "grid"])
    sheet = get_answer_sheet(session, patrol.id)
    assert sheet.typed == {"total": ["85"], "heating": ["stove", "grid"]}
    known = sheet.prefilled["total"]
    assert str(known.source) == "来自“人口摸底”2026-11-23 的填报"
    assert (known.value, known.measure) == (85, "人口摸底")


def test_the_same_unit_and_period_only(
    session: Session, census: Assignment, patrol: Assignment
) -> None:
    answer(session, census, homes="85")
    other = assignment_of(session, session.get_one(Measure, patrol.measure_id), OTHER_VILLAGE)
    assert get_answer_sheet(session, other.id).prefilled == {}
    patrol.period = "202611"
    assert get_answer_sheet(session, patrol.id).prefilled == {}


def test_a_correction_shows_wherever_it_is_still_open(
    session: Session, census: Assignment, patrol: Assignment
) -> None:
    answer(session, census, homes="85")
    recall(session, census.id, actor=account_of(session, VILLAGE), now=NOW)
    answer(session, census, LATER, homes="86")
    assert get_answer_sheet(session, patrol.id).typed["total"] == ["86"]


def test_a_draft_that_left_it_untouched_shows_the_correction(
    session: Session, census: Assignment, patrol: Assignment
) -> None:
    clerk = account_of(session, VILLAGE)
    answer(session, census, homes="85")
    typed = {"total": ["85"], "checked": ["1"], "heating": []}
    keep_draft(session, patrol.id, typed, actor=clerk, now=NOW)
    recall(session, census.id, actor=clerk, now=NOW)
    answer(session, census, LATER, homes="86", heating=["grid"])
    shown = get_answer_sheet(session, patrol.id).typed
    assert shown == {"total": ["86"], "checked": ["1"], "heating": ["grid"]}


def test_a_draft_in_which_somebody_typed_something_else_stays(
    session: Session, census: Assignment, patrol: Assignment
) -> None:
    answer(session, census, homes="85", heating=["grid"])
    keep_draft(
        session, patrol.id, {"total": ["84"], "checked": [""]},
        actor=account_of(session, VILLAGE), now=NOW,
    )  # fmt: skip
    shown = get_answer_sheet(session, patrol.id).typed
    assert shown == {"total": ["84"], "checked": [""]}


def test_what_is_taken_back_returned_or_withdrawn_is_not_known(
    session: Session, census: Assignment, patrol: Assignment
) -> None:
    clerk, township = account_of(session, VILLAGE), account_of(session, TOWNSHIP)
    answer(session, census, homes="85")
    recall(session, census.id, actor=clerk, now=NOW)
    assert get_answer_sheet(session, patrol.id).prefilled == {}
    assert session.exec(select(KnownValue)).all() == []
    again = answer(session, census, homes="85")
    assert get_answer_sheet(session, patrol.id).prefilled
    return_(session, again.id, reason="请重新统计", actor=township, now=NOW)
    assert get_answer_sheet(session, patrol.id).prefilled == {}
    answer(session, census, homes="85")
    withdraw_measure(
        session, session.get_one(Measure, census.measure_id), reason="不再需要",
        actor=account_of(session, REGION), now=NOW,
    )  # fmt: skip
    assert get_answer_sheet(session, patrol.id).prefilled == {}


def test_when_the_newest_is_taken_back_the_one_before_is_known_again(
    session: Session, census: Assignment, patrol: Assignment, asked: dict[str, Assignment]
) -> None:
    third = asked[THIRD]
    answer(session, census, homes="85")
    answer(session, patrol, LATER, total="90", checked="3")
    assert get_answer_sheet(session, third.id).typed == {"homes": ["90"]}
    recall(session, patrol.id, actor=account_of(session, VILLAGE), now=LATER)
    assert get_answer_sheet(session, third.id).typed == {"homes": ["85"]}


def test_a_returned_form_shows_what_was_corrected_elsewhere_since(
    session: Session, census: Assignment, patrol: Assignment
) -> None:
    first = answer(session, census, homes="85")
    answer(session, patrol, LATER, total="86", checked="3")
    township = account_of(session, TOWNSHIP)
    return_(session, first.id, reason="请重新统计", actor=township, now=LATER)
    assert get_answer_sheet(session, census.id).typed["homes"] == ["86"]


def test_an_answer_of_ones_own_that_is_newer_stays(
    session: Session, census: Assignment, patrol: Assignment
) -> None:
    answer(session, patrol, total="86", checked="3")
    first = answer(session, census, LATER, homes="85")
    township = account_of(session, TOWNSHIP)
    return_(session, first.id, reason="请重新统计", actor=township, now=LATER)
    sheet = get_answer_sheet(session, census.id)
    assert (sheet.typed["homes"], sheet.prefilled) == (["85"], {})


def test_what_nobody_can_change_is_sent_as_it_is_known(
    session: Session, census: Assignment, fixed: Assignment
) -> None:
    answer(session, census, homes="85")
    key = send_key()
    typed = {"checked": ["3"], "homes": ["1"]}
    clerk = account_of(session, VILLAGE)
    sent = send(session, fixed, typed, actor=clerk, key=key)
    assert sent.answers == {"homes": 85, "checked": 3}
    again = arrived(try_to_send(session, fixed.id, typed, send_key=key, actor=clerk, now=LATER))
    assert again.submission.id == sent.id


def test_what_nobody_can_change_is_shown_in_a_draft_and_stays_when_it_is_sent_again(
    session: Session, census: Assignment, fixed: Assignment
) -> None:
    answer(session, census, homes="85")
    clerk, township = account_of(session, VILLAGE), account_of(session, TOWNSHIP)
    keep_draft(session, fixed.id, {"checked": ["3"]}, actor=clerk, now=NOW)
    assert get_answer_sheet(session, fixed.id).typed == {"checked": ["3"], "homes": ["85"]}
    first = answer(session, fixed, LATER, checked="3")
    return_(session, first.id, reason="请核对户数", actor=township, now=LATER)
    assert get_answer_sheet(session, fixed.id).typed == {"checked": ["3"], "homes": ["85"]}
    assert answer(session, fixed, LATER, checked="4").answers == {"homes": 85, "checked": 4}


def test_an_old_answer_is_not_known_for_ever(
    session: Session, census: Assignment, patrol: Assignment
) -> None:
    answer(session, census, homes="85")
    patrol.issued_at = NOW + HOLDS + timedelta(days=1)
    session.add(patrol)
    session.flush()
    assert list_known_values(session, [patrol], ["households"]) == {}


def test_another_answer_than_elsewhere_is_asked_about(
    session: Session, census: Assignment, patrol: Assignment
) -> None:
    answer(session, census, homes="85")
    clerk = account_of(session, VILLAGE)
    outcome = try_to_send(
        session, patrol.id, {"total": ["84"], "checked": ["1"]}, send_key=send_key(),
        confirmed="", actor=clerk, now=LATER,
    )  # fmt: skip
    assert isinstance(outcome, Asked)
    assert outcome.flags == [
        Flag(FlagKind.KNOWN, "total", value="84", other="85", source="人口摸底")
    ]


def test_of_the_last_period_shared_elements_are_filled_in_and_figures_shown(
    session: Session, patrol: Assignment
) -> None:
    now = Assignment(**{**patrol.model_dump(exclude={"id"}), "period": "202611"})
    patrol.period = "202610"
    session.add_all([now, patrol])
    session.flush()
    answer(session, patrol, total="85", checked="12")
    sheet = get_answer_sheet(session, now.id)
    assert sheet.typed == {"total": ["85"]}
    assert str(sheet.prefilled["total"].source) == "来自上期（2026年10月）的填报"
    assert (sheet.earlier["checked"], sheet.earlier_period) == (12, "202610")


def test_knowing_costs_one_statement_and_only_forms_that_share(
    session: Session, census: Assignment, patrol: Assignment, asked: dict[str, Assignment]
) -> None:
    plain = asked[PLAIN]
    answer(session, census, homes="85")
    session.expire_all()
    with statements(session) as without:
        get_answer_sheet(session, plain.id)
    session.expire_all()
    with statements(session) as with_shared:
        get_answer_sheet(session, patrol.id)
    assert len(with_shared) == len(without) + 1


# One element, one kind of answer


def publish(session: Session, code: str, title: str, *fields: dict[str, Any]) -> FormVersion:
    account = account_of(session, code)
    form = create_form(session, account.unit_id, title, actor=account, now=NOW)
    return publish_version(session, form, list(fields), actor=account, now=NOW)


def test_an_element_of_another_type_than_above_is_refused_with_the_forms_name(
    session: Session,
) -> None:
    publish(session, REGION, "人口摸底表", HOMES)
    with pytest.raises(Refusal, match="“总户数”的共享数据项“households”在表单“人口摸底表”中已有"):
        publish(session, BANNER, "巡查表", {**HOMES, "type": "decimal"})
    assert publish(session, BANNER, "巡查表", HOMES).number == 1


def test_other_choices_are_refused_too(session: Session) -> None:
    publish(session, REGION, "取暖表", HEATING)
    with pytest.raises(Refusal, match="题型或选项不同"):
        publish(session, LEAGUE, "取暖表", {**HEATING, "choices": HEATING["choices"][:1]})


def test_a_form_may_change_its_own_elements_and_beside_or_below_does_not_bind(
    session: Session,
) -> None:
    number = {**HOMES, "type": "decimal"}
    account = account_of(session, LEAGUE)
    form = create_form(session, account.unit_id, "摸底表", actor=account, now=NOW)
    publish_version(session, form, [HOMES], actor=account, now=NOW)
    assert publish_version(session, form, [number], actor=account, now=NOW).number == 2
    assert publish(session, OTHER_LEAGUE, "摸底表", HOMES).number == 1
    assert publish(session, REGION, "摸底表", HOMES).number == 1
