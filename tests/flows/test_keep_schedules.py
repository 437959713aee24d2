"""The offices' timetable, mirrored to Prefect's schedules."""

from datetime import UTC, datetime, timedelta
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import DeploymentSchedule, FlowRun
from prefect.client.schemas.schedules import NoSchedule
from prefect.states import Scheduled

from flows.deploy import deploy
from flows.keep_schedules import DEPLOYMENT, SINGLE, keep_schedules
from models import Schedule, ScheduledWork
from tests.present import present
from tests.second_try import REAL

pytestmark = REAL

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def row(number: int, **values: object) -> Schedule:
    given: dict[str, Any] = {
        "unit_id": 1,
        "campaign_id": 7,
        "created_at": NOW,
        "created_by": 1,
        **values,
    }
    return Schedule(id=number, **given)


MONTHLY = row(1, work=ScheduledWork.HAND_DOWN, measure_id=3, cron="0 9 25 * *")
ONCE = row(
    2, work=ScheduledWork.HAND_DOWN, measure_id=4, once_at=datetime(2026, 12, 1, 0, 30, tzinfo=UTC)
)
REPORTS = row(3, work=ScheduledWork.REPORT, cron="30 8 L * *")


def zone_of(schedule: DeploymentSchedule) -> str:
    """The time zone of one of Prefect's schedules."""
    timed = schedule.schedule
    assert not isinstance(timed, NoSchedule)
    return present(timed.timezone)


def mirrored(client: SyncPrefectClient) -> list[tuple[int, str]]:
    """Schedule and time zone, of Prefect's schedules that come from the timetable."""
    schedules = client.read_deployment_schedules(deploy(client)[DEPLOYMENT])
    return sorted((schedule.parameters["schedule_id"], zone_of(schedule)) for schedule in schedules)


def test_the_timetable_is_mirrored_once_and_stopped_rows_are_taken_away(
    client: SyncPrefectClient,
) -> None:
    deployment = deploy(client)[DEPLOYMENT]
    assert keep_schedules(client, deployment, [MONTHLY, REPORTS], now=NOW) == 2
    assert keep_schedules(client, deployment, [MONTHLY, REPORTS], now=NOW) == 0
    assert mirrored(client) == [(1, "Asia/Shanghai"), (3, "Asia/Shanghai")]
    assert keep_schedules(client, deployment, [REPORTS], now=NOW) == 1
    assert mirrored(client) == [(3, "Asia/Shanghai")]
    assert keep_schedules(client, deployment, [], now=NOW) == 1


def scheduled(client: SyncPrefectClient) -> list[FlowRun]:
    """The flow runs that come from rows of the timetable that happen once."""
    tagged = FlowRunFilter.model_validate({"tags": {"all_": [SINGLE]}})
    return client.read_flow_runs(flow_run_filter=tagged)


def test_what_happens_once_is_one_flow_run_and_is_taken_away_when_past_or_stopped(
    client: SyncPrefectClient,
) -> None:
    deployment = deploy(client)[DEPLOYMENT]
    assert keep_schedules(client, deployment, [ONCE], now=NOW) == 1
    assert keep_schedules(client, deployment, [ONCE], now=NOW) == 0
    (run,) = scheduled(client)
    assert run.parameters == {"schedule_id": 2}
    assert present(run.expected_start_time) > datetime.now(UTC) + timedelta(days=7)
    assert keep_schedules(client, deployment, [], now=NOW) == 1
    assert scheduled(client) == []


def test_flow_runs_nobody_has_taken_in_time_are_taken_away_and_do_not_pile_up(
    client: SyncPrefectClient,
) -> None:
    deployment = deploy(client)[DEPLOYMENT]
    for minutes in (-600, -5, 5):
        at = datetime.now(UTC) + timedelta(minutes=minutes)
        client.create_flow_run_from_deployment(deployment, state=Scheduled(scheduled_time=at))
    assert keep_schedules(client, deployment, [], now=NOW) == 2
    mine = FlowRunFilter.model_validate({"deployment_id": {"any_": [deployment]}})
    (left,) = client.read_flow_runs(flow_run_filter=mine)
    client.delete_flow_run(left.id)


def test_schedules_made_elsewhere_are_left_alone(client: SyncPrefectClient) -> None:
    deployments = deploy(client)
    keep_schedules(client, deployments[DEPLOYMENT], [], now=NOW)
    slugs = [schedule.slug for schedule in client.read_deployment_schedules(deployments["sweep"])]
    assert len(slugs) == 1
