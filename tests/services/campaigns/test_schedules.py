from datetime import time, timedelta

import pytest
from sqlmodel import Session

from models import Account, ScheduledWork
from queries.campaigns.schedules import list_schedules_of
from rules.dates.timetable import Rhythm, Timing
from rules.sentences.refusal import Refusal
from services.campaigns.schedules import (
    order_reports,
    schedule_periods,
    schedule_release,
    schedule_reports,
    stop_schedule,
)
from tests.building import make_account, make_campaign, make_measure
from tests.conftest import NOW
from tests.present import present

FRIDAYS = Timing(Rhythm.WEEKLY, time(17, 0), 5)
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def office(session: Session) -> Account:
    return make_account(session)


def test_a_timetable_lists_active_schedules_first(session: Session, office: Account) -> None:
    campaign = make_campaign(session, office)
    first = schedule_reports(session, campaign, FRIDAYS, actor=office, now=NOW)
    second = present(order_reports(session, campaign, actor=office, now=NOW))
    stop_schedule(session, second, actor=office, now=NOW)
    rows = list_schedules_of(session, office.unit_id)
    assert [row.schedule.id for row in rows] == [first.id, second.id]
    assert {row.schedule.work for row in rows} == {ScheduledWork.REPORT}


def test_only_a_confirmed_measure_is_released_at_a_time(session: Session, office: Account) -> None:
    draft = make_measure(session, office, confirmed=False)
    with pytest.raises(Refusal, match="还没有确认"):
        schedule_release(session, draft, TOMORROW, actor=office, now=NOW)
    with pytest.raises(Refusal, match="晚于现在"):
        schedule_release(session, make_measure(session, office), NOW, actor=office, now=NOW)


def test_only_a_recurring_measure_has_periods(session: Session, office: Account) -> None:
    monthly = make_measure(session, office, due_rule="monthly:25")
    assert schedule_periods(session, monthly, FRIDAYS, actor=office, now=NOW).cron == "0 17 * * 5"
    with pytest.raises(Refusal, match="只办一次"):
        schedule_periods(session, make_measure(session, office), FRIDAYS, actor=office, now=NOW)
