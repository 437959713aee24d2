"""Open due dates follow a change of the calendars, part by part.

A part is a transaction of its own. Only dates that the due rule gave by the old calendars move, so
that a part which is done again, after a kill or by a second process, changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import case, or_
from sqlmodel import Session, col, select

from models import Assignment, DueMoveKind, MessageKind
from queries.assignments.calendar_effects import OpenGroup, list_effects
from queries.assignments.still_open import OWING
from queries.units.calendars import find_open_change, get_around
from rules.dates.calendar import local_date
from rules.sentences.refusal import N_
from rules.sentences.sentence import Sentence
from services.assignments.due_moves import Move, move_due
from services.messages.messages import Told, tell_units

PART = 10_000
"""Assignments of one part."""
GROUPS = 50
"""Groups of one part: each is a clause of its statement."""
REASON = N_("放假和补班安排有变动")
_TOLD = N_("“%(measure)s”的截止日期由%(before)s改为%(after)s：放假和补班安排有变动。")


def follow_change(session: Session, *, now: datetime, size: int = PART) -> int | None:
    """Move the next `size` due dates that have to follow the first open change, and tell their
    units. Returns how many have moved; None: no change is open.

    The number of statements does not depend on the number of assignments.
    """
    change = find_open_change(session)
    if change is None:
        return None
    session.refresh(change, with_for_update=True)
    if change.done_at is not None:
        return 0
    before, after = get_around(session, change)
    groups = [
        group
        for group in list_effects(session, before, after, local_date(now))
        if group.gains or change.shortens
    ]
    if groups:
        change.moved += (moved := _move(session, groups[:GROUPS], list(after.tagged), size, now))
    else:
        change.done_at, moved = now, 0
    session.add(change)
    session.flush()
    return moved


def _move(
    session: Session, groups: list[OpenGroup], tags: list[str], size: int, now: datetime
) -> int:
    which = case(*((group.chosen(tags), place) for place, group in enumerate(groups)))
    wanted = select(Assignment.id, Assignment.unit_id, which).where(
        OWING, or_(*(group.chosen(tags) for group in groups))
    )
    rows = session.exec(wanted.order_by(col(Assignment.id)).limit(size)).all()
    found = {number: (unit_id, groups[place]) for number, unit_id, place in rows}
    moves = [Move(number, group.due_on, group.to_on) for number, (_, group) in found.items()]
    how: dict[str, Any] = {"reason": REASON, "actor": None, "now": now}
    moved = move_due(session, moves, kind=DueMoveKind.CALENDAR, **how)
    tell_units(session, (_told(number, *found[number]) for number in moved), now=now)
    return len(moved)


def _told(assignment_id: int, unit_id: int, group: OpenGroup) -> Told:
    values = {
        "measure": group.title, "before": str(group.due_on), "after": str(group.to_on),
    }  # fmt: skip
    return Told(
        unit_id, MessageKind.DUE_MOVED, f"assignment {assignment_id}", Sentence(_TOLD, values),
        f"/assignments/{assignment_id}",
    )  # fmt: skip
