"""Looks at Prefect's server for what keeps work from being done, and writes down what is there.

The pages may not ask Prefect, and an office does not read its page. The dispatcher looks twice a
minute and `sweep` every five minutes; what they see stands in the table `trouble`, which the pages
read (docs/decisions/0028). A report run that crashed and that no order follows is tried again here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter, WorkPoolFilter
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Crashed

from adapters import clock
from adapters.database import transaction
from flows.carry_out_due import about_schedule
from flows.deploy import Changed, put_right, read_table
from flows.keep_schedules import SHOWN, Kept, Planned, keep_schedules
from models import TroubleKind, WorkName
from queries.campaigns.courses import list_next
from queries.campaigns.occurrences import list_coming
from queries.campaigns.schedules import list_names
from services.campaigns.occurrences import renew
from services.campaigns.troubles import Sighted, note_more, note_seen

LOOKED_BACK = timedelta(days=7)
"""How old a failed flow run may be that is still told."""
LATE = timedelta(minutes=5)
"""From how long after its time on a flow run that no worker has taken is late."""
SILENT = timedelta(hours=2)
"""From how long after its start on a report run that no order follows counts as crashed."""
SCHEDULED = "auto-scheduled"
"""The tag that Prefect gives to flow runs that its schedules make."""
AGAIN = "again"
"""Begins the tag of a report run that stands for a crashed one; the number of the try follows."""
MOST_TRIES = 3
MOST_RUNS = 200


def look(client: SyncPrefectClient, deployments: Mapping[str, UUID], name: str) -> int:
    """Put right what was changed, write down what is wrong, and return how many troubles there are.

    `name` is the program that looks. Schedules that follow working days get the moments of today's
    calendar.
    """
    changed = put_right(client)
    names = {id_: name for name, id_ in deployments.items()}
    drop_late(client, deployments)
    if WorkName.RENDER_REPORTS in deployments:
        render_again(client, deployments[WorkName.RENDER_REPORTS])
    seen = [*see_pools(client), *see_ended(client, names), *map(_seen_changed, changed)]
    if not any(one.kind is TroubleKind.POOL_PAUSED for one in seen):
        seen.extend(see_late(client, names))
    with transaction() as session:
        renew(session)
        note_seen(session, seen, by=name, now=clock.now())
    return len(seen)


def keep_timetable(client: SyncPrefectClient, deployment: UUID) -> Kept:
    """Mirror the timetable to Prefect's page, and write down what was changed there."""
    with transaction(readonly=True) as session:
        rows = list_coming(session)
        names = list_names(session, [row.id for row in rows])
        timetable = [
            Planned(row, about_schedule(names[row.id]), list_next(session, row, SHOWN))
            for row in rows
        ]
    kept = keep_schedules(client, deployment, timetable, now=clock.now())
    if kept.changed:
        with transaction() as session:
            note_more(session, list(map(_seen_changed, kept.changed)), now=clock.now())
    return kept


def see_pools(client: SyncPrefectClient) -> Iterator[Sighted]:
    """The paused work pools of our table."""
    wanted = sorted({row["work_pool"]["name"] for row in read_table()})
    found = WorkPoolFilter.model_validate({"name": {"any_": wanted}})
    for pool in client.read_work_pools(work_pool_filter=found):
        if pool.is_paused:
            yield Sighted(
                f"pool {pool.name}", TroubleKind.POOL_PAUSED, WorkName.OTHER, about=pool.name
            )


def see_ended(client: SyncPrefectClient, names: Mapping[UUID, str]) -> Iterator[Sighted]:
    """The flow runs of the last days that have failed or crashed."""
    ended = {
        "deployment_id": {"any_": list(names)},
        "state": {"type": {"any_": [StateType.FAILED, StateType.CRASHED]}},
        "end_time": {"after_": datetime.now(UTC) - LOOKED_BACK},
    }
    runs = _read(client, ended)
    done = {id_: _last_done(client, id_) for id_ in {run.deployment_id for run in runs} if id_}
    for run in runs:
        if _is_made_up_for(run, names, done):
            continue
        crashed = run.state_type is StateType.CRASHED
        kind = TroubleKind.CRASHED if crashed else TroubleKind.FAILED
        yield _seen_run(run, kind, names, since=run.end_time)


def _is_made_up_for(run: FlowRun, names: Mapping[UUID, str], done: Mapping[UUID, datetime]) -> bool:
    """Whether a later run of the same deployment has done the work. Every hand-down and every
    report is work of its own."""
    name, at = names.get(run.deployment_id or UUID(int=0)), run.end_time
    if name in (WorkName.HAND_DOWN, WorkName.RENDER_REPORTS) or run.deployment_id is None:
        return False
    return at is not None and done[run.deployment_id] > at


def _last_done(client: SyncPrefectClient, deployment: UUID) -> datetime:
    """When the latest completed run of a deployment ended; long ago where there is none."""
    found = FlowRunFilter.model_validate(
        {
            "deployment_id": {"any_": [deployment]},
            "state": {"type": {"any_": [StateType.COMPLETED]}},
        }
    )
    runs = client.read_flow_runs(flow_run_filter=found, sort=FlowRunSort.END_TIME_DESC, limit=1)
    return next((run.end_time for run in runs if run.end_time), datetime.min.replace(tzinfo=UTC))


