"""Units ask for more time, and no unit gives more than it has itself."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from models import (
    Act,
    Assignment,
    DueMove,
    Event,
    Extension,
    ExtensionOutcome,
    Measure,
    Message,
    Tally,
)
from queries.assignments.extensions import (
    list_extendable,
    list_requested,
    list_requests_of,
)
from queries.assignments.pending_work import read_pending
from rules.accounts.permissions import NotAllowed
from rules.sentences.days import told_day
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import Refusal
from services.assignments.extensions import (
    ask_extension,
    decide_extensions,
    extend_lower,
    pass_extension_up,
)
from services.assignments.recounts import list_wrong_totals
from tests.answering import ANSWER, account_of, send
from tests.building import BANNER, LEAGUE, REGION, TOWNSHIP, VILLAGE, assignment_of, get_unit
from tests.conftest import NOW
from tests.counting import statements

NEIGHBOUR = "150402005003"
SOON, LATE = date(2026, 12, 15), date(2026, 12, 17)
"""Behind the village's date (11 December), and behind that of the township (15 December)."""


def _ask(
    session: Session, measure: Measure, day: date, code: str = VILLAGE, **more: Any
) -> Extension:
    chosen: dict[str, Any] = {"reason": "大雪封路", "now": NOW} | more
    assignment = assignment_of(session, measure, code)
    actor = account_of(session, code)
    return ask_extension(session, assignment.id, wanted_on=day, actor=actor, **chosen)


def _decide(
    session: Session, *requests: Extension, code: str = TOWNSHIP, **more: Any
) -> tuple[int, int, int]:
    chosen: dict[str, Any] = {"grant": True} | more
    ids = [request.id for request in requests]
    return decide_extensions(session, ids, actor=account_of(session, code), now=NOW, **chosen)


def _due(session: Session, measure: Measure, code: str = VILLAGE) -> date:
    return assignment_of(session, measure, code).due_on


def test_the_dates_of_the_levels_are_as_the_tests_say(session: Session, measure: Measure) -> None:
    dates = [_due(session, measure, code) for code in (VILLAGE, TOWNSHIP, BANNER, REGION)]
    assert dates == sorted(dates)
    assert dates[0] < SOON <= dates[1] < LATE <= dates[2] < dates[3]


def test_what_is_granted_counts_as_extended(session: Session, measure: Measure) -> None:
    before = _due(session, measure)
    request = _ask(session, measure, SOON)
    assert read_pending(session, get_unit(session, TOWNSHIP).id).requests == 1
    assert _decide(session, request) == (1, 0, 0)
    assert read_pending(session, get_unit(session, TOWNSHIP).id).requests == 0
    village = assignment_of(session, measure, VILLAGE)
    assert (village.due_on, village.first_due_on) == (SOON, before)
    row = list_requests_of(session, village.id)[0]
    assert (row.outcome, row.granted_on) == (ExtensionOutcome.GRANTED, SOON)
    on_the_day = NOW + (SOON - NOW.date())
    send(session, village, ANSWER, actor=account_of(session, VILLAGE), now=on_the_day)
    assert (village.late, village.extended) == (False, True)
    assert list_wrong_totals(session) == []
    region = get_unit(session, REGION).id
    tallies = session.exec(select(Tally).where(Tally.unit_id == region)).all()
    assert sum(row.extended for row in tallies) == sum(row.sent for row in tallies) == 1
    acts = session.exec(select(Event.act).where(Event.assignment_id == village.id)).all()
    assert {Act.ASK_EXTENSION, Act.MOVE_DUE} <= set(acts)


def test_who_sends_by_the_first_date_all_the_same_is_in_time(
    session: Session, measure: Measure
) -> None:
    _decide(session, _ask(session, measure, SOON))
    village = assignment_of(session, measure, VILLAGE)
    send(session, village, ANSWER, actor=account_of(session, VILLAGE))
    assert (village.late, village.extended) == (False, False)


def test_less_time_may_be_given_and_none(session: Session, measure: Measure) -> None:
    first, second = (_ask(session, measure, SOON, code) for code in (VILLAGE, NEIGHBOUR))
    day = SOON - timedelta(days=1)
    assert _decide(session, first, until=day, reason="抓紧办理") == (0, 1, 0)
    assert _due(session, measure) == day
    with pytest.raises(Refusal, match="原因"):
        _decide(session, second, grant=False)
    before = _due(session, measure, NEIGHBOUR)
    assert _decide(session, second, grant=False, reason="时间足够") == (0, 0, 1)
    assert _due(session, measure, NEIGHBOUR) == before
    told = session.exec(
        select(Message.unit_id).where(Message.kind == "extension").order_by(col(Message.id))
    ).all()
    units = [get_unit(session, code).id for code in (TOWNSHIP, TOWNSHIP, VILLAGE, NEIGHBOUR)]
    assert told == units


