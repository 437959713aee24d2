"""What the timetable has due: carried out from the table, whatever becomes of flow runs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.flow_engine import run_flow
from prefect.states import Cancelled, Completed, Crashed, Failed, Pending, Running
from sqlmodel import Session, select

from adapters import clock
from adapters.reports import report_files
from adapters.reports.report_files import folder_of
from flows.carry_out_due import carry_out_all, carry_out_due
from flows.deploy import deploy
from flows.dispatch import Dispatcher
from flows.render_reports import render_reports
from flows.sweep import sweep
from models import Account, Campaign, HandDown, Occurrence, Outcome, Snapshot
from services.campaigns.occurrences import LEASE
from services.campaigns.schedules import order_reports, schedule_release
from tests.building import REGION, make_account, make_campaign, make_measure, release_down
from tests.flows.test_hand_down import task_runs
from tests.present import present
from tests.second_try import REAL

pytestmark = REAL

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SOON = timedelta(seconds=10)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The product's clock, which stands at `at.now`."""
    at = SimpleNamespace(now=START)
    monkeypatch.setattr(clock, "now", lambda: at.now)
    return at


@pytest.fixture
def office(session: Session) -> Account:
    return make_account(session, REGION)


@pytest.fixture
def ordered(
    session: Session,
    office: Account,
    client: SyncPrefectClient,
    at: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[int]:
    """The campaign whose reports were just ordered; no worker is there to take them.

    How they look is tested elsewhere: here a report is a file.
    """
    monkeypatch.setattr(report_files, "FEW", 100)  # in this process, which knows the fake face
    monkeypatch.setattr(report_files, "FACES", {"html": lambda report, language: b"-"})
    deploy(client)
    campaign = make_campaign(session, office)
    release_down(session, make_measure(session, office, campaign), office)
    order_reports(session, campaign, actor=office, now=at.now)
    session.commit()
    yield campaign.id
    for run in runs_of(client, stored(session)):
        client.delete_flow_run(run.id)


def stored(session: Session) -> Occurrence:
    """The only occurrence, as it is now; leaves no transaction open."""
    session.expire_all()
    found = session.exec(select(Occurrence)).one()
    session.commit()
    return found


def runs_of(client: SyncPrefectClient, order: Occurrence) -> list[FlowRun]:
    """All flow runs that were ever made for an order."""
    runs = client.read_flow_runs(limit=200)
    return [run for run in runs if run.parameters.get("occurrence_id") == order.id]


def ordered_once(client: SyncPrefectClient, session: Session) -> Occurrence:
    """The order, which has been attempted once, by one flow run."""
    order = stored(session)
    assert len(runs_of(client, order)) == order.attempts == 1
    return order


def run_of(client: SyncPrefectClient, order: Occurrence) -> FlowRun:
    return client.read_flow_run(UUID(order.flow_run_id))


def render(client: SyncPrefectClient, order: Occurrence) -> str:
    """What the worker does with the flow run of an order; the message of its last state."""
    run = run_of(client, order)
    client.set_flow_run_state(run.id, Pending(), force=True)
    run = client.read_flow_run(run.id)
    state: Any = run_flow(
        render_reports, flow_run=run, parameters=run.parameters, return_type="state"
    )
    return state.message or ""


def test_a_release_whose_time_has_come_is_handed_down_by_the_dispatcher_alone(
    client: SyncPrefectClient, session: Session, office: Account, at: SimpleNamespace
) -> None:
    measure = make_measure(session, office)
    schedule_release(session, measure, START + SOON, actor=office, now=START)
    session.commit()
    dispatcher = Dispatcher(client)
    dispatcher.tidy_at = dispatcher.gates_at = float("inf")
    dispatcher.tidy()
    assert not dispatcher.turn()
    at.now = START + SOON
    dispatcher.due_at = 0.0
    dispatcher.tidy()
    assert dispatcher.turn()
    assert stored(session).outcome == Outcome.DONE
    assert session.exec(select(HandDown)).one().done_at is not None


@pytest.mark.parametrize("flow", [sweep, carry_out_due])
def test_without_a_dispatcher_a_flow_carries_it_out_and_a_second_one_finds_it_done(
    client: SyncPrefectClient,
    session: Session,
    office: Account,
    at: SimpleNamespace,
    flow: Flow[..., object],
    said_lines: list[str],
) -> None:
    measure = make_measure(session, office)
    schedule_release(session, measure, START + SOON, actor=office, now=START)
    session.commit()
    at.now = START + SOON
    for _ in range(2):
        flow()
        assert (stored(session).outcome, stored(session).attempts) == (Outcome.DONE, 1)
    assert [line for line in said_lines if "定于" in line] == [
        "内蒙古自治区的专项工作“冬春季安全排查”，定于 2026-11-23 09:00 "
        f"下发措施“{measure.title}”：已办理"
    ]
    assert len(session.exec(select(HandDown)).all()) == 1


def test_an_order_for_reports_is_one_flow_run_that_says_how_far_it_is_and_ends_it(
    client: SyncPrefectClient, session: Session, ordered: int, at: SimpleNamespace
) -> None:
    for _ in range(3):
        carry_out_all(client)
    order = ordered_once(client, session)
    assert render(client, order) == "已生成 18 个单位的报告"
    order = stored(session)
    assert (order.outcome, order.units, order.rendered) == (Outcome.DONE, 18, 18)
    assert len(list(folder_of(ordered, START.date()).iterdir())) == 18
    at.now = START + LEASE * 5
    carry_out_all(client)
    assert len(runs_of(client, order)) == 1


ENDED: dict[str, State[Any] | None] = {
    "failed": Failed(), "crashed": Crashed(), "cancelled": Cancelled(),
    "completed without doing it": Completed(), "vanished": None,
}  # fmt: skip


@pytest.mark.parametrize("state", ENDED.values(), ids=ENDED)
def test_a_flow_run_that_ended_without_the_reports_is_followed_by_another_one_after_a_pause(
    client: SyncPrefectClient,
    session: Session,
    ordered: int,
    at: SimpleNamespace,
    state: State | None,
) -> None:
    carry_out_all(client)
    first = run_of(client, stored(session))
    if state is None:
        client.delete_flow_run(first.id)
    else:
        client.set_flow_run_state(first.id, state, force=True)
    carry_out_all(client)
    assert stored(session).flow_run_id is None
    at.now = stored(session).again_at
    carry_out_all(client)
    order = stored(session)
    assert order.attempts == 2
    assert order.flow_run_id != str(first.id)
    render(client, order)
    assert stored(session).outcome == Outcome.DONE


@pytest.mark.parametrize("state", [Pending(name="Submitting"), Running()], ids=["taken", "running"])
def test_a_flow_run_that_shows_no_life_is_marked_as_crashed_and_followed_by_another_one(
    client: SyncPrefectClient, session: Session, ordered: int, at: SimpleNamespace, state: State
) -> None:
    """A worker was killed while it took the flow run, or in the middle of rendering."""
    carry_out_all(client)
    first = run_of(client, stored(session))
    client.set_flow_run_state(first.id, state, force=True)
    at.now = START + LEASE - SOON
    carry_out_all(client)
    assert stored(session).attempts == 1
    for later in (LEASE, LEASE + SOON):
        at.now = START + later
        carry_out_all(client)
    order = stored(session)
    assert order.attempts == 2
    assert present(client.read_flow_run(first.id).state).is_crashed()
    late: Any = render_reports(**first.parameters, return_state=True)
    assert late.message == "已由另一次运行办理"
    render(client, order)
    assert stored(session).outcome == Outcome.DONE
    assert len(session.exec(select(Snapshot)).all()) == 18


def test_a_flow_run_waits_for_a_worker_that_is_away_as_long_as_it_takes(
    client: SyncPrefectClient, session: Session, ordered: int, at: SimpleNamespace
) -> None:
    for _ in range(10):
        carry_out_all(client)
        at.now += LEASE
    order = ordered_once(client, session)
    assert (order.begun_at, order.outcome) == (None, None)


def test_a_process_killed_before_it_noted_the_flow_run_leaves_no_second_rendering(
    client: SyncPrefectClient,
    session: Session,
    ordered: int,
    at: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("services.campaigns.occurrences.hand_over", killed)
        with pytest.raises(KeyboardInterrupt):
            carry_out_all(client)
    at.now = stored(session).again_at
    carry_out_all(client)
    order = stored(session)
    lost, current = sorted(runs_of(client, order), key=lambda run: run.parameters["attempt"])
    assert str(current.id) == order.flow_run_id
    assert render_reports(**lost.parameters) == 0
    assert render(client, order) == "已生成 18 个单位的报告"


def test_an_order_that_cannot_be_done_is_refused_with_the_sentence_and_not_tried_again(
    client: SyncPrefectClient,
    session: Session,
    ordered: int,
    at: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    carry_out_all(client)
    monkeypatch.setattr("flows.render_reports.compose_snapshots", lambda *_, **__: [])
    assert "没有存下快照" in render(client, stored(session))
    order = stored(session)
    assert order.outcome == Outcome.REFUSED
    assert "没有存下快照" in str(order.refusal)
    at.now = START + LEASE * 3
    carry_out_all(client)
    assert len(runs_of(client, order)) == 1


def test_the_flow_run_that_stands_for_a_schedule_on_prefects_page_is_named_after_it(
    client: SyncPrefectClient, session: Session, office: Account, at: SimpleNamespace
) -> None:
    measure = make_measure(session, office)
    schedule = schedule_release(session, measure, START + SOON, actor=office, now=START)
    session.commit()
    state: Any = carry_out_due(schedule.id, return_state=True)
    run = client.read_flow_run(state.state_details.flow_run_id)
    assert run.name == measure.title
    assert run.parameters["about"] == f"冬春季安全排查 · {measure.title} · 内蒙古自治区"
    assert run.tags == ["专项工作：冬春季安全排查", "层级：自治区"]
    assert task_runs(client, str(state.state_details.flow_run_id)) == {}
    assert session.exec(select(Campaign)).one()
