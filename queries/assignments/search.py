"""A search over the measures that a unit sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import and_, func, literal, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Assignment, Campaign, Measure, MeasureStatus, Status, Unit
from queries.units.visibility import visible_measures

_own, _latest, _campaign = aliased(Assignment), aliased(Assignment), aliased(Campaign)
"""Under other names than in `visible_measures`, which asks the same tables."""


class FoundMeasure(NamedTuple):
    """A measure whose title or whose campaign's title holds the text."""

    id: int
    title: str
    campaign: str
    unit_id: int
    """The issuer."""
    status: MeasureStatus
    assignment_id: int | None
    """The viewer's latest assignment of the measure; None: the viewer has none."""
    period: str | None
    assignment_status: Status | None


def search_measures(
    session: Session, viewer: Unit, text: str, *, office: bool, most: int
) -> Sequence[FoundMeasure]:
    """The first `most` measures, those with the latest assignment first. Drafts are found by the
    office of their own unit only (`office`: the viewer is one)."""
    latest = (
        select(func.max(_own.id))
        .where(col(_own.measure_id) == Measure.id, col(_own.unit_id) == viewer.id)
        .correlate(Measure)
        .scalar_subquery()
    )
    by_name = ByName(
        FoundMeasure,
        id=col(Measure.id),
        title=col(Measure.title),
        campaign=_campaign.title,
        unit_id=col(Measure.unit_id),
        status=col(Measure.status),
        assignment_id=_latest.id,
        period=_latest.period,
        assignment_status=_latest.status,
    )
    released = col(Measure.status).not_in([MeasureStatus.DRAFT, MeasureStatus.CONFIRMED])
    own = and_(col(Measure.unit_id) == viewer.id, literal(office))
    rows = session.execute(
        select(*by_name.columns)
        .select_from(Measure)
        .join(_campaign, _campaign.id == Measure.campaign_id)
        .outerjoin(_latest, _latest.id == latest)
        .where(visible_measures(viewer), or_(released, own))
        .where(
            or_(
                col(Measure.title).contains(text, autoescape=True),
                col(_campaign.title).contains(text, autoescape=True),
            )
        )
        .order_by(func.coalesce(_latest.id, 0).desc(), col(Measure.id).desc())
        .limit(most)
    )
    return by_name.values(rows)
