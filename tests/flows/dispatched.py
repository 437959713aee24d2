"""What dispatchers have made of wishes on Prefect's server."""

from collections.abc import Sequence
from datetime import datetime

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import StateType

from flows.dispatch import TAG


def states_since(client: SyncPrefectClient, moment: datetime) -> Sequence[StateType]:
    """How the dispatchers' flow runs stand that have changed since then.

    A flow run that another test has made for wishes of the same numbers is used again.
    """
    known = FlowRunFilter.model_validate({"tags": {"all_": [TAG]}})
    states = [run.state for run in client.read_flow_runs(flow_run_filter=known)]
    return [state.type for state in states if state and state.timestamp >= moment]
