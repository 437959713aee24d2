"""A unit sends an assignment back up, and exactly one unit has it at every moment."""

from datetime import datetime
from itertools import product

import pytest
from sqlmodel import Session, col, select

from models import (
    Act,
    Assignment,
    Decline,
    DeclineKind,
    Event,
    Measure,
    Message,
    Ruling,
    Status,
)
from queries.assignments.declines import (
    WhichDeclines,
    list_candidates,
    list_declines,
    read_decline,
)
from queries.assignments.inbox import list_ended
from queries.assignments.progress import get_below
from queries.assignments.visible_assignments import get_visible_assignment
from queries.filling.submissions import find_current, find_draft
from queries.reports.report_lists import list_named
from rules.accounts.permissions import NotAllowed
from rules.dates.calendar import PUBLISHED
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import Refusal
from services.assignments.declines import decline, escalate
from services.assignments.recounts import list_wrong_totals
from services.campaigns.closings import close_measures, open_measure_again
from services.filling.submissions import open_to_keep, save_draft
from services.review.reviews import approve
from tests.answering import ANSWER, account_of, released_measure, send, send_key, try_to_send
from tests.building import (
    BANNER,
    LEAGUE,
    OTHER_VILLAGE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    get_unit,
)
from tests.conftest import NOW
from tests.counting import statements
from tests.declining import DAY, FAR, THIRD, decline_it, inboxes, rule_it
from tests.present import present


def test_the_unit_above_insists_and_the_days_are_given_back(
    session: Session, measure: Measure
) -> None:
    village = assignment_of(session, measure, VILLAGE)
    due_on = village.due_on
    found = decline_it(session, measure)
    assert (village.status, village.acknowledged_at) == (Status.DECLINED, None)
    assert inboxes(session, village) == [TOWNSHIP]
    rule_it(session, found, Ruling.INSIST, now=NOW + 3 * DAY)
    assert found.stood_still > 0
    assert village.due_on == PUBLISHED.add_workdays(due_on, found.stood_still)
    assert village.first_due_on is None
    assert inboxes(session, village) == [VILLAGE]
    acts = session.exec(
        select(Event.act).where(Event.assignment_id == village.id).order_by(col(Event.id))
    ).all()
    assert acts[-3:] == [Act.DECLINE, Act.INSIST, Act.MOVE_DUE]
    told = session.exec(select(Message.unit_id, Message.kind).order_by(col(Message.id))).all()
    assert told == [
        (get_unit(session, TOWNSHIP).id, "decline"), (get_unit(session, VILLAGE).id, "ruling"),
    ]  # fmt: skip


def test_an_excused_unit_leaves_the_denominator(session: Session, measure: Measure) -> None:
    township = assignment_of(session, measure, TOWNSHIP)
    before = get_below(session, township, NOW.date()).answers
    found = decline_it(session, measure)
    assert get_below(session, township, NOW.date()).answers.asked == before.asked
    rule_it(session, found, Ruling.EXCUSE, reason="村里没有取暖设备")
    after = get_below(session, township, NOW.date()).answers
    assert (after.asked, after.missing) == (before.asked - 1, before.missing - 1)
    village = assignment_of(session, measure, VILLAGE)
    assert inboxes(session, village) == []
    ended = list_ended(session, village.unit_id, since=NOW, limit=9)
    assert [(row.act, row.reason) for row in ended] == [(Act.EXCUSE, "村里没有取暖设备")]
    assert list_wrong_totals(session) == []


def test_the_unit_above_takes_it_and_answers_in_its_place(
    session: Session, measure: Measure
) -> None:
    village = assignment_of(session, measure, VILLAGE)
    account_of(session, VILLAGE), account_of(session, TOWNSHIP)
    rule_it(session, decline_it(session, measure), Ruling.TAKE, reason="")
    assert inboxes(session, village) == [TOWNSHIP]
    with pytest.raises(NotAllowed, match=r"由“.*”填报"):
        send(session, village, ANSWER, actor=account_of(session, VILLAGE))
    with pytest.raises(Refusal, match="已经由上级代办"):
        decline_it(session, measure)
    send(session, village, ANSWER, actor=account_of(session, TOWNSHIP))
    current = present(find_current(session, village.id))
    assert current.stand_in == get_unit(session, TOWNSHIP).name
    assert inboxes(session, village) == [BANNER]
    approve(session, current.submission.id, actor=account_of(session, BANNER), now=NOW)
    assert inboxes(session, village) == []
    assert list_wrong_totals(session) == []


