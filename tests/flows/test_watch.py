"""What keeps work from being done is seen on a real Prefect server, and stands in our table."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolUpdate
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Completed, Crashed, Failed, Running, Scheduled
from sqlmodel import Session, col, select

from flows.deploy import deploy
from flows.watch import MOST_TRIES, SCHEDULED, drop_late, look, render_again
from models import Account, LastLook, Trouble, TroubleKind, WorkName
from tests.building import REGION, make_account, make_campaign, make_measure
from tests.second_try import REAL

pytestmark = REAL

LONG_AGO = timedelta(minutes=20)


@pytest.fixture
def deployments(client: SyncPrefectClient) -> Iterator[dict[str, UUID]]:
    """The deployments, without the flow runs of other tests, and with none afterwards."""
    ids = deploy(client)
    delete_runs(client, ids)
    yield ids
    delete_runs(client, ids)


def delete_runs(client: SyncPrefectClient, deployments: dict[str, UUID]) -> None:
    for run in runs_of(client, *deployments.values()):
        client.delete_flow_run(run.id)


def runs_of(client: SyncPrefectClient, *deployments: UUID) -> list[FlowRun]:
    found = FlowRunFilter.model_validate({"deployment_id": {"any_": deployments}})
    return client.read_flow_runs(flow_run_filter=found, limit=200)


@pytest.fixture
def office(session: Session) -> Account:
    return make_account(session, REGION)


def every(session: Session) -> list[Trouble]:
    """All troubles, also those that are over; leaves no transaction open."""
    session.expire_all()
    found = list(session.exec(select(Trouble).order_by(col(Trouble.id))))
    session.commit()
    return found


def stored(session: Session) -> list[Trouble]:
    """The troubles that are open."""
    return [trouble for trouble in every(session) if trouble.ended_at is None]


def make_run(
    client: SyncPrefectClient,
    deployment: UUID,
    state: State[Any] | None = None,
    *,
    ago: timedelta = LONG_AGO,
    tags: tuple[str, ...] = (),
    **parameters: object,
) -> FlowRun:
    """A flow run that was to begin some time ago, in `state`."""
    at = datetime.now(UTC) - ago
    run = client.create_flow_run_from_deployment(
        deployment, parameters=parameters, state=Scheduled(scheduled_time=at), tags=tags
    )
    if state is not None:
        client.set_flow_run_state(run.id, Running(), force=True)
        client.set_flow_run_state(run.id, state, force=True)
    return run


def test_failed_and_crashed_runs_are_told_to_the_office_whose_work_it_is(
    client: SyncPrefectClient, session: Session, office: Account, deployments: dict[str, UUID]
) -> None:
    measure = make_measure(session, office)
    measure_id, campaign_id, unit_id = measure.id, measure.campaign_id, office.unit_id
    session.commit()
    make_run(
        client, deployments["hand-down"], Failed(message="磁盘满了"),
        measure_id=measure_id, about="冬春季安全排查 · 入户排查",
    )  # fmt: skip
    make_run(client, deployments["render-reports"], Crashed(), campaign_id=campaign_id)
    make_run(client, deployments["render-reports"], Failed(), campaign_id=987_654)
    make_run(client, deployments["sweep"], Crashed(message="被终止"))
    for _ in range(2):
        look(client, deployments, "dispatcher")
    kept = {trouble.program: trouble for trouble in every(session)}
    assert set(kept) == {WorkName.HAND_DOWN, WorkName.RENDER_REPORTS, WorkName.SWEEP}
    handed = kept[WorkName.HAND_DOWN]
    assert (handed.kind, handed.unit_id, handed.campaign_id) == (
        TroubleKind.FAILED, unit_id, campaign_id,
    )  # fmt: skip
    assert (handed.about, handed.said) == ("冬春季安全排查 · 入户排查", "磁盘满了")
    assert handed.ended_at is not None, "no wish of the measure is open: the work was done"
    assert kept[WorkName.RENDER_REPORTS].ended_at is None
    assert kept[WorkName.SWEEP].unit_id is None
    make_run(client, deployments["sweep"], Completed(), ago=timedelta())
    look(client, deployments, "sweep")
    assert [trouble.program for trouble in stored(session)] == [WorkName.RENDER_REPORTS]
    assert {found.name for found in session.exec(select(LastLook))} == {"dispatcher", "sweep"}


def test_a_paused_pool_is_told_as_long_as_it_lasts_and_late_runs_are_told_otherwise(
    client: SyncPrefectClient, session: Session, office: Account, deployments: dict[str, UUID]
) -> None:
    campaign_id = make_campaign(session, office).id
    session.commit()
    for ago in (LONG_AGO, LONG_AGO * 2):
        make_run(client, deployments["render-reports"], ago=ago, campaign_id=campaign_id)
    client.update_work_pool("jieli", WorkPoolUpdate(is_paused=True))
    try:
        look(client, deployments, "dispatcher")
    finally:
        client.update_work_pool("jieli", WorkPoolUpdate(is_paused=False))
    assert [(found.kind, found.about) for found in stored(session)] == [
        (TroubleKind.POOL_PAUSED, "jieli")
    ]
    look(client, deployments, "dispatcher")
    (late,) = stored(session)
    assert (late.kind, late.program) == (TroubleKind.LATE, WorkName.RENDER_REPORTS)
    assert late.since < datetime.now(UTC) - LONG_AGO * 2 + timedelta(minutes=1)
    delete_runs(client, deployments)
    look(client, deployments, "dispatcher")
    assert stored(session) == []


def test_late_runs_of_schedules_do_not_pile_up_and_the_latest_is_made_up(
    client: SyncPrefectClient, deployments: dict[str, UUID]
) -> None:
    sweep = deployments["sweep"]
    late = [
        make_run(client, sweep, ago=LONG_AGO * number, tags=(SCHEDULED,)) for number in (3, 2, 1)
    ]
    by_hand = make_run(client, sweep, ago=LONG_AGO * 4)
    assert drop_late(client, deployments) == 2
    assert {run.id for run in runs_of(client, sweep)} >= {late[-1].id, by_hand.id}
    assert not {run.id for run in runs_of(client, sweep)} & {late[0].id, late[1].id}
    assert drop_late(client, deployments) == 0


def test_a_crashed_report_run_without_an_order_is_tried_again_and_not_for_ever(
    client: SyncPrefectClient, deployments: dict[str, UUID]
) -> None:
    reports = deployments["render-reports"]
    make_run(client, reports, Crashed(), campaign_id=7, about="冬春季")
    make_run(client, reports, Crashed(), campaign_id=8, occurrence_id=3, attempt=1)
    for number in range(1, MOST_TRIES + 2):
        for _ in range(2):
            render_again(client, reports)
        again = [run for run in runs_of(client, reports) if f"again-{number}" in run.tags]
        assert len(again) == (number <= MOST_TRIES)
        for run in again:
            assert run.parameters == {"campaign_id": 7, "about": "冬春季"}
            client.set_flow_run_state(run.id, Crashed(), force=True)


def test_a_paused_deployment_and_a_switched_off_schedule_of_the_table_are_put_right_and_told(
    client: SyncPrefectClient, session: Session, deployments: dict[str, UUID]
) -> None:
    sweep = deployments["sweep"]
    (schedule,) = client.read_deployment_schedules(sweep)
    client.update_deployment_schedule(sweep, schedule.id, active=False)
    client.pause_deployment(sweep)
    look(client, deployments, "dispatcher")
    there = client.read_deployment(sweep)
    assert not there.paused
    assert [found.active for found in there.schedules] == [True]
    told = stored(session)
    assert {(found.kind, found.program) for found in told} == {
        (TroubleKind.PUT_RIGHT, WorkName.SWEEP)
    }
    assert "paused" in {found.said for found in told}
    look(client, deployments, "dispatcher")
    assert len(stored(session)) == len(told)
