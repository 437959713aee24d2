"""Reminds the units of what they owe, once a working day, and sends it outside (催办)."""

from __future__ import annotations

from prefect import flow, task
from prefect.client.schemas.objects import State
from prefect.states import Completed

from adapters import clock
from adapters.database import transaction
from flows.send_messages import send_ready
from services.assignments import reminders


@flow(name="remind", flow_run_name="催办", persist_result=False)
def remind() -> State[int]:
    """Tell every unit what it owes, and send what may be sent now. Reminding twice is harmless; a
    run that comes late makes up the steps that were missed."""
    told = tell_units.with_options(task_run_name="汇总各单位待办")()
    sent = send_messages.with_options(task_run_name="发送消息")()
    return Completed(message=f"提醒 {told} 个单位，发送 {sent} 条", data=told)


@task(persist_result=False)
def tell_units() -> State[int]:
    """Write the digests of the day."""
    with transaction() as session:
        told = reminders.tell_digests(session, now=clock.now())
    return Completed(message=f"提醒 {told} 个单位", data=told)


@task(persist_result=False)
def send_messages() -> State[int]:
    """Send what lies in the outbox and may be sent now."""
    sent = send_ready()
    return Completed(message=f"发送 {sent} 条", data=sent)
