"""Sweeps up what nobody has done (补办).

The flow carries out what is due, opens gates past their time, fulfils wishes left lying, asks the
next level up about declines without a ruling, deletes what nobody needs, renews flags that
other units' answers have changed, and keeps what the boards of campaigns draw. While a dispatcher
runs, it does the first three itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from prefect import flow, get_run_logger, task
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.states import Completed

from adapters import clock
from adapters.attachment_store import get_store
from adapters.database import transaction
from adapters.settings import get_settings
from flows.batch import Batch, group
from flows.carry_out_due import carry_out_all, tell_attempts
from flows.deploy import read_ids
from flows.hand_down import hand_down
from flows.watch import look
from queries.assignments.hand_downs import list_pending
from queries.filling.comparisons import list_stale
from services.accounts import sign_ins
from services.assignments.board_digests import tell_boards
from services.assignments.calendar_moves import follow_change
from services.assignments.coverage_days import keep_coverage
from services.assignments.declines import escalate
from services.assignments.gates import open_gates
from services.filling import attachments
from services.filling.comparisons import MOST_GROUPS, compare, store

LEFT_LYING = timedelta(minutes=2)
"""The age from which on a wish is forgotten: a dispatcher would have taken it up long before."""


@flow(name="sweep", flow_run_name="补办遗漏", persist_result=False)
def sweep() -> State[int]:
    """Carry out what is due, open gates past their time, pass declines up, delete what nobody
    needs, renew flags and fulfil forgotten wishes. Sweeping twice is harmless."""
    carry_out_what_is_due.with_options(task_run_name="办理到期的定时安排")(return_state=True)
    follow_calendars.with_options(task_run_name="截止日期随放假安排变动")(return_state=True)
    opened = open_overdue_gates.with_options(task_run_name="到时自动下达")(return_state=True)
    escalate_declines.with_options(task_run_name="退单到期转上一级")(return_state=True)
    sweep_attachments.with_options(task_run_name="清理无人使用的附件")(return_state=True)
    sweep_sign_ins.with_options(task_run_name="清理过期登录")(return_state=True)
    refresh_flags.with_options(task_run_name="更新审核提示")(return_state=True)
    keep_boards.with_options(task_run_name="更新进展看板")(return_state=True)
    batches = list_forgotten(clock.now())
    for batch in batches:
        hand_down(
            batch.measure_id, None, batch.period, list(batch.hand_down_ids), return_state=True
        )
    look_around()
    return Completed(message=f"{opened.message}，补办 {len(batches)} 批", data=len(batches))


def look_around() -> None:
    """Look at Prefect's server for what keeps work from being done. A dispatcher does it by itself
    and more often."""
    with get_client(sync_client=True) as client:
        look(client, read_ids(client), sweep.name)


@task(persist_result=False)
def carry_out_what_is_due() -> State[int]:
    """Carry out the releases and reports that the offices have scheduled."""
    with get_client(sync_client=True) as client:
        attempted = carry_out_all(client)
    log = get_run_logger()
    for line in tell_attempts(attempted):
        log.info("%s", line)
    return Completed(message=f"办理 {len(attempted)} 项", data=len(attempted))


@task(persist_result=False)
def open_overdue_gates() -> State[int]:
    """Release the assignments that have waited at a gate past its time."""
    opened = pass_on()
    return Completed(message=f"自动下达 {opened} 项", data=opened)


@task(persist_result=False)
def follow_calendars() -> State[int]:
    """Move the due dates that a change of the calendars has left behind."""
    moved = follow_all()
    return Completed(message=f"变动截止日期 {moved} 项", data=moved)


def follow_all() -> int:
    """Move the due dates without a task run, part by part, and return how many have moved."""
    moved = 0
    while True:
        with transaction() as session:
            part = follow_change(session, now=clock.now())
        if part is None:
            return moved
        moved += part


def pass_on() -> int:
    """Open the gates without a task run, and return how many assignments were released."""
    with transaction() as session:
        return open_gates(session, now=clock.now())


@task(persist_result=False)
def escalate_declines() -> State[int]:
    """Ask the next level up about declines that nobody has ruled about in time."""
    with transaction() as session:
        count = escalate(session, days=get_settings().ruling_days, now=clock.now())
    return Completed(message=f"转上一级裁定 {count} 件", data=count)


@task(persist_result=False)
def sweep_attachments() -> State[int]:
    """Delete uploads that nobody has finished, and files that nobody needs."""
    with transaction() as session:
        swept = attachments.sweep(session, get_store(), now=clock.now())
    return Completed(message=f"清理附件 {swept} 个", data=swept)


@task(persist_result=False)
def sweep_sign_ins() -> State[int]:
    """Delete sessions that expired long ago."""
    with transaction() as session:
        swept = sign_ins.sweep(session, now=clock.now())
    return Completed(message=f"清理登录 {swept} 条", data=swept)


@task(persist_result=False)
def refresh_flags() -> State[int]:
    """Renew the flags of waiting submissions with what other units have sent since."""
    changed = hold_against_each_other()
    return Completed(message=f"更新提示 {changed} 份", data=changed)


@task(persist_result=False)
def keep_boards() -> State[int]:
    """Keep the coverage of the day, and tell the leading offices once a week."""
    with transaction() as session:
        keep_coverage(session, now=clock.now())
        told = tell_boards(session, now=clock.now())
    return Completed(message=f"每周进展 {told} 条", data=told)


def hold_against_each_other() -> int:
    """Renew the flags without a task run, and return how many submissions have other flags now.

    Reading and comparing need no lock. Only flags that have changed are written.
    """
    with transaction(readonly=True) as session:
        groups = list_stale(session)
    changed = 0
    for start in range(0, len(groups), MOST_GROUPS):
        part = groups[start : start + MOST_GROUPS]
        with transaction(readonly=True) as session:
            found = compare(session, [group.parent_id for group in part])
        with transaction() as session:
            changed += store(session, part, found)
    return changed


def list_forgotten(now: datetime) -> list[Batch]:
    """The open wishes that are older than `LEFT_LYING`."""
    with transaction(readonly=True) as session:
        wishes = list_pending(session)
        return group(wish for wish in wishes if now - wish.requested_at > LEFT_LYING)
