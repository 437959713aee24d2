"""Carrying out what schedules have due, as the dispatcher does, without Prefect."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta

from sqlmodel import Session

from models import ScheduledWork
from queries.campaigns.occurrences import OpenOccurrence, list_open
from rules.dates.calendar import local_date
from services.campaigns import occurrences
from services.reports.snapshots import take_snapshots

Transaction = Callable[[], AbstractContextManager[Session]]


def attempt_due(session: Session, now: datetime) -> None:
    """Note what is due and attempt what is open, in one transaction; reports are only begun."""
    attempt_each(lambda: nullcontext(session), now, reports=False)
    session.flush()


def attempt_each(transaction: Transaction, now: datetime, *, reports: bool = True) -> None:
    """The same with a transaction for each step; reports are rendered without files."""
    with transaction() as session:
        occurrences.note_due(session, now=now)
    with transaction() as session:
        found = list_open(session)
    for occurrence in found:
        with transaction() as session:
            attempt = occurrences.begin(session, occurrence.id, now=now)
        if attempt and occurrence.schedule.work == ScheduledWork.HAND_DOWN:
            with transaction() as session:
                occurrences.carry_out(session, occurrence.id, now=now)
        elif attempt and reports:
            _render(transaction, occurrence, attempt, now)


def _render(
    transaction: Transaction, occurrence: OpenOccurrence, attempt: int, now: datetime
) -> None:
    """What the dispatcher and the flow do, transaction by transaction."""
    with transaction() as session:
        occurrences.hand_over(session, occurrence.id, attempt, "a flow run", now=now)
    with transaction() as session:
        assert occurrences.show_life(session, occurrence.id, attempt, now=now)
    with transaction() as session:
        day, campaign = local_date(now), occurrence.schedule.campaign_id
        made = take_snapshots(session, campaign, None, as_of=day, actor=None, now=now)
    with transaction() as session:
        assert occurrences.show_life(session, occurrence.id, attempt, now=now, units=len(made))
    with transaction() as session:
        occurrences.finish(session, occurrence.id, now=now)


def make_up(transaction: Transaction, now: datetime) -> None:
    """What the next dispatcher does: gives up what shows no life, and attempts all there is."""
    with transaction() as session:
        for wish in list_open(session):
            if wish.occurrence.flow_run_id:
                occurrences.give_up(session, wish.id, wish.occurrence.attempts, now=now)
    attempt_each(transaction, now + timedelta(seconds=occurrences.LONGEST_PAUSE))
