"""The flow that renders reports: snapshots, files, and what Prefect's page shows of it."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import SyncPrefectClient
from sqlmodel import Session, select

from adapters import clock
from adapters.reports.report_files import folder_of
from flows.render_reports import render_reports
from models import Snapshot
from tests.building import BANNER, REGION, make_account, make_campaign, make_measure, release_down
from tests.flows.test_hand_down import task_runs
from tests.second_try import REAL

pytestmark = REAL


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> date:
    """A day whose clock stands still, so that no test runs over midnight."""
    from tests.conftest import NOW

    monkeypatch.setattr(clock, "now", lambda: NOW)
    return NOW.date()


@pytest.fixture
def campaign(session: Session) -> int:
    office = make_account(session, REGION)
    campaign = make_campaign(session, office)
    number = campaign.id
    release_down(session, make_measure(session, office, campaign), office)
    session.commit()
    return number


def files(campaign: int, day: date) -> dict[str, int]:
    """Name → time of every file."""
    return {path.name: path.stat().st_mtime_ns for path in folder_of(campaign, day).iterdir()}


def test_every_unit_that_handed_something_down_gets_its_three_files(
    client: SyncPrefectClient,
    campaign: int,
    installation: Path,
    today: date,
    said_lines: list[str],
) -> None:
    state: Any = render_reports(campaign, return_state=True)
    assert state.message == "已生成 18 个单位的报告"
    assert len(files(campaign, today)) == 18 * 3
    run = client.read_flow_run(state.state_details.flow_run_id)
    assert run.name == f"冬春季安全排查 · {today} 报告"
    assert run.parameters["about"] == f"冬春季安全排查 · {today} 报告 · 所有单位"
    assert run.tags == ["专项工作：冬春季安全排查"]
    (line,) = said_lines
    assert line.startswith(f"冬春季安全排查 · {today} 报告 · 所有单位：已生成 18 个单位的报告。")
    assert task_runs(client, str(run.id)) == {
        "取数": "18 个单位的数据",
        "第 1–18 个单位": "已生成 18 个单位的报告",
    }


def test_rendering_twice_leaves_one_snapshot_and_the_same_files(
    client: SyncPrefectClient, session: Session, campaign: int, today: date
) -> None:
    assert render_reports(campaign, [REGION, BANNER]) == 2
    once = files(campaign, today)
    assert render_reports(campaign, [REGION, BANNER], today) == 2
    assert files(campaign, today) == once
    assert len(session.exec(select(Snapshot)).all()) == 2


def test_an_earlier_day_is_rendered_from_what_was_stored_then_or_not_at_all(
    client: SyncPrefectClient,
    campaign: int,
    today: date,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tests.conftest import NOW

    assert render_reports(campaign, [BANNER]) == 1
    before = files(campaign, today)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=5))
    assert render_reports(campaign, [BANNER], today) == 1
    assert files(campaign, today) == before
    state: Any = render_reports(campaign, [BANNER], today - timedelta(days=1), return_state=True)
    assert state.is_failed()
    assert "没有存下快照" in state.message
