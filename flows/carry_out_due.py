"""Carries out what is due in the offices' timetable (到期办理), which stands in our own tables.

The dispatcher does it every second. The deployments `carry-out-due` and `sweep` do the same while
no dispatcher runs; `carry-out-due` also shows on Prefect's page what comes. Several at once, and
one killed anywhere, are harmless.

An occurrence is noted first and then attempted. A release is one transaction. Reports are made by a
flow run of `render-reports`. After a flow run that failed, vanished or shows no life, another
attempt follows (decision 0014).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from prefect import flow, get_run_logger
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Completed, Crashed

from adapters import clock
from adapters.database import transaction
from flows.shown import BETWEEN, label, link_back, tags_of
from models import Occurrence, Outcome, ScheduledWork
from queries.campaigns.occurrences import (
    AttemptedOccurrence,
    OpenOccurrence,
    has_due,
    list_open,
    list_told,
)
from queries.campaigns.schedules import ScheduleNames, list_names
from rules.dates.calendar import local_time
from services.campaigns import occurrences as service

RENDERING = "render-reports/render-reports"
BECAME: Mapping[Outcome, str] = {
    Outcome.DONE: "已办理",
    Outcome.REFUSED: "未能办理",
    Outcome.PASSED_OVER: "由后面一次代替",
    Outcome.STOPPED: "已停止",
}


@flow(name="carry-out-due", persist_result=False)
def carry_out_due(schedule_id: int | None = None, about: str = "") -> State[int]:
    """Carry out everything that is due.

    `schedule_id` only names the schedule that has started this flow run, and `about` says what
    that schedule is for.
    """
    if schedule_id is not None:
        _label(schedule_id)
    with get_client(sync_client=True) as client:
        attempted = carry_out_all(client)
    lines = tell_attempts(attempted)
    log = get_run_logger()
    for line in lines:
        log.info("%s", line)
    if lines:
        link_back("carry-out-due", "定时安排", "/schedules", lines)
    return Completed(message=f"办理 {len(attempted)} 项", data=len(attempted))


def _label(schedule_id: int) -> None:
    """Name the flow run after the schedule, unless the schedule was deleted meanwhile."""
    with transaction(readonly=True) as session:
        names = list_names(session, [schedule_id]).get(schedule_id)
    if names is not None:
        label(
            names.measure or names.campaign,
            about_schedule(names),
            tags_of(names.campaign, [names.level]),
        )


def about_schedule(names: ScheduleNames) -> str:
    """What the id of a schedule stands for: campaign, measure or reports, and the office."""
    return BETWEEN.join([names.campaign, names.measure or "生成报告", names.unit])


def tell_attempts(ids: Sequence[int]) -> list[str]:
    """A line for each of these occurrences: what it is, and what has become of it."""
    with transaction(readonly=True) as session:
        return [_line(told) for told in list_told(session, ids)] if ids else []


def _line(told: AttemptedOccurrence) -> str:
    occurrence = told.occurrence
    what = f"下发措施“{told.measure}”" if told.measure else "生成各单位报告"
    due = f"{local_time(occurrence.due_at):%Y-%m-%d %H:%M}"
    became = BECAME[occurrence.outcome] if occurrence.outcome else "已交给 render-reports 生成"
    reason = f"：{occurrence.refusal}" if occurrence.refusal else ""
    return f"{told.unit}的专项工作“{told.campaign}”，定于 {due} {what}：{became}{reason}"


def carry_out_all(client: SyncPrefectClient) -> list[int]:
    """Carry out everything that is due without a flow run, and return the occurrences of which an
    attempt was begun.

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
    return [opened.id for opened in ready if _attempt(client, opened)]


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
    with transaction(readonly=True) as session:
        names = list_names(session, [pending.schedule.id])[pending.schedule.id]
    flow_run = client.create_flow_run_from_deployment(
        client.read_deployment_by_name(RENDERING).id,
        parameters={
            "campaign_id": pending.schedule.campaign_id,
            "occurrence_id": pending.id,
            "attempt": attempt,
            "about": about_schedule(names),
        },
        idempotency_key=f"reports {pending.id} {attempt}",
        tags=tags_of(names.campaign, [names.level]),
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