@pytest.mark.parametrize(
    ("day", "reason", "said"),
    [
        (date(2026, 11, 2), "大雪封路", "已经过去"),
        (date(2026, 12, 1), "大雪封路", "要比它晚"),
        (date(2027, 3, 1), "大雪封路", "自己的截止日期是2026年12月20日（周日）"),
        (SOON, "雪", "请写明原因"),
    ],
)
def test_a_date_that_nobody_can_give_is_not_asked_for(
    session: Session, measure: Measure, day: date, reason: str, said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        _ask(session, measure, day, reason=reason)


def test_it_is_asked_for_once_and_only_while_an_answer_is_owed(
    session: Session, measure: Measure
) -> None:
    request = _ask(session, measure, SOON)
    with pytest.raises(Refusal, match="请等上级决定"):
        _ask(session, measure, SOON)
    village = assignment_of(session, measure, VILLAGE)
    send(session, village, ANSWER, actor=account_of(session, VILLAGE))
    assert read_pending(session, get_unit(session, TOWNSHIP).id).requests == 0
    with pytest.raises(Refusal, match="已经报送"):
        _decide(session, request)
    with pytest.raises(Refusal, match="待审核"):
        _ask(session, measure, SOON)


def test_no_unit_gives_more_than_it_has_and_passes_it_up(
    session: Session, measure: Measure
) -> None:
    request = _ask(session, measure, LATE)
    bound = _due(session, measure, TOWNSHIP)
    with pytest.raises(Refusal, match=f"自己的截止日期是{told_day(bound)}"):
        _decide(session, request)
    township = account_of(session, TOWNSHIP)
    assert pass_extension_up(session, request.id, actor=township, now=NOW).code == BANNER
    with pytest.raises(NotAllowed, match=r"由“.*”决定"):
        _decide(session, request)
    assert _decide(session, request, code=BANNER) == (1, 0, 0)
    assert _due(session, measure) == LATE
    other = _ask(session, measure, SOON, NEIGHBOUR)
    with pytest.raises(Refusal, match="不用上报"):
        pass_extension_up(session, other.id, actor=township, now=NOW)


def test_two_who_decide_at_once_are_told(session: Session, measure: Measure) -> None:
    request = _ask(session, measure, SOON)
    _decide(session, request)
    with pytest.raises(Refusal, match="已经有了决定：同意"):
        _decide(session, request, grant=False, reason="时间足够")
    assert len(session.exec(select(DueMove)).all()) == 1
    with pytest.raises(NotFound):
        decide_extensions(session, [999], grant=True, actor=account_of(session, TOWNSHIP), now=NOW)
    with pytest.raises(Refusal, match="先勾选"):
        decide_extensions(session, [], grant=True, actor=account_of(session, TOWNSHIP), now=NOW)


def test_several_get_more_time_without_asking(session: Session, measure: Measure) -> None:
    own = assignment_of(session, measure, BANNER)
    request = _ask(session, measure, LATE)
    actor, chosen = account_of(session, BANNER), list_extendable(session, own)
    assert len(chosen) > 1
    ids = [row.id for row in chosen if row.code == TOWNSHIP]
    how: dict[str, Any] = {"reason": "遇到雪灾", "actor": actor, "now": NOW}
    below = session.exec(select(Assignment.id).where(col(Assignment.parent_id).in_(ids))).all()
    assert extend_lower(session, own.id, ids, until=LATE, deep=True, **how) == 1 + len(below)
    assert _due(session, measure) == _due(session, measure, TOWNSHIP) == LATE
    session.refresh(request)
    assert request.outcome == ExtensionOutcome.GRANTED
    with pytest.raises(Refusal, match="不用延期"):
        extend_lower(session, own.id, ids, until=LATE, deep=True, **how)
    with pytest.raises(Refusal, match="自己的截止日期"):
        extend_lower(session, own.id, ids, until=date(2026, 12, 31), **how)
    with pytest.raises(Refusal, match="先勾选"):
        extend_lower(session, own.id, [], until=LATE, **how)
    with pytest.raises(NotFound):
        extend_lower(
            session, own.id, ids, until=LATE, reason="遇到雪灾",
            actor=account_of(session, LEAGUE), now=NOW,
        )  # fmt: skip
    assert list_wrong_totals(session) == []


def test_many_are_decided_in_as_many_statements_as_one(session: Session, measure: Measure) -> None:
    codes = ("150402005002", "150402005003", "150402005004", "150402102200")
    requests = [_ask(session, measure, SOON, code) for code in codes]
    rows, pages = list_requested(session, get_unit(session, TOWNSHIP).id, page=1, size=9)
    assert (len(rows), pages) == (3, 1)
    actor = account_of(session, TOWNSHIP)
    counts = []
    for ids in ([requests[0].id], [requests[1].id, requests[2].id]):
        session.refresh(actor)
        with statements(session) as sent:
            decide_extensions(session, ids, grant=True, actor=actor, now=NOW)
        counts.append(len(sent))
    assert counts[0] == counts[1] < 16
