"""Renders the reports of a campaign (报告): a task run for the data, and one for each 200 units.

The deployment `render-reports` starts the flow for an order (`Occurrence`), or from Prefect's own
page. A second run on the same day replaces the snapshots and files of that day. For an order the
flow shows signs of life, and its last transaction notes that the order is done.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from prefect import flow, get_run_logger, task
from prefect.client.schemas.objects import State
from prefect.states import Completed

from adapters import clock
from adapters.database import transaction
from adapters.reports.report_files import folder_of, write_reports
from adapters.reports.report_view import report_of
from flows.shown import BETWEEN, label, link_back, name_list, tags_of
from queries.reports.report_data import get_report_campaign
from queries.reports.snapshots import list_snapshot_ids, list_snapshots
from queries.units.units import list_levels, list_units_of
from rules.dates.calendar import local_date
from rules.sentences.days import told_date
from rules.sentences.refusal import N_, Refusal
from services.campaigns import occurrences
from services.reports.snapshots import UNITS_AT_ONCE, compose_snapshots, store_snapshots

Order = tuple[int, int] | None
"""The id of the occurrence and the number of the attempt; None: no order."""
LIFE_SECONDS = 3.0
"""How often a long rendering notes how far it has come."""


@flow(name="render-reports", persist_result=False)
def render_reports(
    campaign_id: int,
    unit_codes: list[str] | None = None,
    as_of: date | None = None,
    occurrence_id: int | None = None,
    attempt: int = 0,
    about: str = "",
) -> State[int]:
    """Render the reports of units. `unit_codes` None: the owner and all units that handed down.

    `as_of` None is today in Asia/Shanghai. The reports of an earlier day are rendered again from
    the snapshots of that day. With `occurrence_id` the flow works for that order, as long as
    `attempt` is the order's latest attempt. `about` is for people: what the ids stand for. The
    state says how many units have reports.
    """
    order = (occurrence_id, attempt) if occurrence_id is not None else None
    if not _live(order):
        return _overtaken()
    try:
        return _render_all(campaign_id, unit_codes, as_of, order)
    except Refusal as refusal:
        _refuse(order, refusal)
        raise


def _render_all(
    campaign_id: int, unit_codes: list[str] | None, as_of: date | None, order: Order
) -> State[int]:
    now = clock.now()
    day = as_of or local_date(now)
    shown = _label(campaign_id, unit_codes, day)
    log, began = get_run_logger(), time.monotonic()
    ids: Any = take_data(campaign_id, unit_codes, day, now, order, return_state=True).result()
    count = 0
    for start in range(0, len(ids), UNITS_AT_ONCE):
        if not _live(order, len(ids), start):
            return _overtaken()
        count += _render(ids, start, order)
    if order:
        with transaction() as session:
            occurrences.finish(session, order[0], now=clock.now())
    told = f"{shown.whole}：已生成 {count} 个单位的报告。"
    log.info("%s 用时 %.1f 秒。", told, time.monotonic() - began)
    link_back(f"reports-{campaign_id}", shown.name, f"/reports/{campaign_id}", [told])
    return Completed(message=f"已生成 {count} 个单位的报告", data=count)


class Naming(NamedTuple):
    """What Prefect's page says of a flow run."""

    name: str
    whole: str
    """The name with the units."""


def _label(campaign_id: int, unit_codes: list[str] | None, day: date) -> Naming:
    """Name the flow run after the campaign, the day and the units."""
    with transaction(readonly=True) as session:
        title = get_report_campaign(session, campaign_id).title
        units = list_units_of(session, unit_codes or ())
        levels = {level.code: level.name for level in list_levels(session)}
    name = f"{title}{BETWEEN}{day} 报告"
    names = name_list([unit.name for unit in units]) or "所有单位"
    shown = Naming(name, f"{name}{BETWEEN}{names}")
    label(name, shown.whole, tags_of(title, (levels[unit.level] for unit in units)))
    return shown


@task(task_run_name="取数", persist_result=False)
def take_data(
    campaign_id: int, unit_codes: list[str] | None, as_of: date, now: datetime, order: Order
) -> State[Any]:
    """Take the snapshots of `now`, or find those of an earlier day. The state holds their ids.

    All data is read in one transaction, so that the reports of all units agree. The snapshots of
    some units are written in a short transaction before the next units are composed.
    """
    if as_of == local_date(now):
        with transaction(readonly=True) as reading:
            for rows in compose_snapshots(reading, campaign_id, unit_codes, as_of=as_of, now=now):
                with transaction() as writing:
                    store_snapshots(writing, rows)
                _live(order)
    with transaction(readonly=True) as session:
        ids = list_snapshot_ids(session, campaign_id, unit_codes, as_of)
    if not ids:
        raise Refusal(N_("%(as_of)s没有存下快照，生成不了那天的报告。"), as_of=told_date(as_of))
    return Completed(message=f"{len(ids)} 个单位的数据", data=ids)


@task(persist_result=False)
def write_files(snapshot_ids: list[int], start: int, units: int, order: Order) -> State[Any]:
    """Write the page, the Word document and the Excel ledger of each unit. `start` of `units` units
    have their files already."""
    with transaction(readonly=True) as session:
        stored = list_snapshots(session, snapshot_ids)
        folder = folder_of(stored[0].campaign_id, stored[0].as_of)
        reports = [report_of(snapshot) for snapshot in stored]
    count = write_reports(folder, reports, told=_teller(order, start, units))
    return Completed(message=f"已生成 {count} 个单位的报告", data=count)


def _render(ids: list[int], start: int, order: Order) -> Any:
    part = ids[start : start + UNITS_AT_ONCE]
    name = f"第 {start + 1}–{start + len(part)} 个单位"
    task_run = write_files.with_options(task_run_name=name)
    return task_run(part, start, len(ids), order, return_state=True).result()


def _live(order: Order, units: int | None = None, rendered: int = 0) -> bool:
    """Show a sign of life; False: the order no longer wants this attempt."""
    if order is None:
        return True
    with transaction() as session:
        return occurrences.show_life(
            session, *order, now=clock.now(), units=units, rendered=rendered
        )


def _teller(order: Order, start: int, units: int) -> Callable[[int], None]:
    """A function that shows a sign of life every few seconds while reports are written."""
    told_at = time.monotonic()

    def tell(written: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= LIFE_SECONDS:
            told_at = time.monotonic()
            _live(order, units, start + written)

    return tell


def _overtaken() -> State[int]:
    return Completed(message="已由另一次运行办理", data=0)


def _refuse(order: Order, refusal: Refusal) -> None:
    if order:
        with transaction() as session:
            occurrences.refuse(session, order[0], refusal, now=clock.now())
