"""Under the floor of working days a named officer signs with a reason, which report and history
repeat."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from adapters.settings import get_settings
from models import Account, HandDown, Measure, MeasureAct, MeasureEvent
from queries.reports.report_data import get_report_rows
from rules.reports.report import snapshots
from rules.sentences.refusal import Refusal
from services.campaigns.measures import release_measure
from services.campaigns.short_notice import NOBODY_SIGNED
from tests.answering import account_of
from tests.building import REGION, get_unit, make_measure
from tests.conftest import NOW


@pytest.fixture
def office(session: Session) -> Account:
    return account_of(session, REGION)


def tomorrow(session: Session, office: Account) -> Measure:
    """One whole working day is left to the villages."""
    return make_measure(session, office, due_rule="2026-11-24", review_days=0)


def signed(session: Session, measure: Measure) -> MeasureEvent:
    acts = (MeasureAct.RELEASE, MeasureAct.OPEN_PERIOD)
    of_measure = select(MeasureEvent).where(MeasureEvent.measure_id == measure.id)
    newest = col(MeasureEvent.id).desc()
    return session.exec(of_measure.where(col(MeasureEvent.act).in_(acts)).order_by(newest)).all()[0]


@pytest.mark.parametrize("reason", ["", "  ", "急"])
def test_too_little_time_is_not_released_without_a_reason(
    session: Session, office: Account, reason: str
) -> None:
    measure = tomorrow(session, office)
    with pytest.raises(Refusal, match="最低一级只有1个完整工作日，少于3个"), session.begin_nested():
        release_measure(session, measure, reason=reason, actor=office, now=NOW)
    wishes = select(HandDown).where(HandDown.measure_id == measure.id)
    assert session.exec(wishes).all() == []


def test_the_history_says_who_signed_why_and_for_how_few_days(
    session: Session, office: Account
) -> None:
    measure = tomorrow(session, office)
    release_measure(session, measure, reason=" 汛情紧急 ", actor=office, now=NOW)
    event = signed(session, measure)
    assert (event.account_id, event.reason) == (office.id, "汛情紧急")
    assert event.differs["workdays_left"] == [3, 1]


def test_the_report_repeats_it(session: Session, office: Account) -> None:
    measure = tomorrow(session, office)
    release_measure(session, measure, reason="汛情紧急", actor=office, now=NOW)
    region = get_unit(session, REGION)
    rows = get_report_rows(session, measure.campaign_id, [region.id], as_of=NOW.date())
    (told,) = snapshots(rows)[region.id]["measures"]
    assert told["short"] == {"days": 1, "floor": 3, "account": office.name, "reason": "汛情紧急"}


def test_the_product_cannot_sign_and_says_that_nobody_has(
    session: Session, office: Account
) -> None:
    measure = tomorrow(session, office)
    release_measure(session, measure, actor=None, now=NOW)
    event = signed(session, measure)
    assert (event.account_id, event.reason) == (None, NOBODY_SIGNED)


@pytest.mark.parametrize(
    ("rule", "now"),
    [
        ("2026-11-26", NOW),  # three whole days: the floor itself is enough
        ("2026-10-12", datetime.fromisoformat("2026-10-08T09:00+08:00")),  # a Saturday is worked
    ],
)
def test_enough_time_needs_no_reason(
    session: Session, office: Account, rule: str, now: datetime
) -> None:
    measure = make_measure(session, office, due_rule=rule, review_days=0)
    release_measure(session, measure, actor=office, now=now)
    assert signed(session, measure).reason == ""


def test_the_floor_is_a_setting(
    session: Session, office: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "floor_workdays", 1)
    release_measure(session, tomorrow(session, office), actor=office, now=NOW)


def test_every_period_is_signed_for_on_its_own(session: Session, office: Account) -> None:
    measure = make_measure(session, office, due_rule="monthly:25", review_days=0)
    release_measure(session, measure, reason="汛情紧急", actor=office, now=NOW)
    release_measure(session, measure, actor=office, now=NOW + timedelta(days=10))
    assert signed(session, measure).reason == ""
