"""Renders the reports of a campaign (报告): one task run for the data, one for some 200 units.

The deployment `render-reports` starts it from a schedule, a page or Prefect's own page. Run
twice on the same day it replaces the snapshots and the files of that day.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from prefect import flow, runtime, task
from prefect.client.orchestration import get_client
from prefect.states import Completed, State

from adapters import clock
from adapters.database import transaction
from adapters.reports.report_files import folder_of, write_reports
from adapters.reports.report_view import report_of
from queries.report_data import get_report_campaign
from queries.snapshots import list_snapshot_ids, list_snapshots
from rules.dates.calendar import local_date
from rules.refusal import N_, Refusal
from services.snapshots import UNITS_AT_ONCE, compose_snapshots, store_snapshots


@flow(name="render-reports", persist_result=False)
def render_reports(
    campaign_id: int, unit_codes: list[str] | None = None, as_of: date | None = None
) -> State[int]:
    """Render the reports of units (none: the owner and all that handed something down).

    `as_of` none: today in Asia/Shanghai; an earlier day's are rendered again from the snapshots
    of that day. The state says of how many units.
    """
    day = as_of or local_date(clock.now())
    with transaction(readonly=True) as session:
        title = get_report_campaign(session, campaign_id).title
    with get_client(sync_client=True) as client:
        client.set_flow_run_name(runtime.flow_run.id, f"{title} · {day} 报告")
    ids: Any = take_data(campaign_id, unit_codes, day, return_state=True).result()
    count = sum(
        _render(ids[at : at + UNITS_AT_ONCE], at) for at in range(0, len(ids), UNITS_AT_ONCE)
    )
    return Completed(message=f"已生成 {count} 个单位的报告", data=count)


@task(task_run_name="取数", persist_result=False)
def take_data(campaign_id: int, unit_codes: list[str] | None, as_of: date) -> State[Any]:
    """Take today's snapshots, or find those of an earlier day; the ids, top of the tree first.

    All is read in one transaction, so that the reports of all units agree; writing waits for
    nobody's reading, and is over before the next units are composed.
    """
    now = clock.now()
    if as_of == local_date(now):
        with transaction(readonly=True) as reading:
            for rows in compose_snapshots(reading, campaign_id, unit_codes, as_of=as_of, now=now):
                with transaction() as writing:
                    store_snapshots(writing, rows)
    with transaction(readonly=True) as session:
        ids = list_snapshot_ids(session, campaign_id, unit_codes, as_of)
    if not ids:
        raise Refusal(N_("%(as_of)s没有存下快照，生成不了那天的报告。"), as_of=as_of.isoformat())
    return Completed(message=f"{len(ids)} 个单位的数据", data=ids)


@task(persist_result=False)
def write_files(snapshot_ids: list[int]) -> State[Any]:
    """Write the page, the Word document and the Excel ledger of each unit."""
    with transaction(readonly=True) as session:
        stored = list_snapshots(session, snapshot_ids)
        folder = folder_of(stored[0].campaign_id, stored[0].as_of)
        reports = [report_of(each) for each in stored]
    count = write_reports(folder, reports)
    return Completed(message=f"已生成 {count} 个单位的报告", data=count)


def _render(snapshot_ids: list[int], start: int) -> Any:
    name = f"第 {start + 1}–{start + len(snapshot_ids)} 个单位"
    return write_files.with_options(task_run_name=name)(snapshot_ids, return_state=True).result()
