"""What was done to a measure is written beside it, by whoever does it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from models import Account, Gate, Measure, MeasureEvent
from queries.campaigns.measure_history import list_measure_changes, name_versions
from rules.campaigns.notice.notice import read_notice
from rules.sentences.refusal import Refusal
from services.campaigns.campaigns import take_in
from services.campaigns.measure_content import GateChoice, content_of
from services.campaigns.measures import (
    confirm_measure,
    edit_measure,
    release_measure,
    use_form,
)
from services.campaigns.schedules import (
    order_reports,
    schedule_periods,
    schedule_release,
    schedule_reports,
    stop_schedule,
)
from services.campaigns.withdrawals import withdraw_measure
from services.forms.form_changes import change_version
from services.forms.forms import create_form, publish_version
from tests.building import (
    FIELDS,
    REGION,
    get_unit,
    make_account,
    make_campaign,
    make_form,
    make_measure,
)
from tests.conftest import NOW
from tests.counting import statements
from tests.due import attempt_due
from tests.services.campaigns.test_schedules import FRIDAYS

LATER = NOW + timedelta(days=1)


@pytest.fixture
def office(session: Session) -> Account:
    return make_account(session)


def events(session: Session, measure: Measure) -> list[MeasureEvent]:
    own = select(MeasureEvent).where(MeasureEvent.measure_id == measure.id)
    return list(session.exec(own.order_by(col(MeasureEvent.id))))


def test_every_act_leaves_a_row_with_who_when_and_what_differs(
    session: Session, office: Account
) -> None:
    form = create_form(session, office.unit_id, "排查表", actor=office, now=NOW)
    first = publish_version(session, form, FIELDS, actor=office, now=NOW)
    measure = make_measure(session, office, form=first, due_rule="monthly:last", review_days=0)
    release_measure(session, measure, actor=office, now=NOW)
    release_measure(session, measure, actor=office, now=NOW)
    release_measure(session, measure, actor=None, now=NOW + timedelta(days=20))
    second = publish_version(session, form, FIELDS[:2], actor=office, now=NOW)
    change_version(session, measure, second, actor=office, now=LATER)
    change_version(session, measure, second, actor=office, now=LATER)
    withdraw_measure(session, measure, reason="重复部署", actor=office, now=LATER)
    told = [
        (event.act, event.period, event.reason, event.differs) for event in events(session, measure)
    ]
    assert told == [
        ("create", "", "", {}),
        ("confirm", "", "", {"status": ["draft", "confirmed"]}),
        ("release", "202611", "", {"status": ["confirmed", "released"]}),
        ("open_period", "202612", "", {}),
        ("change_form", "", "", {"form_version_id": [first.id, second.id]}),
        ("withdraw", "", "重复部署", {"status": ["released", "withdrawn"]}),
    ]
    found = events(session, measure)
    assert [event.account_id for event in found] == [office.id] * 3 + [None] + [office.id] * 2
    assert [event.at for event in found] == [NOW] * 3 + [NOW + timedelta(days=20), LATER, LATER]
    versions = name_versions(session, {first.id, second.id})
    assert versions == {first.id: "排查表 v1", second.id: "排查表 v2"}


def test_an_edit_says_what_differs_before_and_after(session: Session, office: Account) -> None:
    measure = make_measure(session, office, gates={"league": GateChoice(Gate.DETAIL, 3)})
    content = replace(
        content_of(session, measure),
        title="入户检查取暖安全",
        due_rule="workdays:5",
        addressees=[("village", ""), ("township", "border"), ("village", "")],
        gates={"league": GateChoice(Gate.AUTO, 3), "banner": GateChoice(Gate.ACKNOWLEDGE, 2)},
    )
    edit_measure(session, measure, content, version=measure.version, actor=office, now=LATER)
    assert events(session, measure)[-1].differs == {
        "status": ["confirmed", "draft"],
        "title": ["入户排查取暖安全", "入户检查取暖安全"],
        "due_rule": ["2026-12-20", "workdays:5"],
        "addressees": [[["village", ""]], [["township", "border"], ["village", ""]]],
        "gates": [{"league": ["detail", 3]}, {"banner": ["acknowledge", 2]}],
    }
    again = content_of(session, measure)
    edit_measure(session, measure, again, version=measure.version, actor=office, now=LATER)
    assert events(session, measure)[-1].differs == {}


def test_another_form_of_a_draft_is_an_edit(session: Session, office: Account) -> None:
    measure = make_measure(session, office, confirmed=False)
    old, new = measure.form_version_id, make_form(session, office).id
    use_form(session, measure, new, actor=office, now=LATER)
    use_form(session, measure, new, actor=office, now=LATER)
    told = [(event.act, event.differs) for event in events(session, measure)]
    assert told == [("create", {}), ("edit", {"form_version_id": [old, new]})]


def test_what_is_planned_and_switched_off_leaves_a_row_with_the_schedule(
    session: Session, office: Account
) -> None:
    measure = make_measure(session, office, due_rule="monthly:25")
    once = schedule_release(session, measure, LATER, actor=office, now=NOW)
    monthly = schedule_periods(session, measure, FRIDAYS, actor=office, now=NOW)
    for _ in range(2):
        stop_schedule(session, once, actor=office, now=NOW + timedelta(hours=1))
    told = [
        (event.act, event.schedule_id, event.account_id, event.at)
        for event in events(session, measure)[2:]
    ]
    assert told == [
        ("make_schedule", once.id, office.id, NOW),
        ("make_schedule", monthly.id, office.id, NOW),
        ("stop_schedule", once.id, office.id, NOW + timedelta(hours=1)),
    ]


def test_what_the_timetable_carries_out_names_the_schedule_and_nobody(
    session: Session, office: Account
) -> None:
    measure = make_measure(session, office, due_rule="monthly:25")
    once = schedule_release(session, measure, LATER, actor=office, now=NOW)
    attempt_due(session, LATER)
    monthly = schedule_periods(session, measure, FRIDAYS, actor=office, now=LATER)
    for days in (20, 21, 28):  # the same period three times
        attempt_due(session, NOW + timedelta(days=days))
    told = [
        (event.act, event.period, event.schedule_id, event.account_id)
        for event in events(session, measure)[2:]
    ]
    assert told == [
        ("make_schedule", "", once.id, office.id),
        ("release", "202611", once.id, None),
        ("make_schedule", "", monthly.id, office.id),
        ("open_period", "202612", monthly.id, None),
    ]
    [change, *_], _total = list_measure_changes(session, measure.id, size=1)
    assert change.schedule == monthly


def test_a_schedule_that_is_refused_or_comes_to_nothing_leaves_no_row_of_its_outcome(
    session: Session, office: Account
) -> None:
    """What became of a moment stands in the timetable."""
    withdrawn, released = (make_measure(session, office) for _ in range(2))
    for measure in (withdrawn, released):
        schedule_release(session, measure, LATER, actor=office, now=NOW)
        release_measure(session, measure, actor=office, now=NOW)
    withdraw_measure(session, withdrawn, reason="重复部署", actor=office, now=NOW)
    attempt_due(session, LATER)
    acts = [
        [event.act for event in events(session, measure)[2:]] for measure in (withdrawn, released)
    ]
    planned = ["make_schedule", "release"]
    assert acts == [[*planned, "stop_schedule", "withdraw"], planned]


def test_the_reports_of_a_campaign_are_in_the_history_of_no_measure(
    session: Session, office: Account
) -> None:
    campaign = make_campaign(session, office)
    measure = make_measure(session, office, campaign)
    planned = schedule_reports(session, campaign, FRIDAYS, actor=office, now=NOW)
    order_reports(session, campaign, actor=office, now=NOW)
    stop_schedule(session, planned, actor=office, now=NOW)
    assert [event.act for event in events(session, measure)] == ["create", "confirm"]


def test_what_is_refused_leaves_no_row(session: Session, office: Account) -> None:
    measure = make_measure(session, office)
    count, content = len(events(session, measure)), content_of(session, measure)
    with pytest.raises(Refusal):
        edit_measure(session, measure, content, version=99, actor=office, now=LATER)
    with pytest.raises(Refusal):
        confirm_measure(session, measure, actor=office, now=LATER)
    with pytest.raises(Refusal):
        withdraw_measure(session, measure, reason="不办了", actor=office, now=LATER)
    with pytest.raises(Refusal):
        schedule_release(session, measure, NOW, actor=office, now=LATER)
    assert len(events(session, measure)) == count


def test_every_measure_found_in_a_notice_begins_with_a_row(
    session: Session, office: Account
) -> None:
    duties = "".join(f"（{mark}）开展排查。各嘎查村要逐户检查。\n" for mark in "一二三四")
    read = read_notice(f"关于开展安全排查的通知\n\n各盟市：\n一、工作任务\n{duties}")
    campaign = take_in(session, read, get_unit(session, REGION), actor=office, now=NOW)
    measures = session.exec(select(Measure).where(Measure.campaign_id == campaign.id)).all()
    assert len(measures) > 1
    for measure in measures:
        told = [(event.act, event.account_id, event.at) for event in events(session, measure)]
        assert told == [("create", office.id, NOW)]


def test_the_history_is_read_in_pages_the_last_change_first(
    session: Session, office: Account
) -> None:
    measure = make_measure(session, office)
    for days in range(1, 8):
        content = replace(content_of(session, measure), review_days=days + 2)
        edit_measure(session, measure, content, version=measure.version, actor=office, now=LATER)
    counts = []
    for size in (2, 5):
        with statements(session) as log:
            rows, total = list_measure_changes(session, measure.id, size=size)
        counts.append(len(log))
        assert (len(rows), total) == (size, 9)
    assert counts == [2, 2]
    assert rows[0].event.differs == {"review_days": [8, 9]}
    assert (rows[0].account, rows[0].unit) == (office.name, get_unit(session, REGION).name)
    last, _total = list_measure_changes(session, measure.id, page=2, size=5)
    assert [event.event.act for event in last][-2:] == ["confirm", "create"]