def see_late(client: SyncPrefectClient, names: Mapping[UUID, str]) -> Iterator[Sighted]:
    """The oldest flow run of each deployment that waits for a worker in vain."""
    told: set[UUID | None] = set()
    for run in sorted(_read(client, _late(names, LATE)), key=_expected):
        if run.deployment_id not in told:
            told.add(run.deployment_id)
            yield _seen_run(run, TroubleKind.LATE, names, since=run.expected_start_time)


def drop_late(client: SyncPrefectClient, deployments: Mapping[str, UUID]) -> int:
    """Take away late flow runs that schedules have made, but for the latest of each deployment,
    and return how many.

    After days without a worker there would be hundreds. All would start at once, and each of them
    does the same work.
    """
    found = _read(client, _late(deployments.values(), LATE))
    late = [run for run in found if SCHEDULED in run.tags]
    latest: dict[UUID | None, FlowRun] = {}
    for run in sorted(late, key=_expected):
        if (older := latest.get(run.deployment_id)) is not None:
            client.delete_flow_run(older.id)
        latest[run.deployment_id] = run
    return len(late) - len(latest)


def render_again(client: SyncPrefectClient, deployment: UUID) -> int:
    """Try crashed report runs again that were started on Prefect's page, and return how many.

    Orders are followed by `flows.carry_out_due`. Trying the same crashed run again twice makes one
    flow run.
    """
    wanted = {
        "deployment_id": {"any_": [deployment]},
        "state": {"type": {"any_": [StateType.CRASHED, StateType.RUNNING, StateType.PENDING]}},
        "expected_start_time": {"after_": datetime.now(UTC) - timedelta(days=1)},
    }
    crashed = [
        run for run in _read(client, wanted)
        if run.parameters.get("occurrence_id") is None and _is_lost(client, run)
    ]  # fmt: skip
    for run in crashed:
        number = _tries(run) + 1
        if number <= MOST_TRIES:
            client.create_flow_run_from_deployment(
                deployment, parameters=run.parameters, idempotency_key=f"{AGAIN} {run.id}",
                tags=[tag for tag in run.tags if not tag.startswith(AGAIN)] + [f"{AGAIN}-{number}"],
            )  # fmt: skip
    return len(crashed)


def _is_lost(client: SyncPrefectClient, run: FlowRun) -> bool:
    """Whether a flow run has crashed. One that has been silent for hours is marked so."""
    if run.state_type is StateType.CRASHED:
        return True
    if run.state is None or run.state.timestamp > datetime.now(UTC) - SILENT:
        return False
    message = "执行它的进程没有回音；由新的运行重新生成。"
    client.set_flow_run_state(run.id, Crashed(message=message), force=True)
    return True


def _tries(run: FlowRun) -> int:
    """How many crashed runs came before this one."""
    numbers = [tag.removeprefix(f"{AGAIN}-") for tag in run.tags]
    return max((int(number) for number in numbers if number.isdigit()), default=0)


def _late(deployments: Iterable[UUID], after: timedelta) -> dict[str, Any]:
    return {
        "deployment_id": {"any_": list(deployments)},
        "state": {"type": {"any_": [StateType.SCHEDULED]}},
        "expected_start_time": {"before_": datetime.now(UTC) - after},
    }


def _read(client: SyncPrefectClient, wanted: dict[str, Any]) -> Sequence[FlowRun]:
    """The flow runs that `wanted` describes, the latest first."""
    found = FlowRunFilter.model_validate(wanted)
    order = FlowRunSort.EXPECTED_START_TIME_DESC
    return client.read_flow_runs(flow_run_filter=found, sort=order, limit=MOST_RUNS)


def _expected(run: FlowRun) -> datetime:
    return run.expected_start_time or datetime.now(UTC)


def _seen_run(
    run: FlowRun, kind: TroubleKind, names: Mapping[UUID, str], since: datetime | None
) -> Sighted:
    given = run.parameters
    return Sighted(
        key=f"run {run.id}",
        kind=kind,
        program=_program(names.get(run.deployment_id) if run.deployment_id else None),
        about=str(given.get("about") or run.name),
        said=(run.state.message or "") if run.state and kind is not TroubleKind.LATE else "",
        since=since,
        campaign_id=given.get("campaign_id"),
        measure_id=given.get("measure_id"),
        schedule_id=given.get("schedule_id"),
    )


def _seen_changed(changed: Changed) -> Sighted:
    """What somebody has changed on Prefect's page, and what is right again."""
    return Sighted(
        key=f"changed {changed.what} {datetime.now(UTC):%Y%m%dT%H%M%S}",
        kind=TroubleKind.PUT_RIGHT,
        program=_program(changed.deployment),
        about=changed.what,
        said=changed.said,
        cron=changed.cron,
        schedule_id=changed.schedule_id,
    )


def _program(name: str | None) -> WorkName:
    return WorkName(name) if name in set(WorkName) else WorkName.OTHER
