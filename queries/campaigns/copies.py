"""What an office can copy from: the measures of its other campaigns."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import or_
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Campaign, Measure, MeasureStatus

MOST_OFFERED = 100
"""The most measures that one page offers, the newest first."""


class OfferedMeasure(NamedTuple):
    """A measure that can be copied."""

    measure: Measure
    campaign: str
    """The title of the measure's campaign."""


def list_offered_measures(session: Session, campaign: Campaign, text: str) -> list[OfferedMeasure]:
    """Measures of the unit's other campaigns with `text` in their title, text or campaign; one
    statement. Withdrawn ones are left out."""
    by_name = ByName(OfferedMeasure, measure=Measure, campaign=col(Campaign.title))
    columns = (col(Measure.title), col(Measure.text), col(Campaign.title))
    wanted = (
        select(*by_name.columns)
        .join(Campaign, col(Campaign.id) == Measure.campaign_id)
        .where(
            Campaign.unit_id == campaign.unit_id,
            Campaign.id != campaign.id,
            Measure.status != MeasureStatus.WITHDRAWN,
            or_(*(column.contains(text, autoescape=True) for column in columns)),
        )
        .order_by(col(Campaign.id).desc(), col(Measure.position), col(Measure.id))
        .limit(MOST_OFFERED)
    )
    return by_name.values(session.execute(wanted))
