"""Builders for tests of declines: a measure that two villages get, refusals and rulings."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from models import Assignment, Decline, DeclineKind, Measure, Ruling, Tag, Unit, UnitTag
from queries.assignments.declines import list_waiting_declines
from queries.assignments.inbox import list_owed, list_taken, list_waiting_answers
from queries.assignments.still_open import WAITING_ABOVE, WAITING_DIRECTLY
from services.assignments.declines import decline, rule
from services.units.unit_groups import count_groups
from tests.answering import account_of, released_measures
from tests.building import (
    BANNER,
    LEAGUE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    get_unit,
)
from tests.conftest import NOW
from tests.scenes import scene

THIRD = "150402005004"
"""A village of the township that the measure of `partly` does not address."""
FAR = "150402102201"
"""A village of another township of the banner, to which the measure of `partly` does not go."""
DAY = timedelta(days=1)
CAST = (VILLAGE, THIRD, TOWNSHIP, BANNER, LEAGUE, REGION)


@scene
def partly(session: Session) -> int:
    """A measure that addresses two of the township's villages, and no other."""
    session.add(Tag(code="border", name="边境", name_en="Border"))
    session.flush()
    for code in (VILLAGE, "150402005003"):
        session.add(UnitTag(unit_id=get_unit(session, code).id, tag="border"))
    count_groups(session)
    for code in (VILLAGE, THIRD, TOWNSHIP, BANNER, LEAGUE):
        account_of(session, code)
    return released_measures(session, {"addressees": (("village", "border"),)})[0].id


@pytest.fixture
def few(session: Session, partly: int) -> Measure:
    """A measure that addresses two of the township's villages, and no other."""
    return session.get_one(Measure, partly)


def decline_it(
    session: Session, measure: Measure, code: str = VILLAGE, now: datetime = NOW, **more: Any
) -> Decline:
    chosen: dict[str, Any] = {
        "kind": DeclineKind.NOT_OURS,
        "reason": "这里没有牧户",
        "days": 2,
    } | more
    assignment = assignment_of(session, measure, code)
    return decline(session, assignment.id, actor=account_of(session, code), now=now, **chosen)


def rule_it(
    session: Session,
    found: Decline,
    ruling: Ruling,
    code: str = TOWNSHIP,
    now: datetime = NOW,
    **more: Any,
) -> Decline:
    chosen = {"reason": "请按通知办理"} | more
    actor = account_of(session, code)
    return rule(session, found.id, ruling=ruling, actor=actor, now=now, **chosen)


def inboxes(session: Session, assignment: Assignment) -> list[str]:
    """The units that have the assignment in an inbox."""
    return all_inboxes(session)[assignment.id]


def all_inboxes(session: Session) -> dict[int, list[str]]:
    """Assignment → the units of `CAST` that have it in an inbox. The scenes have one measure."""
    found: dict[int, list[str]] = defaultdict(list)
    for unit in session.exec(select(Unit).where(col(Unit.code).in_(CAST))).all():
        held: list[int] = [row.id for row in list_owed(session, unit.id)]
        held += [row.id for row in list_taken(session, unit.id)]
        held += [row.assignment_id for row in list_waiting_declines(session, unit.id, limit=99)]
        if list_waiting_answers(session, unit.id):
            held += session.exec(_waiting_for(unit.id)).all()
        for assignment_id in held:
            found[assignment_id].append(unit.code)
    return found


def _waiting_for(unit_id: int) -> Any:
    """What the unit is to review: of the units below, or what they have sent for others."""
    own = select(Assignment.id).where(Assignment.unit_id == unit_id)
    lower = select(Assignment.id).where(col(Assignment.parent_id).in_(own))
    return select(Assignment.id).where(
        or_(
            and_(col(Assignment.parent_id).in_(own), WAITING_DIRECTLY),
            and_(col(Assignment.parent_id).in_(lower), WAITING_ABOVE),
        )
    )
