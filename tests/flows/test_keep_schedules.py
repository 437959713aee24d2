"""The offices' timetable, mirrored to Prefect's schedules."""

from datetime import UTC, datetime, timedelta

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun

from flows.deploy import deploy
from flows.keep_schedules import SINGLE, keep_schedules
from models import Schedule, ScheduledWork

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def row(number: int, **values: object) -> Schedule:
    given = {"unit_id": 1, "campaign_id": 7, "created_at": NOW, "created_by": 1, **values}
    return Schedule(id=number, **given)


MONTHLY = row(1, work=ScheduledWork.HAND_DOWN, measure_id=3, cron="0 9 25 * *")
ONCE = row(
    2, work=ScheduledWork.HAND_DOWN, measure_id=4, once_at=datetime(2026, 12, 1, 0, 30, tzinfo=UTC)
)
REPORTS = row(3, work=ScheduledWork.REPORT, cron="30 8 L * *")


def present(client: SyncPrefectClient, name: str) -> dict[str, dict]:
    """Parameters by slug, of the schedules that come from the timetable."""
    schedules = client.read_deployment_schedules(deploy(client)[name])
    mine = (each for each in schedules if each.slug and each.slug.startswith("timetable-"))
    return {each.slug or "": {**each.parameters, "zone": each.schedule.timezone} for each in mine}


def test_the_timetable_is_mirrored_once_and_stopped_rows_are_taken_away(
    client: SyncPrefectClient,
) -> None:
    deployments = deploy(client)
    assert keep_schedules(client, deployments, [MONTHLY, REPORTS], now=NOW) == 2
    assert keep_schedules(client, deployments, [MONTHLY, REPORTS], now=NOW) == 0
    assert [each["measure_id"] for each in present(client, "hand-down").values()] == [3]
    assert {each["zone"] for each in present(client, "hand-down").values()} == {"Asia/Shanghai"}
    assert [each["campaign_id"] for each in present(client, "render-reports").values()] == [7]
    assert keep_schedules(client, deployments, [REPORTS], now=NOW) == 1
    assert present(client, "hand-down") == {}
    assert keep_schedules(client, deployments, [], now=NOW) == 1


def scheduled(client: SyncPrefectClient) -> list[FlowRun]:
    """The flow runs that come from rows of the timetable that happen once."""
    tagged = FlowRunFilter.model_validate({"tags": {"all_": [SINGLE]}})
    return client.read_flow_runs(flow_run_filter=tagged)


def test_what_happens_once_is_one_flow_run_and_is_taken_away_when_stopped(
    client: SyncPrefectClient,
) -> None:
    deployments = deploy(client)
    assert keep_schedules(client, deployments, [ONCE], now=NOW) == 1
    assert keep_schedules(client, deployments, [ONCE], now=NOW) == 0
    (run,) = scheduled(client)
    assert run.parameters == {"measure_id": 4}
    assert run.expected_start_time - datetime.now(UTC) > timedelta(days=7)
    assert keep_schedules(client, deployments, [], now=NOW) == 1
    assert scheduled(client) == []


def test_what_was_due_while_nothing_ran_is_started_late_and_only_once(
    client: SyncPrefectClient,
) -> None:
    deployments = deploy(client)
    late = ONCE.once_at + timedelta(hours=5)
    assert keep_schedules(client, deployments, [ONCE], now=late) == 1
    (run,) = scheduled(client)
    assert run.expected_start_time < datetime.now(UTC)
    assert keep_schedules(client, deployments, [ONCE], now=late + timedelta(days=3)) == 1
    assert keep_schedules(client, deployments, [ONCE], now=late + timedelta(days=3)) == 0


def test_schedules_made_elsewhere_are_left_alone(client: SyncPrefectClient) -> None:
    deployments = deploy(client)
    keep_schedules(client, deployments, [], now=NOW)
    slugs = [each.slug for each in client.read_deployment_schedules(deployments["sweep"])]
    assert len(slugs) == 1
