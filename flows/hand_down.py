"""Hands a measure down level by level (交办): a flow run per hand-down, a task run per level.

The dispatcher calls the flow in its own warm process for what a person clicked. As the deployment
`hand-down` it is started cold by a schedule, the command line or Prefect's page. Handing down twice
changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from logging import INFO, WARNING
from typing import Any

from prefect import flow, get_run_logger, runtime, task
from prefect.client.schemas.objects import State
from prefect.states import Completed
from sqlmodel import Session

from adapters import clock
from adapters.database import transaction
from flows.shown import BETWEEN, in_words, label, link_back, name_list, tags_of
from models.assignment import ONCE
from queries.campaigns.measures import get_measure
from queries.units.units import get_unit
from services.assignments import hand_down as service
from services.assignments.hand_down import Plan
from services.campaigns.measures import release_measure

PAUSE = 0.12
"""Seconds between two parts of a level. On SQLite a writer of another process asks ten times a
second whether it may write."""


@flow(name="hand-down", persist_result=False)
def hand_down(
    measure_id: int,
    unit_code: str | None = None,
    period: str | None = None,
    hand_down_ids: list[int] | None = None,
    about: str = "",
) -> State[int]:
    """Hand a measure down from a unit for a period. `period` None: a one-off measure.

    Without unit and period the issuer releases the measure, or opens its current period. With
    `hand_down_ids` the flow fulfils these wishes of the measure and period, which come from the
    dispatcher. `about` is for people: what the ids stand for. The state says how many units were
    reached on all levels.
    """
    with transaction() as session:
        ids = hand_down_ids or [_request(session, measure_id, unit_code, period)]
        plan = service.plan(session, ids)
        service.start(session, ids, str(runtime.flow_run.id))
    label(describe(plan), about_plan(plan), tags_of_plan(plan))
    log, began = get_run_logger(), time.monotonic()
    levels = zip(plan.levels, plan.level_names, strict=True)
    reached = {name: _reach(ids, level, name) for level, name in levels}
    with transaction() as session:
        service.finish(session, ids, now=clock.now())
    total, told = sum(reached.values()), told_in_words(plan, reached)
    log.log(INFO if total else WARNING, "%s 用时 %.1f 秒。", told, time.monotonic() - began)
    link_back(f"measure-{plan.measure_id}", describe(plan), _page_of(plan), [told])
    return Completed(message=outcome(total), data=total)


@task(persist_result=False)
def reach_level(hand_down_ids: list[int], level: str) -> State[int]:
    """Make the assignments of one level, part by part. The state says how many of its units are
    reached."""
    now = clock.now()
    with transaction() as session:
        part = service.hand_down_part(session, hand_down_ids, level, now=now)
    while part.next is not None:
        time.sleep(PAUSE)
        with transaction() as session:
            part = service.hand_down_part(session, hand_down_ids, level, start=part.next, now=now)
    return Completed(message=f"到达 {part.reached} 个单位", data=part.reached)


def _reach(hand_down_ids: list[int], level: str, name: str) -> Any:
    """How many units of a level are reached. Prefect does not unpack the state of such a task."""
    task_run = reach_level.with_options(task_run_name=name)
    return task_run(hand_down_ids, level, return_state=True).result()


def describe(plan: Plan) -> str:
    """The measure, the period and the units that hand it down: `冬季安全排查 · 赤峰市等5个单位`."""
    return f"{plan.measure_title}{in_words(plan.period)}{BETWEEN}{name_list(plan.unit_names)}"


def about_plan(plan: Plan) -> str:
    """What the ids among the parameters stand for: campaign, measure, period and units."""
    return f"{plan.campaign_title}{BETWEEN}{describe(plan)}"


def tags_of_plan(plan: Plan) -> list[str]:
    """The campaign, the levels that hand down, and those that are reached."""
    return tags_of(plan.campaign_title, (*plan.unit_levels, *plan.level_names))


def told_in_words(plan: Plan, reached: Mapping[str, int]) -> str:
    """The line of the log: what was handed down from where, and how many units of each level it
    reached."""
    levels = "、".join(f"{name} {number}" for name, number in reached.items()) or "没有下级"
    total = outcome(sum(reached.values()))
    return (
        f"专项工作“{plan.campaign_title}”的措施“{plan.measure_title}”{in_words(plan.period)}"
        f"由{name_list(plan.unit_names)}交办（{levels}），{total}。"
    )


def outcome(reached: int) -> str:
    """What a flow run has come to, for its state and its log."""
    if reached:
        return f"共到达 {reached} 个单位"
    return "没有到达任何单位：下级里没有这条措施要交办的单位"


def _page_of(plan: Plan) -> str:
    """The product's page that shows how far the measure has got."""
    chosen = "" if plan.period == ONCE else f"?period={plan.period}"
    return f"/measures/{plan.measure_id}/progress{chosen}"


def _request(session: Session, measure_id: int, unit_code: str | None, period: str | None) -> int:
    """Write the wish that the flow run is to fulfil. A confirmed measure is released first."""
    measure, now = get_measure(session, measure_id), clock.now()
    if unit_code is None and period is None:
        return release_measure(session, measure, actor=None, now=now) or 0
    unit_id = get_unit(session, unit_code).id if unit_code else measure.unit_id
    assert unit_id is not None
    return service.request(session, measure_id, period or ONCE, unit_id, actor=None, now=now)
