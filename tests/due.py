"""Carrying out what schedules have due, as the dispatcher does, without Prefect."""

from datetime import datetime

from sqlmodel import Session

from models import ScheduledWork
from queries.occurrences import list_open
from services import occurrences


def attempt_due(session: Session, now: datetime) -> None:
    """Note what is due and attempt what is open; reports are only begun."""
    occurrences.note_due(session, now=now)
    for each in list_open(session):
        attempt = occurrences.begin(session, each.id, now=now)
        if attempt and each.schedule.work == ScheduledWork.HAND_DOWN:
            occurrences.carry_out(session, each.id, now=now)
    session.flush()
