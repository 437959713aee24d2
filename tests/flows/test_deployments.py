"""The table of deployments (`prefect.yaml`) and the flows it names are the same thing."""

import inspect
import os
import pkgutil
import subprocess
import sys
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.flows import load_flow_from_entrypoint

import flows
from adapters.root import ROOT
from adapters.settings import Settings
from flows.deploy import deploy, read_table
from tests.second_try import REAL

pytestmark = [pytest.mark.long, REAL]

TABLE = read_table()
ZONE = "Asia/Shanghai"


def every_flow() -> dict[str, Flow[..., Any]]:
    """Module entrypoint → flow, of all flows that the package `flows` itself defines."""
    found = {}
    for listed in pkgutil.iter_modules(flows.__path__):
        module = import_module(f"flows.{listed.name}")
        for name, value in vars(module).items():
            if isinstance(value, Flow) and value.fn.__module__ == module.__name__:
                found[f"{module.__name__}.{name}"] = value
    return found


def test_every_flow_has_a_deployment_and_every_deployment_a_flow() -> None:
    assert {row["entrypoint"] for row in TABLE} == set(every_flow())


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["name"])
def test_a_deployment_is_named_as_its_flow_and_gives_only_parameters_it_has(
    row: dict[str, Any],
) -> None:
    flow: Flow[..., Any] = load_flow_from_entrypoint(row["entrypoint"])
    signature = inspect.signature(flow.fn).parameters
    assert row["name"] == flow.name
    assert set(row.get("parameters", {})) <= set(signature)
    for schedule in row.get("schedules", []):
        given = {**row.get("parameters", {}), **schedule.get("parameters", {})}
        assert set(given) <= set(signature)
        assert {name for name, p in signature.items() if p.default is p.empty} <= set(given)


def test_every_schedule_says_its_time_zone_and_can_be_found_again() -> None:
    for row in TABLE:
        for schedule in row.get("schedules", []):
            assert schedule["timezone"] == ZONE
            assert schedule["slug"]


def test_deploying_twice_changes_nothing(client: SyncPrefectClient) -> None:
    def stored(ids: dict[str, UUID]) -> dict[str, Any]:
        return {name: client.read_deployment(id_).updated for name, id_ in ids.items()}

    first = deploy(client)
    before = stored(first)
    assert set(first) == {row["name"] for row in TABLE}
    assert deploy(client) == first
    assert stored(first) == before


def test_prefects_own_command_accepts_the_table(prefect_server: Settings) -> None:
    jieli = ("-c", "from cli.main import app; app()")
    done = subprocess.run(
        [sys.executable, *jieli, "prefect", "--no-prompt", "deploy", "--all"],
        cwd=ROOT,
        env={
            **os.environ,
            "JIELI_DATA_DIR": str(prefect_server.data_dir),
            "JIELI_PREFECT_PORT": str(prefect_server.prefect_port),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for row in TABLE:
        assert f"'{row['name']}/{row['name']}' successfully created" in done.stdout.replace(
            "\n", " "
        )