def test_another_village_gets_the_work_and_it_counts_once(session: Session, few: Measure) -> None:
    village, third = assignment_of(session, few, VILLAGE), get_unit(session, THIRD)
    township = assignment_of(session, few, TOWNSHIP)
    before = get_below(session, township, NOW.date()).answers
    assert third.id in {unit.id for unit in list_candidates(session, village.id)}
    found = decline_it(session, few, whose=third.name)
    assert found.whose_id == third.id
    rule_it(session, found, Ruling.HAND_OVER, unit=third.name, reason="", now=NOW + 3 * DAY)
    made = assignment_of(session, few, THIRD)
    assert (village.status, made.status) == (Status.HANDED_OVER, Status.ISSUED)
    assert made.due_on == PUBLISHED.add_workdays(village.due_on, found.stood_still)
    assert (inboxes(session, village), inboxes(session, made)) == ([], [THIRD])
    assert get_below(session, township, NOW.date()).answers == before
    assert get_visible_assignment(session, third, made.id).measure.id == few.id
    send(session, made, ANSWER, actor=account_of(session, THIRD))
    assert list_wrong_totals(session) == []


def test_work_that_was_handed_over_is_refused_once_more_and_no_further(
    session: Session, few: Measure
) -> None:
    rule_it(session, decline_it(session, few), Ruling.HAND_OVER, unit=THIRD)
    second = decline_it(session, few, THIRD)
    assert (second.final, second.asked_id) == (True, get_unit(session, BANNER).id)
    with pytest.raises(Refusal, match="已经有这项任务"):
        rule_it(session, second, Ruling.HAND_OVER, BANNER, unit=VILLAGE)


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("", "请写明转给哪个单位"),
        ("没有这个村", "没有同级的"),
        (TOWNSHIP, "没有同级的"),
        (OTHER_VILLAGE, "没有同级的"),
        ("150402005003", "已经有这项任务"),
        (VILLAGE, "已经有这项任务"),
    ],
)
def test_who_cannot_get_the_work_is_said(
    session: Session, few: Measure, unit: str, said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        rule_it(session, decline_it(session, few), Ruling.HAND_OVER, unit=unit)


def test_a_unit_whose_unit_above_has_not_got_the_measure_cannot_get_the_work(
    session: Session, few: Measure
) -> None:
    found = decline_it(session, few)
    escalate(session, days=2, now=NOW + 9 * DAY)
    session.refresh(found)
    with pytest.raises(Refusal, match="上级单位没有这项任务"):
        rule_it(session, found, Ruling.HAND_OVER, BANNER, unit=FAR)


def test_no_refusal_goes_round_for_ever(session: Session, measure: Measure) -> None:
    village = assignment_of(session, measure, VILLAGE)
    rule_it(session, decline_it(session, measure), Ruling.INSIST)
    second = decline_it(session, measure, kind=DeclineKind.CANNOT)
    assert (second.final, inboxes(session, village)) == (True, [BANNER])
    with pytest.raises(NotAllowed, match=r"由“.*”裁定"):
        rule_it(session, second, Ruling.INSIST)
    rule_it(session, second, Ruling.INSIST, code=BANNER)
    with pytest.raises(Refusal, match="裁定是最终的"):
        decline_it(session, measure)
    assert inboxes(session, village) == [VILLAGE]


def test_silence_goes_up_level_by_level_and_once_a_turn(session: Session, measure: Measure) -> None:
    village = assignment_of(session, measure, VILLAGE)
    found = decline_it(session, measure)
    assert escalate(session, days=2, now=NOW + DAY) == 0
    for code in (BANNER, LEAGUE, REGION):
        session.refresh(found)
        late = datetime.combine(found.due_on + DAY, NOW.timetz())
        assert escalate(session, days=2, now=late) == 1
        assert escalate(session, days=2, now=late) == 0
        assert inboxes(session, village) == [code]
    session.refresh(found)
    assert (found.escalations, escalate(session, days=2, now=NOW + 99 * DAY)) == (3, 0)
    events = select(Event).where(Event.assignment_id == village.id, Event.act == Act.ESCALATE)
    assert len(session.exec(events).all()) == 3
    told = session.exec(select(Message).where(Message.unit_id == get_unit(session, REGION).id))
    assert len(told.all()) == 1


def test_escalating_many_costs_as_much_as_one(session: Session, measure: Measure) -> None:
    villages = session.exec(select(Assignment).where(Assignment.lowest)).all()
    counts = []
    for chosen in (villages[:1], villages[1:9]):
        for row in chosen:
            session.add(
                Decline(
                    assignment_id=row.id, kind=DeclineKind.CANNOT, reason="人手不够", at=NOW,
                    account_id=account_of(session, REGION).id, due_on=NOW.date(),
                    asked_id=present(session.get(Assignment, row.parent_id)).unit_id,
                )
            )  # fmt: skip
            row.status = Status.DECLINED
        session.flush()
        session.expire_all()
        with statements(session) as sent:
            assert escalate(session, days=9, now=NOW + 5 * DAY) == len(chosen)
        counts.append(len(sent))
    assert counts[0] == counts[1] < 12


@pytest.mark.parametrize("reason", ["", "不行", "长" * 1001])
def test_a_reason_is_needed(session: Session, measure: Measure, reason: str) -> None:
    with pytest.raises(Refusal, match="原因"):
        decline_it(session, measure, reason=reason)


def test_what_is_sent_is_not_declined_and_a_draft_is_kept(
    session: Session, measure: Measure
) -> None:
    actor = account_of(session, VILLAGE)
    village = assignment_of(session, measure, VILLAGE)
    save_draft(
        session, open_to_keep(session, village.id, actor=actor), ANSWER, actor=actor, now=NOW
    )
    found = decline_it(session, measure)
    with pytest.raises(Refusal, match="退单待裁定"):
        try_to_send(session, village.id, ANSWER, send_key=send_key(), actor=actor, now=NOW)
    rule_it(session, found, Ruling.INSIST)
    assert present(find_draft(session, village.id)).answers["checked"] == ["12"]
    send(session, village, ANSWER, actor=actor)
    with pytest.raises(Refusal, match="“待审核”，不能退单"):
        decline_it(session, measure)


def test_two_who_rule_at_once_are_told(session: Session, measure: Measure) -> None:
    found = decline_it(session, measure)
    rule_it(session, found, Ruling.EXCUSE)
    with pytest.raises(Refusal, match=r"已经由.*裁定：免予办理"):
        rule_it(session, found, Ruling.INSIST)


def test_a_closed_measure_stands_still_as_well(session: Session, measure: Measure) -> None:
    office = account_of(session, REGION)
    found = decline_it(session, measure)
    close_measures(session, [measure], actor=office, now=NOW)
    village = assignment_of(session, measure, VILLAGE)
    assert (inboxes(session, village), escalate(session, days=2, now=NOW + 30 * DAY)) == ([], 0)
    with pytest.raises(Refusal, match="办结"):
        rule_it(session, found, Ruling.INSIST)
    open_measure_again(session, measure, reason="还有单位没有报", actor=office, now=NOW)
    assert inboxes(session, village) == [TOWNSHIP]


def test_a_unit_with_lower_units_is_not_stood_in_for(session: Session) -> None:
    measure = released_measure(session, gates={})
    township = assignment_of(session, measure, TOWNSHIP)
    with pytest.raises(Refusal, match="不能退单"):
        decline(
            session, township.id, kind=DeclineKind.CANNOT, reason="人手不够", days=2,
            actor=account_of(session, TOWNSHIP), now=NOW,
        )  # fmt: skip


def test_only_its_unit_and_the_units_above_read_adecline_it(
    session: Session, measure: Measure
) -> None:
    found = decline_it(session, measure)
    for code in (VILLAGE, TOWNSHIP, REGION):
        assert read_decline(session, get_unit(session, code), found.id).pending
    with pytest.raises(NotFound):
        read_decline(session, get_unit(session, OTHER_VILLAGE), found.id)

    def listed(code: str, shown: WhichDeclines) -> int:
        rows, _pages = list_declines(session, get_unit(session, code), shown=shown, page=1, size=9)
        return len(rows)

    counts = {key: listed(*key) for key in product((VILLAGE, TOWNSHIP), WhichDeclines)}
    assert [key for key, count in counts.items() if count] == [
        (VILLAGE, "own"), (VILLAGE, "all"), (TOWNSHIP, "asked"), (TOWNSHIP, "all"),
    ]  # fmt: skip


def test_a_report_names_the_excused_with_the_reason(session: Session, few: Measure) -> None:
    rule_it(session, decline_it(session, few), Ruling.EXCUSE, reason="村里没有取暖设备")
    told = list_named(session, few.campaign_id, [get_unit(session, REGION).id], as_of=NOW.date())
    assert [(row.code, row.reason) for row in told["excused"]] == [(VILLAGE, "村里没有取暖设备")]
    assert VILLAGE not in {row.code for row in told["missing"]}
