"""Makes Prefect's schedules equal to the offices' timetable, so that its page shows what comes.

The table `schedule` is the truth; each row is one schedule of a deployment, found again by its
slug. Other schedules (those of `prefect.yaml`, or made by hand on Prefect's page) are left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.schedules import CronSchedule, RRuleSchedule

from models import Schedule, ScheduledWork
from rules.calendar import SHANGHAI

DEPLOYMENTS = {ScheduledWork.HAND_DOWN: "hand-down", ScheduledWork.REPORT: "render-reports"}
SLUG = "timetable-"


def keep_schedules(
    client: SyncPrefectClient, deployments: dict[str, UUID], timetable: Sequence[Schedule]
) -> int:
    """Create what is missing, take away what has been stopped; how many schedules changed."""
    changed = 0
    for work, name in DEPLOYMENTS.items():
        wanted = {slug_of(row): row for row in timetable if row.work == work}
        changed += _keep_one(client, deployments[name], wanted)
    return changed


def slug_of(row: Schedule) -> str:
    """The name under which Prefect keeps this row: its id and its time, so that a row that was
    changed is another schedule."""
    when = row.cron or f"{row.once_at:%Y%m%dT%H%M}"
    return f"{SLUG}{row.id}-" + "".join(c if c.isalnum() else "_" for c in when).lower()


def _keep_one(client: SyncPrefectClient, deployment: UUID, wanted: dict[str, Schedule]) -> int:
    present = {
        each.slug: each.id
        for each in client.read_deployment_schedules(deployment)
        if each.slug and each.slug.startswith(SLUG)
    }
    stopped = present.keys() - wanted.keys()
    for slug in stopped:
        client.delete_deployment_schedule(deployment, present[slug])
    missing = [_create(slug, row) for slug, row in wanted.items() if slug not in present]
    if missing:
        client.create_deployment_schedules(deployment, missing)
    return len(stopped) + len(missing)


def _create(slug: str, row: Schedule) -> DeploymentScheduleCreate:
    return DeploymentScheduleCreate(schedule=_when(row), parameters=_parameters(row), slug=slug)


def _when(row: Schedule) -> CronSchedule | RRuleSchedule:
    if row.cron:
        return CronSchedule(cron=row.cron, timezone=SHANGHAI.key)
    assert row.once_at is not None
    start = row.once_at.astimezone(SHANGHAI)
    rule = f"DTSTART:{start:%Y%m%dT%H%M%S}\nRRULE:FREQ=DAILY;COUNT=1"
    return RRuleSchedule(rrule=rule, timezone=SHANGHAI.key)


def _parameters(row: Schedule) -> dict[str, Any]:
    if row.work == ScheduledWork.HAND_DOWN:
        return {"measure_id": row.measure_id}
    return {"campaign_id": row.campaign_id}
