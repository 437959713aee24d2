"""The flow that hands down: what it stores, and what Prefect's page shows of it."""

from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import TaskRunFilter
from sqlmodel import Session, col, func, select

from flows.hand_down import describe, hand_down
from models import Assignment, Event, HandDown
from services.assignments.hand_down import Plan
from tests.building import REGION, make_account, make_measure
from tests.live import until
from tests.present import present
from tests.second_try import REAL

pytestmark = REAL


def confirmed(session: Session, title: str = "入户排查取暖安全") -> int:
    measure = make_measure(session, make_account(session, REGION), title=title)
    number = measure.id
    session.commit()
    return number


def counts(session: Session) -> tuple[int, ...]:
    session.expire_all()
    tables = (Assignment, Event, HandDown)
    found = [session.exec(select(func.count()).select_from(table)).one() for table in tables]
    session.commit()
    return tuple(found)


def task_runs(client: SyncPrefectClient, flow_run_id: str) -> dict[str, str]:
    wanted = TaskRunFilter.model_validate({"flow_run_id": {"any_": [flow_run_id]}})
    found = client.read_task_runs(task_run_filter=wanted)
    return {run.name: run.state.message or "" for run in found if run.state}


def test_a_confirmed_measure_goes_down_the_whole_tree(
    client: SyncPrefectClient, session: Session
) -> None:
    state: Any = hand_down(confirmed(session), return_state=True)
    assert state.is_completed()
    assert state.message == "共到达 49 个单位"
    assert session.exec(select(HandDown)).one().done_at is not None


def test_handing_down_twice_changes_nothing(client: SyncPrefectClient, session: Session) -> None:
    measure = confirmed(session)
    assert hand_down(measure) == 49
    once = counts(session)
    assert hand_down(measure) == 49
    assert hand_down(measure, REGION) == 49
    assert counts(session) == once


def test_prefects_page_names_measure_and_unit_and_says_how_many_units_each_level_reached(
    client: SyncPrefectClient, session: Session
) -> None:
    hand_down(confirmed(session, "冬季安全排查"))
    flow_run_id = present(session.exec(select(col(HandDown.flow_run_id))).one())
    assert client.read_flow_run(UUID(flow_run_id)).name == "冬季安全排查 · 内蒙古自治区"
    until(lambda: len(task_runs(client, flow_run_id)) == 4)
    reached = task_runs(client, flow_run_id)
    assert set(reached) == {"盟市", "旗县区", "苏木乡镇街道", "嘎查村社区"}
    until(lambda: all(task_runs(client, flow_run_id).values()))
    assert task_runs(client, flow_run_id)["盟市"] == "到达 2 个单位"


def test_many_units_are_named_by_the_first_and_their_number() -> None:
    names = ("赤峰市", "通辽市", "包头市")
    plan = Plan(1, "冬季安全排查", "202611", names, ("banner",), ("旗县区",))
    assert describe(plan) == "冬季安全排查（202611） · 赤峰市等3个单位"
