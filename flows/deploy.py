"""Makes the deployments of Prefect's server equal to `prefect.yaml`, and keeps them so.

That takes a second. `prefect deploy --all` does the same from a terminal in three seconds, and
takes away the schedules and upcoming runs of the deployments each time. This module leaves a
deployment alone that is up to date, and puts right what was changed on Prefect's page.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple, cast
from uuid import UUID

import yaml  # type: ignore[import-untyped]
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import (
    DeploymentScheduleCreate,
    DeploymentUpdate,
    WorkPoolCreate,
)
from prefect.client.schemas.filters import DeploymentFilter
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.flows import Flow, load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema

from adapters.root import ROOT

TABLE = ROOT / "prefect.yaml"


def read_table() -> list[dict[str, Any]]:
    """The deployments of `prefect.yaml`."""
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return cast(list[dict[str, Any]], table["deployments"])


def deploy(client: SyncPrefectClient) -> dict[str, UUID]:
    """Create deployments that are missing and change those that differ; name → id of each."""
    rows = read_table()
    for pool in {row["work_pool"]["name"] for row in rows}:
        _make_pool(client, pool)
    return {row["name"]: _deploy_one(client, row) for row in rows}


class Changed(NamedTuple):
    """Something that was changed on Prefect's page, and is right again."""

    deployment: str
    what: str
    """The name of the schedule or deployment."""
    said: str
    """How it was changed: a name of `rules.campaigns.troubles.CHANGES`."""
    cron: str = ""
    """The time it was given."""
    schedule_id: int | None = None


def read_ids(client: SyncPrefectClient) -> dict[str, UUID]:
    """Name → id of the deployments of the table that are on the server."""
    names = [row["name"] for row in read_table()]
    named = DeploymentFilter.model_validate({"name": {"any_": names}})
    return {found.name: found.id for found in client.read_deployments(deployment_filter=named)}


def put_right(client: SyncPrefectClient) -> list[Changed]:
    """Compare every deployment of the table with what is there by its content, and put right what
    was changed on Prefect's page: pauses, tags, parameters, and the table's own schedules."""
    rows = {row["name"]: row for row in read_table()}
    named = DeploymentFilter.model_validate({"name": {"any_": list(rows)}})
    changed: list[Changed] = []
    for found in client.read_deployments(deployment_filter=named):
        changed.extend(_put_one_right(client, found, rows[found.name]))
    return changed


def _put_one_right(
    client: SyncPrefectClient, there: DeploymentResponse, row: dict[str, Any]
) -> list[Changed]:
    changed = []
    if there.paused:
        client.resume_deployment(there.id)
        changed.append(Changed(there.name, there.name, "paused"))
    wanted = {"tags": row.get("tags", []), "parameters": row.get("parameters", {})}
    if (there.tags, there.parameters) != (wanted["tags"], wanted["parameters"]):
        client.update_deployment(there.id, DeploymentUpdate.model_validate(wanted))
        changed.append(Changed(there.name, there.name, "content"))
    present = {schedule.slug: schedule for schedule in there.schedules}
    for given in row.get("schedules", []):
        schedule = _schedule(given)
        said = keep_schedule(client, there.id, present.get(schedule.slug), schedule)
        if said is not None:
            changed.append(Changed(there.name, f"{there.name} {given['slug']}", *said))
    return changed


def keep_schedule(
    client: SyncPrefectClient,
    deployment: UUID,
    there: DeploymentSchedule | None,
    wanted: DeploymentScheduleCreate,
) -> tuple[str, str] | None:
    """Make one schedule equal to `wanted`: whether it is active, its time, its parameters.

    None: nothing was changed. Otherwise how it was changed, and the cron fields it was given.
    """
    if there is None:
        client.create_deployment_schedules(deployment, [wanted])
        return "off", ""
    same_time = there.schedule == wanted.schedule
    if there.active and same_time and there.parameters == wanted.parameters:
        return None
    client.update_deployment_schedule(
        deployment, there.id, active=True, schedule=wanted.schedule, parameters=wanted.parameters
    )
    if not same_time:
        return "time", there.schedule.cron if isinstance(there.schedule, CronSchedule) else ""
    return ("content" if there.active else "off"), ""


def _make_pool(client: SyncPrefectClient, name: str) -> None:
    try:
        client.read_work_pool(name)
    except ObjectNotFound:
        try:
            client.create_work_pool(WorkPoolCreate(name=name, type="process"))
        except ObjectAlreadyExists:
            return  # The worker made the pool first.


def _deploy_one(client: SyncPrefectClient, row: dict[str, Any]) -> UUID:
    flow: Flow[..., Any] = load_flow_from_entrypoint(row["entrypoint"])
    wanted = _wanted(flow, row)
    version = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()[:12]
    try:
        present = client.read_deployment_by_name(f"{flow.name}/{row['name']}")
        if present.version == version:
            return present.id
    except ObjectNotFound:
        pass
    return client.create_deployment(
        flow_id=client.create_flow(flow),
        version=version,
        schedules=[_schedule(schedule) for schedule in row.get("schedules", [])],
        **wanted,
    )


def _wanted(flow: Flow[..., Any], row: dict[str, Any]) -> dict[str, Any]:
    """The deployment without its schedules, as JSON values."""
    return {
        "name": row["name"],
        "description": row["description"],
        "entrypoint": row["entrypoint"],
        "work_pool_name": row["work_pool"]["name"],
        "tags": row.get("tags", []),
        "parameters": row.get("parameters", {}),
        "parameter_openapi_schema": parameter_schema(flow).model_dump_for_openapi(),
        "pull_steps": [{"prefect.deployments.steps.set_working_directory": _here()}],
    }


def _here() -> dict[str, str]:
    return {"directory": str(ROOT)}


def _schedule(row: dict[str, Any]) -> DeploymentScheduleCreate:
    schedule = CronSchedule(cron=row["cron"], timezone=row["timezone"])
    parameters = row.get("parameters", {})
    return DeploymentScheduleCreate(schedule=schedule, slug=row["slug"], parameters=parameters)
