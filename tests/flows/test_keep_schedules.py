"""The offices' timetable, mirrored to Prefect's schedules."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import DeploymentSchedule, FlowRun, State
from prefect.client.schemas.schedules import CronSchedule, NoSchedule, RRuleSchedule
from prefect.server.schemas.schedules import CronSchedule as ServerCron
from prefect.server.schemas.schedules import RRuleSchedule as ServerRule
from prefect.states import Cancelled, Scheduled

from flows.deploy import deploy
from flows.keep_schedules import DEPLOYMENT, SHOWN, SINGLE, Planned, keep_schedules
from models import Schedule, ScheduledWork, Shift
from rules.dates.recurrence import next_moments
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


ABOUT = {number: f"冬春季安全排查 · 措施{number}" for number in range(1, 9)}
MONTHLY = row(
    1, work=ScheduledWork.HAND_DOWN, measure_id=3, cron="0 9 25 * *", next_day=date(2026, 11, 25)
)
ONCE = row(
    2, work=ScheduledWork.HAND_DOWN, measure_id=4, once_at=datetime(2026, 12, 1, 0, 30, tzinfo=UTC)
)
REPORTS = row(3, work=ScheduledWork.REPORT, cron="30 8 L * *", next_day=date(2026, 11, 30))


def keep(client: SyncPrefectClient, deployment: UUID, timetable: list[Schedule]) -> int:
    """How many schedules and flow runs changed."""
    return keep_schedules(client, deployment, planned(timetable), now=NOW).count


def planned(timetable: list[Schedule]) -> list[Planned]:
    """The rows with what they are for."""
    return [Planned(row, ABOUT[row.id], next_moments(row, SHOWN)) for row in timetable]


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
    assert keep(client, deployment, [MONTHLY, REPORTS]) == 2
    assert keep(client, deployment, [MONTHLY, REPORTS]) == 0
    assert mirrored(client) == [(1, "Asia/Shanghai"), (3, "Asia/Shanghai")]
    assert keep(client, deployment, [REPORTS]) == 1
    assert mirrored(client) == [(3, "Asia/Shanghai")]
    assert keep(client, deployment, []) == 1


def scheduled(client: SyncPrefectClient) -> list[FlowRun]:
    """The flow runs that come from rows of the timetable that happen once."""
    tagged = FlowRunFilter.model_validate({"tags": {"all_": [SINGLE]}})
    return client.read_flow_runs(flow_run_filter=tagged)


def test_what_happens_once_is_one_flow_run_and_is_taken_away_when_past_or_stopped(
    client: SyncPrefectClient,
) -> None:
    deployment = deploy(client)[DEPLOYMENT]
    assert keep(client, deployment, [ONCE]) == 1
    assert keep(client, deployment, [ONCE]) == 0
    (run,) = scheduled(client)
    assert run.parameters == {"schedule_id": 2, "about": ABOUT[2]}
    assert present(run.expected_start_time) > datetime.now(UTC) + timedelta(days=7)
    assert keep(client, deployment, []) == 1
    assert scheduled(client) == []


def test_flow_runs_nobody_has_taken_in_time_are_taken_away_and_do_not_pile_up(
    client: SyncPrefectClient,
) -> None:
    deployment = deploy(client)[DEPLOYMENT]
    for minutes in (-600, -5, 5):
        at = datetime.now(UTC) + timedelta(minutes=minutes)
        client.create_flow_run_from_deployment(deployment, state=Scheduled(scheduled_time=at))
    assert keep(client, deployment, []) == 2
    mine = FlowRunFilter.model_validate({"deployment_id": {"any_": [deployment]}})
    (left,) = client.read_flow_runs(flow_run_filter=mine)
    client.delete_flow_run(left.id)


def test_schedules_made_elsewhere_are_left_alone(client: SyncPrefectClient) -> None:
    deployments = deploy(client)
    keep(client, deployments[DEPLOYMENT], [])
    slugs = [schedule.slug for schedule in client.read_deployment_schedules(deployments["sweep"])]
    assert len(slugs) == 1


RECURRING = {
    "plain": MONTHLY,
    "the last working day": row(
        4, work=ScheduledWork.HAND_DOWN, cron="0 9 L * *", shift=Shift.BEFORE,
        next_day=date(2026, 11, 30),
    ),
    "working days with an end": row(
        5, work=ScheduledWork.REPORT, cron="30 17 * * *", shift=Shift.ONLY,
        next_day=date(2026, 11, 23), ends_on=date(2027, 2, 20),
    ),
    "one left out": row(
        6, work=ScheduledWork.HAND_DOWN, cron="0 9 25 * *", next_day=date(2026, 11, 25),
        skipped=(date(2026, 12, 25),),
    ),
    "quarterly, or the working day after": row(
        7, work=ScheduledWork.REPORT, cron="0 8 1 1,4,7,10 *", shift=Shift.AFTER,
        next_day=date(2027, 1, 1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("schedule", RECURRING.values(), ids=RECURRING)
def test_both_faces_say_the_same_next_five_times(
    client: SyncPrefectClient, schedule: Schedule
) -> None:
    deployment = deploy(client)[DEPLOYMENT]
    assert keep(client, deployment, [schedule]) == 1
    (there,) = client.read_deployment_schedules(deployment)
    timed = there.schedule
    assert isinstance(timed, CronSchedule | RRuleSchedule)
    kind = ServerCron if isinstance(timed, CronSchedule) else ServerRule
    on_prefects_page = asyncio.run(kind(**timed.model_dump()).get_dates(5, NOW))
    ours = [moment.at for moment in next_moments(schedule, 5)]
    assert [moment.astimezone(UTC) for moment in on_prefects_page] == ours
    keep(client, deployment, [])


def test_what_was_toggled_or_edited_on_prefects_page_is_put_right_and_told(
    client: SyncPrefectClient,
) -> None:
    deployment = deploy(client)[DEPLOYMENT]
    keep(client, deployment, [MONTHLY])
    (ours,) = client.read_deployment_schedules(deployment)
    other = CronSchedule(cron="15 10 20 * *", timezone="Asia/Shanghai")
    edits: list[tuple[str, str, dict[str, Any]]] = [
        ("off", "", {"active": False}),
        ("time", "15 10 20 * *", {"schedule": other}),
        ("content", "", {"parameters": {"schedule_id": 99}}),
    ]
    for said, cron, edit in edits:
        client.update_deployment_schedule(deployment, ours.id, **edit)
        kept = keep_schedules(client, deployment, planned([MONTHLY]), now=NOW)
        (changed,) = kept.changed
        assert (changed.said, changed.cron, changed.schedule_id) == (said, cron, 1)
        assert changed.what == ABOUT[1]
        (there,) = client.read_deployment_schedules(deployment)
        assert (there.active, there.schedule, there.parameters) == (
            True, ours.schedule, ours.parameters,
        )  # fmt: skip
    assert keep(client, deployment, [MONTHLY]) == 0
    keep(client, deployment, [])


def test_a_schedule_that_the_office_changes_is_another_one_and_nobody_is_blamed(
    client: SyncPrefectClient,
) -> None:
    deployment = deploy(client)[DEPLOYMENT]
    keep(client, deployment, [MONTHLY])
    later = MONTHLY.model_copy(update={"cron": "0 10 25 * *"})
    kept = keep_schedules(client, deployment, planned([later]), now=NOW)
    assert (kept.count, kept.changed) == (2, [])
    keep(client, deployment, [])


def test_a_single_flow_run_that_was_cancelled_or_moved_is_made_anew_and_told(
    client: SyncPrefectClient,
) -> None:
    deployment = deploy(client)[DEPLOYMENT]
    keep(client, deployment, [ONCE])
    moved: State[Any] = Scheduled(scheduled_time=datetime.now(UTC) + timedelta(days=2))
    cancelled: State[Any] = Cancelled()
    for state in (cancelled, moved):
        (run,) = scheduled(client)
        client.set_flow_run_state(run.id, state, force=True)
        kept = keep_schedules(client, deployment, planned([ONCE]), now=NOW)
        assert [(changed.said, changed.schedule_id) for changed in kept.changed] == [
            ("cancelled", 2)
        ]
        (new,) = scheduled(client)
        assert new.id != run.id
    assert keep(client, deployment, []) == 1
