"""Plans and workbooks killed at their statements: each is done once, and nothing half."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, update
from sqlmodel import Session, col, select

from models import (
    Account,
    Assignment,
    Campaign,
    FormVersion,
    HandDown,
    Measure,
    Occurrence,
    Schedule,
    Snapshot,
    Submission,
    WorkbookUpload,
)
from queries.workbooks.workbooks import rows_of
from rules.dates.timetable import Rhythm, Timing
from services.campaigns.measures import release_measure
from services.campaigns.schedules import (
    order_reports,
    schedule_periods,
    schedule_release,
    schedule_reports,
)
from services.workbooks.workbooks import preview, send_upload
from tests.building import (
    REGION,
    TOWNSHIP,
    assignment_of,
    hand_down_now,
    make_campaign,
    make_measure,
)
from tests.conftest import NOW
from tests.due import make_up
from tests.killing import Order, stored
from tests.second_try import REAL
from tests.workbook_answers import upload, villages

pytestmark = [pytest.mark.long, REAL]

LONG_AGO = NOW - timedelta(days=100)
MONTHLY = Timing(Rhythm.MONTHLY, time(9, 0), 5)
BY_CHANCE = {"id", "schedule_id", "attempts", "again_at", "flow_run_id", "begun_at", "noted_at",
             "settled_at"}  # fmt: skip
"""Of an occurrence: what differs between one that was killed and one that was not."""


@pytest.fixture
def session(committed: Engine) -> Iterator[Session]:
    """Commits what a worker is to see, and holds no lock while one works; nothing is due yet."""
    with Session(committed) as session:
        session.execute(update(Schedule).values(next_at=None))
        session.execute(delete(Occurrence).where(col(Occurrence.outcome).is_(None)))
        session.commit()
        yield session


def office_of(session: Session, code: str = REGION) -> Account:
    return session.exec(select(Account).where(Account.login == f"office-{code}")).one()


def new_measure(session: Session, due_rule: str = "2026-12-20") -> Measure:
    campaign = session.exec(select(Campaign)).first()
    form = session.exec(select(FormVersion)).first()
    return make_measure(session, office_of(session), campaign, form=form, due_rule=due_rule)


def plan_release(session: Session) -> tuple[Schedule, Order]:
    """A release that is due, and the order to carry out what is due."""
    given: dict[str, Any] = {"actor": office_of(session), "now": LONG_AGO}
    return schedule_release(session, new_measure(session), NOW, **given), DUE


def plan_periods(session: Session) -> tuple[Schedule, Order]:
    """Openings of a period, of which three are missed."""
    given: dict[str, Any] = {"actor": office_of(session), "now": LONG_AGO}
    return schedule_periods(session, new_measure(session, "monthly:25"), MONTHLY, **given), DUE


def plan_reports(session: Session) -> tuple[Schedule, Order]:
    """Reports that were due several times."""
    office = office_of(session)
    own = make_campaign(session, office)
    return schedule_reports(session, own, MONTHLY, actor=office, now=LONG_AGO), DUE


def click_reports(session: Session) -> tuple[Schedule, Order]:
    """Reports that were ordered by a click."""
    office = office_of(session)
    ordered = order_reports(session, make_campaign(session, office), actor=office, now=NOW)
    assert ordered
    return ordered, DUE


DUE: Order = {"work": "carry_out_due"}


def outcome(session: Session, schedule: Schedule) -> dict[str, Any]:
    """Everything that has come of a schedule, after what another dispatcher does."""

    @contextmanager
    def transaction() -> Iterator[Session]:
        yield session
        session.commit()

    make_up(transaction, NOW + timedelta(minutes=5))
    session.expire_all()
    own = session.exec(select(Occurrence).where(Occurrence.schedule_id == schedule.id)).all()
    found = {
        "comes next": schedule.next_at,
        "occurrences": Counter(str(_plain(occurrence)) for occurrence in own),
        "reports": len(_snapshots_of(session, schedule.campaign_id)),
        "measure": stored(session, schedule.measure_id or 0),
    }
    wishes = select(HandDown.id).where(HandDown.measure_id == schedule.measure_id)
    assert len(session.exec(wishes).all()) == (schedule.measure_id is not None)
    assert [occurrence.outcome for occurrence in own] == ["done"]
    # What is kept for the next ones would be carried out again and again.
    session.execute(update(Schedule).values(next_at=None))
    session.commit()
    return found


def _plain(occurrence: Occurrence) -> dict[str, Any]:
    values = occurrence.model_dump(exclude=BY_CHANCE)
    return {**values, "hand_down_id": values["hand_down_id"] is not None}


def _snapshots_of(session: Session, campaign_id: int) -> list[int]:
    wanted = select(col(Snapshot.id)).where(Snapshot.campaign_id == campaign_id)
    return list(session.exec(wanted).all())


@pytest.mark.parametrize(
    ("prepare", "step"),
    [(plan_release, 1), (plan_periods, 2), (plan_reports, 3), (click_reports, 3)],
)
def test_a_plan_killed_anywhere_is_done_once_and_as_an_undisturbed_one(
    session: Session,
    each_point: Callable[..., Iterator[Any]],
    prepare: Callable[..., Any],
    step: int,
) -> None:
    undisturbed, *killed = [
        outcome(session, schedule) for schedule, _, _ in each_point(prepare, step)
    ]
    assert len(killed) > 5
    for number, found in enumerate(killed):
        assert found == undisturbed, f"killed at point {1 + number * step}"


def before_sending_a_workbook(session: Session) -> tuple[Measure, Order]:
    """A township that has uploaded a workbook with the answers of all its villages."""
    measure = new_measure(session)
    wish = release_measure(session, measure, actor=office_of(session), now=NOW)
    hand_down_now(session, [wish])
    own, actor = assignment_of(session, measure, TOWNSHIP), office_of(session, TOWNSHIP)
    answers = {code: {"checked": "12"} for code in villages(session, own)}
    kept = upload(session, own, actor, answers)
    seen = preview(session, own, kept, NOW).seen
    return measure, {
        "work": "send_workbook", "assignment_id": own.id, "token": kept.token, "seen": seen,
        "account_id": actor.id,
    }  # fmt: skip


def test_a_workbook_killed_anywhere_has_sent_every_row_or_none(
    session: Session, each_point: Callable[..., Iterator[Any]]
) -> None:
    undisturbed = None
    for measure, order, _ in each_point(before_sending_a_workbook, 4):
        own = assignment_of(session, measure, TOWNSHIP)
        kept = session.exec(select(WorkbookUpload).where(WorkbookUpload.token == order["token"]))
        sent_at = kept.one().sent_at
        rows = select(Submission.id).join(Assignment).where(rows_of(own))
        assert len(session.exec(rows).all()) == (sent_at is not None) * len(villages(session, own))
        given = {"seen": order["seen"], "actor": office_of(session, TOWNSHIP), "now": NOW}
        send_upload(session, order["assignment_id"], order["token"], **given)
        session.commit()
        found = stored(session, measure.id)
        undisturbed = undisturbed or found
        assert found == undisturbed, order
