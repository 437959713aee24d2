"""The campaigns that a unit was given assignments of, with the unit's own figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Assignment, Campaign, Measure, Unit
from queries.assignments.still_open import LIVE, OWING, WAITING
from rules.assignments.states import REVIEWED


class GivenCampaign(NamedTuple):
    """A campaign, and how far the unit has got with its own assignments."""

    id: int
    title: str
    issuer: str
    """The name of the unit that owns the campaign."""
    assignments: int
    owed: int
    overdue: int
    waiting: int
    """Those that are sent and wait for the unit above."""
    approved: int


def list_given_campaigns(session: Session, unit_id: int, today: date) -> Sequence[GivenCampaign]:
    """The campaigns that units above have handed down to the unit, the latest first; one
    statement."""
    by_name = ByName(
        GivenCampaign,
        id=col(Campaign.id),
        title=col(Campaign.title),
        issuer=col(Unit.name),
        assignments=func.count(),
        owed=_counted(OWING),
        overdue=_counted(and_(OWING, col(Assignment.due_on) < today)),
        waiting=_counted(WAITING),
        approved=_counted(col(Assignment.status).in_(REVIEWED)),
    )
    rows = session.execute(
        select(*by_name.columns)
        .select_from(Assignment)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(Campaign, col(Campaign.id) == Measure.campaign_id)
        .join(Unit, col(Unit.id) == Campaign.unit_id)
        .where(
            Assignment.unit_id == unit_id,
            col(Assignment.parent_id).is_not(None),
            LIVE,
        )
        .group_by(col(Campaign.id), col(Campaign.title), col(Unit.name))
        .order_by(func.max(Assignment.issued_at).desc(), col(Campaign.id).desc())
    )
    return by_name.values(rows)


def _counted(those: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((those, 1)))
