"""The flow that hands down: what it stores, and what Prefect's page shows of it."""

from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import ArtifactFilter, TaskRunFilter
from sqlmodel import Session, col, func, select

from adapters.settings import get_settings
from flows.hand_down import describe, hand_down, told_in_words
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
    plan = Plan(
        1, "冬季安全排查", "冬春季安全", "202611", names, ("盟市",), ("banner",), ("旗县区",)
    )
    assert describe(plan) == "冬季安全排查（2026年11月） · 赤峰市等3个单位"
    assert told_in_words(plan, {"旗县区": 7}) == (
        "专项工作“冬春季安全”的措施“冬季安全排查”（2026年11月）由赤峰市等3个单位交办（旗县区 7），"
        "共到达 7 个单位。"
    )
    assert "没有到达任何单位" in told_in_words(plan, {})


def test_prefects_page_has_names_beside_ids_tags_and_a_link_back(
    client: SyncPrefectClient,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    said_lines: list[str],
) -> None:
    """Started by hand on Prefect's page: only the id was typed."""
    monkeypatch.setattr(get_settings(), "public_url", "https://jieli.example/")
    measure_id = confirmed(session, "冬季_安全排查")
    state: Any = hand_down(measure_id, return_state=True)
    run = client.read_flow_run(state.state_details.flow_run_id)
    assert run.parameters["measure_id"] == measure_id
    assert run.parameters["about"] == "冬春季安全排查 · 冬季_安全排查 · 内蒙古自治区"
    levels = ("自治区", "盟市", "旗县区", "苏木乡镇街道", "嘎查村社区")
    assert run.tags == ["专项工作：冬春季安全排查", *(f"层级：{level}" for level in levels)]
    assert tags_of_tasks(client, run.id) == set()
    (artifact,) = client.read_artifacts(
        artifact_filter=ArtifactFilter.model_validate({"flow_run_id": {"any_": [run.id]}})
    )
    link = f"(https://jieli.example/measures/{measure_id}/progress)"
    assert f"[冬季\\_安全排查 · 内蒙古自治区]{link}" in str(artifact.data)
    assert "共到达 49 个单位" in str(artifact.data)
    (line,) = said_lines
    assert "专项工作“冬春季安全排查”的措施“冬季_安全排查”由内蒙古自治区交办（盟市 2、" in line


def tags_of_tasks(client: SyncPrefectClient, run_id: UUID) -> set[str]:
    """For each tag of a task run Prefect asks for a slot, which a busy server refuses."""
    until(lambda: len(task_runs(client, str(run_id))) == 4)
    wanted = TaskRunFilter.model_validate({"flow_run_id": {"any_": [run_id]}})
    return {tag for run in client.read_task_runs(task_run_filter=wanted) for tag in run.tags}
