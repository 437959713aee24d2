"""Carries out what is due in the offices' timetable (到期办理), which stands in our own tables.

The dispatcher does it every second. The deployments `carry-out-due` and `sweep` do the same while
no dispatcher runs; `carry-out-due` also shows on Prefect's page what comes. Several at once, and
one killed anywhere, are harmless.

An occurrence is noted first and then attempted. A release is one transaction. Reports are made by a
flow run of `render-reports`. After a flow run that failed, vanished or shows no life, another
attempt follows (decision 0014).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from prefect import flow, runtime
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Completed, Crashed

from adapters import clock
from adapters.database import transaction
from models import Occurrence, ScheduledWork
from queries.campaigns.occurrences import OpenOccurrence, has_due, list_open
from queries.campaigns.schedules import name_of
from services.campaigns import occurrences as service

RENDERING = "render-reports/render-reports"


@flow(name="carry-out-due", persist_result=False)
def carry_out_due(schedule_id: int | None = None) -> State[int]:
    """Carry out everything that is due. `schedule_id` only names the schedule of this flow run."""
    with get_client(sync_client=True) as client:
        if schedule_id is not None:
            with transaction(readonly=True) as session:
                client.set_flow_run_name(runtime.flow_run.id, name_of(session, schedule_id))
        count = carry_out_all(client)
    return Completed(message=f"办理 {count} 项", data=count)


def carry_out_all(client: SyncPrefectClient) -> int:
    """Carry out everything that is due without a flow run, and return how many attempts were begun.

    Where nothing is due, two short reads are all.
    """
    now = clock.now()
    with transaction(readonly=True) as session:
        due, pending = has_due(session, now), list_open(session)
    if due:
        with transaction() as session:
            service.note_due(session, now=now)
        with transaction(readonly=True) as session:
            pending = list_open(session)
    orders = [opened for opened in pending if opened.schedule.work == ScheduledWork.REPORT]
    _watch(client, [order.occurrence for order in orders if order.occurrence.flow_run_id], now)
    ready = [opened for opened in pending if _is_ready(opened.occurrence, now)]
    return sum(_attempt(client, opened) for opened in ready)


def _is_ready(occurrence: Occurrence, now: datetime) -> bool:
    return occurrence.flow_run_id is None and occurrence.again_at <= now


def _attempt(client: SyncPrefectClient, pending: OpenOccurrence) -> bool:
    """Make one attempt, unless another process has begun it. The attempt is noted beforehand."""
    with transaction() as session:
        attempt = service.begin(session, pending.id, now=clock.now())
    if attempt and pending.schedule.work == ScheduledWork.REPORT:
        _render(client, pending, attempt)
    elif attempt:
        with transaction() as session:
            service.carry_out(session, pending.id, now=clock.now())
    return attempt > 0


def _render(client: SyncPrefectClient, pending: OpenOccurrence, attempt: int) -> None:
    """Have a worker render the reports. Asking twice for one attempt makes one flow run."""
    flow_run = client.create_flow_run_from_deployment(
        client.read_deployment_by_name(RENDERING).id,
        parameters={
            "campaign_id": pending.schedule.campaign_id,
            "occurrence_id": pending.id,
            "attempt": attempt,
        },
        idempotency_key=f"reports {pending.id} {attempt}",
    )
    with transaction() as session:
        service.hand_over(session, pending.id, attempt, str(flow_run.id), now=clock.now())


def _watch(client: SyncPrefectClient, orders: Sequence[Occurrence], now: datetime) -> None:
    """Give up the attempts whose flow run has ended or shows no life."""
    if not orders:
        return
    ids = [UUID(order.flow_run_id) for order in orders if order.flow_run_id]
    found = FlowRunFilter.model_validate({"id": {"any_": ids}})
    runs = {str(run.id): run for run in client.read_flow_runs(flow_run_filter=found)}
    for order in orders:
        _watch_one(client, order, runs.get(order.flow_run_id or ""), now)


def _watch_one(
    client: SyncPrefectClient, order: Occurrence, run: FlowRun | None, now: datetime
) -> None:
    ended = run is None or run.state is None or run.state.is_final()
    if not ended and order.again_at > now:
        return
    waits = run is not None and run.state is not None and run.state.is_scheduled()
    if run is not None and not ended and not waits:
        message = "执行它的进程没有回音；由新的运行重新生成。"
        client.set_flow_run_state(run.id, Crashed(message=message), force=True)
    act = service.wait_on if waits else service.give_up
    with transaction() as session:
        act(session, order.id, order.attempts, now=now)
