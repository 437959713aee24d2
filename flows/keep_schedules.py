"""Makes Prefect's schedules equal to the offices' timetable, so that Prefect's page shows it.

The table `schedule` is the truth, and nothing depends on Prefect's copy. A flow run that Prefect
starts from the copy carries out what is due, and mostly finds that the dispatcher has done it. A
recurring row becomes a schedule of the deployment `carry-out-due`. A row that happens once becomes
a flow run that is scheduled for its time. Both are found again by a slug. What was made elsewhere
(in `prefect.yaml`, by hand on Prefect's page) is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.schedules import CronSchedule
from prefect.states import Scheduled

from models import Schedule
from rules.dates.calendar import SHANGHAI

DEPLOYMENT = "carry-out-due"
SLUG = "due-"
SINGLE = "timetable"
"""The tag of the flow runs for rows that happen once."""
WAITING = StateType.SCHEDULED
LATE = timedelta(minutes=1)
"""From how long after its time on a flow run that no worker has taken is late."""


def keep_schedules(
    client: SyncPrefectClient,
    deployment: UUID,
    timetable: Sequence[Schedule],
    *,
    now: datetime,
) -> int:
    """Create what is missing, take away what is late, past or stopped, and return how many changed.

    `now` is the time of the product's clock. In the demo that clock differs from Prefect's.
    """
    changed = _keep_single(client, deployment, [row for row in timetable if not row.cron], now)
    recurring = {slug_of(row): row for row in timetable if row.cron}
    return changed + _keep_recurring(client, deployment, recurring) + _drop_late(client, deployment)


def _drop_late(client: SyncPrefectClient, deployment: UUID) -> int:
    """Take away the flow runs whose time has passed, because the table has been carried out.

    After days without a worker there would be many of them, and all would start at once.
    """
    late = FlowRunFilter.model_validate(
        {
            "deployment_id": {"any_": [deployment]},
            "state": {"type": {"any_": [WAITING]}},
            "expected_start_time": {"before_": datetime.now(UTC) - LATE},
        }
    )
    runs = client.read_flow_runs(flow_run_filter=late)
    for run in runs:
        client.delete_flow_run(run.id)
    return len(runs)


def _keep_single(
    client: SyncPrefectClient,
    deployment: UUID,
    timetable: Sequence[Schedule],
    now: datetime,
) -> int:
    """Keep the flow runs for rows that happen once, and return how many changed."""
    wanted = {slug_of(row): row for row in timetable}
    tagged = FlowRunFilter.model_validate({"tags": {"all_": [SINGLE]}})
    present = {run.idempotency_key: run for run in client.read_flow_runs(flow_run_filter=tagged)}
    stopped = [
        run for slug, run in present.items() if slug not in wanted and run.state_type == WAITING
    ]
    for run in stopped:
        client.delete_flow_run(run.id)
    missing = [slug for slug in wanted if slug not in present]
    for slug in missing:
        row = wanted[slug]
        client.create_flow_run_from_deployment(
            deployment,
            parameters={"schedule_id": row.id},
            state=Scheduled(scheduled_time=datetime.now(UTC) + (_once(row) - now)),
            idempotency_key=slug,
            tags=[SINGLE],
        )
    return len(stopped) + len(missing)


def _once(row: Schedule) -> datetime:
    assert row.once_at is not None
    return row.once_at


def slug_of(row: Schedule) -> str:
    """The name under which Prefect keeps a row. It holds id and time, so that a changed row is
    another schedule."""
    when = row.cron or f"{row.once_at:%Y%m%dT%H%M}"
    return f"{SLUG}{row.id}-" + "".join(c if c.isalnum() else "_" for c in when).lower()


def _keep_recurring(
    client: SyncPrefectClient, deployment: UUID, wanted: dict[str, Schedule]
) -> int:
    present = {
        schedule.slug: schedule.id
        for schedule in client.read_deployment_schedules(deployment)
        if schedule.slug and schedule.slug.startswith(SLUG)
    }
    stopped = present.keys() - wanted.keys()
    for slug in stopped:
        client.delete_deployment_schedule(deployment, present[slug])
    missing = [_create(slug, row) for slug, row in wanted.items() if slug not in present]
    if missing:
        client.create_deployment_schedules(deployment, missing)
    return len(stopped) + len(missing)


def _create(slug: str, row: Schedule) -> DeploymentScheduleCreate:
    when = CronSchedule(cron=row.cron, timezone=SHANGHAI.key)
    return DeploymentScheduleCreate(schedule=when, parameters={"schedule_id": row.id}, slug=slug)
