"""Makes the deployments of Prefect's server equal to `prefect.yaml`, in a second.

`prefect deploy --all` does the same from a terminal in three seconds, but takes away the schedules
and upcoming runs of the deployments each time. This module leaves a deployment alone that is up to
date.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, cast
from uuid import UUID

import yaml  # type: ignore[import-untyped]
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
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


def _schedule(row: dict[str, str]) -> DeploymentScheduleCreate:
    schedule = CronSchedule(cron=row["cron"], timezone=row["timezone"])
    return DeploymentScheduleCreate(schedule=schedule, slug=row["slug"])
