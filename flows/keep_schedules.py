"""Makes Prefect's schedules equal to the offices' timetable, so that Prefect's page shows it.

The table `schedule` is the truth, and nothing depends on Prefect's copy. A flow run that Prefect
starts from the copy carries out what is due, and mostly finds that the dispatcher has done it. A
recurring row becomes a schedule of the deployment `carry-out-due`: its cron fields, or where these
do not say everything (working days, a last day, times left out), the next moments one by one. A
row that happens once becomes a flow run that is scheduled for its time.

Both are found again by a slug that is made of their content. A copy that has the slug and another
content was changed on Prefect's page. It is put right, and told (docs/decisions/0028). What was
made elsewhere (in `prefect.yaml`, by hand on Prefect's page) is left alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.schedules import CronSchedule, RRuleSchedule
from prefect.states import Scheduled

from flows.deploy import Changed, keep_schedule
from models import Schedule, Shift
from rules.dates.calendar import SHANGHAI, local_time
from rules.dates.recurrence import Moment

DEPLOYMENT = "carry-out-due"
SLUG = "due-"
SINGLE = "timetable"
"""The tag of the flow runs for rows that happen once."""
WAITING = StateType.SCHEDULED
LATE = timedelta(minutes=1)
"""From how long after its time on a flow run that no worker has taken is late."""
SHOWN = 12
"""How many moments Prefect is told where cron fields do not say them."""
PATIENCE = timedelta(minutes=5)
"""By how much the time of a flow run may differ from what was wanted. The demo's clock runs beside
Prefect's."""


class Planned(NamedTuple):
    """A row of the timetable, with what Prefect's page is to show of it."""

    row: Schedule
    about: str
    """What it is for."""
    moments: Sequence[Moment]
    """Its next moments, `SHOWN` at most; none for what happens once."""

    @property
    def slug(self) -> str:
        """The name under which Prefect keeps it. It is made of the content, so that a changed row
        is another schedule."""
        content = f"{self.when!r} {self.parameters!r}"
        return f"{SLUG}{self.row.id}-{hashlib.sha256(content.encode()).hexdigest()[:12]}"

    @property
    def parameters(self) -> dict[str, object]:
        return {"schedule_id": self.row.id, "about": self.about}

    @property
    def when(self) -> CronSchedule | RRuleSchedule | datetime | None:
        """Its moments as Prefect understands them."""
        if not self.row.cron:
            return self.row.once_at
        if says_all(self.row):
            return CronSchedule(cron=self.row.cron, timezone=SHANGHAI.key)
        times = ",".join(f"{local_time(moment.at):%Y%m%dT%H%M%S}" for moment in self.moments)
        return RRuleSchedule(rrule=f"RDATE:{times}", timezone=SHANGHAI.key)

    def changed(self, said: str, cron: str = "") -> Changed:
        """A change that somebody made to it on Prefect's page."""
        return Changed(DEPLOYMENT, self.about or DEPLOYMENT, said, cron, self.row.id)


class Kept:
    """What one keeping of the schedules came to."""

    def __init__(self) -> None:
        self.count = 0
        """How many schedules and flow runs were made, taken away or put right."""
        self.changed: list[Changed] = []
        """What somebody had changed on Prefect's page."""


def keep_schedules(
    client: SyncPrefectClient,
    deployment: UUID,
    timetable: Sequence[Planned],
    *,
    now: datetime,
) -> Kept:
    """Create what is missing, put right what was changed, take away what is late, past or stopped.

    `now` is the time of the product's clock. In the demo
    that clock differs from Prefect's.
    """
    kept = Kept()
    once = {planned.slug: planned for planned in timetable if not planned.row.cron}
    _keep_single(client, deployment, once, now, kept)
    recurring = {planned.slug: planned for planned in timetable if planned.row.cron}
    _keep_recurring(client, deployment, recurring, kept)
    kept.count += _drop_late(client, deployment)
    return kept


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
    wanted: Mapping[str, Planned],
    now: datetime,
    kept: Kept,
) -> None:
    """Keep the flow runs for rows that happen once."""
    tagged = FlowRunFilter.model_validate({"tags": {"all_": [SINGLE]}})
    present = {run.idempotency_key: run for run in client.read_flow_runs(flow_run_filter=tagged)}
    for slug, run in list(present.items()):
        planned = wanted.get(slug or "")
        changed = planned is not None and _was_changed(run, _starts_at(planned.row, now))
        if planned is not None and changed:
            kept.changed.append(planned.changed("cancelled"))
        if changed or (planned is None and run.state_type == WAITING):
            client.delete_flow_run(run.id)
            del present[slug]
            kept.count += 1
    for slug, planned in wanted.items():
        if slug not in present:
            kept.count += 1
            client.create_flow_run_from_deployment(
                deployment,
                parameters=planned.parameters,
                state=Scheduled(scheduled_time=_starts_at(planned.row, now)),
                idempotency_key=slug,
                tags=[SINGLE],
            )


def _starts_at(row: Schedule, now: datetime) -> datetime:
    """When a row that happens once is due, on Prefect's clock."""
    assert row.once_at is not None
    return datetime.now(UTC) + (row.once_at - now)


def _was_changed(run: FlowRun, wanted: datetime) -> bool:
    """Whether somebody has cancelled the flow run of a row that still comes, or given it another
    time."""
    if run.state_type == StateType.CANCELLED:
        return True
    at: datetime | None = run.next_scheduled_start_time or run.expected_start_time
    if run.state_type != WAITING or at is None:
        return False
    return not wanted - PATIENCE < at < wanted + PATIENCE


def says_all(row: Schedule) -> bool:
    """Whether the cron fields of a row say everything about its moments."""
    bounds = (row.starts_on, row.ends_on)
    return row.shift is Shift.KEEP and bounds == (None, None) and not row.skipped


def _keep_recurring(
    client: SyncPrefectClient, deployment: UUID, wanted: Mapping[str, Planned], kept: Kept
) -> None:
    present = {
        schedule.slug: schedule
        for schedule in client.read_deployment_schedules(deployment)
        if schedule.slug and schedule.slug.startswith(SLUG)
    }
    for slug in present.keys() - wanted.keys():
        client.delete_deployment_schedule(deployment, present[slug].id)
        kept.count += 1
    for slug, planned in wanted.items():
        there = present.get(slug)
        said = keep_schedule(client, deployment, there, _create(planned))
        kept.count += said is not None
        if said is not None and there is not None:
            kept.changed.append(planned.changed(*said))


def _create(planned: Planned) -> DeploymentScheduleCreate:
    when = planned.when
    assert isinstance(when, CronSchedule | RRuleSchedule)
    return DeploymentScheduleCreate(schedule=when, parameters=planned.parameters, slug=planned.slug)
