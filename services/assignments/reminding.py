"""Somebody above asks after assignments by hand (催办)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from models import Account, Assignment, Measure, MessageKind, Unit
from queries.assignments.reminded import reminder_subject
from queries.messages.messages import list_told_on
from queries.units.calendars import get_calendars
from queries.units.visibility import find_unit_of
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.assignments.states import owes
from rules.dates.calendar import local_date
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_
from rules.sentences.sentence import Sentence
from services.messages.messages import Told, tell_units
from services.messages.outbox import send_outside

REMINDED = N_("%(by)s催办：请尽快办理“%(title)s”，截止日期%(day)s。")


class RemindedUnits(NamedTuple):
    """What became of a wish to remind."""

    told: int
    """Assignments whose units are told now."""
    before: int
    """Assignments whose units have been told already on this working day."""
    done: int
    """Assignments that owe nothing any more."""


def remind(
    session: Session, assignment_ids: Collection[int], *, actor: Account | None, now: datetime
) -> RemindedUnits:
    """Remind the units of the assignments, each of an assignment once a working day, whoever asks.

    The number of statements is constant. Raises `NotFound` for an assignment that is not there, or
    not of a unit below the actor's.
    """
    own = find_unit_of(session, actor)
    rows = session.execute(
        select(Assignment, Unit, col(Measure.title))
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .where(col(Assignment.id).in_(assignment_ids))
        .order_by(col(Assignment.id))
    ).all()
    if not rows or len(rows) < len(set(assignment_ids)):
        raise NotFound
    for _assignment, unit, _title in rows:
        require(actor, Right.REMIND, Subject.of(unit), at=own)
    owing = [row for row in rows if owes(row[0])]
    day = get_calendars(session).plain.add_workdays(local_date(now), 0)
    told = list_told_on(session, {unit.id for _, unit, _ in owing}, MessageKind.REMIND, day)
    new = [row for row in owing if reminder_subject(row[0].id) not in told]
    tell_units(session, [_told(own, *row) for row in new], now=now)
    send_outside(session, MessageKind.REMIND, now=now)
    return RemindedUnits(len(new), len(owing) - len(new), len(rows) - len(owing))


def _told(by: Unit | None, assignment: Assignment, unit: Unit, title: str) -> Told:
    values = {"by": by.name if by else "", "title": title, "day": assignment.due_on}
    return Told(
        unit.id, MessageKind.REMIND, reminder_subject(assignment.id), Sentence(REMINDED, values),
        f"/assignments/{assignment.id}",
    )  # fmt: skip
