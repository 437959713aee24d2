"""Which reports there are: by campaign for a unit, and by lower unit for a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, func
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Campaign, Snapshot, Unit
from queries.units.units import current
from queries.units.visibility import visible_campaigns


class CampaignReports(NamedTuple):
    """A campaign, and the date of the unit's latest report on the campaign."""

    campaign: Campaign
    latest: date | None


class LowerReports(NamedTuple):
    """A unit directly below, and the date of its latest report."""

    unit: Unit
    latest: date | None


def list_campaigns_with_reports(session: Session, unit: Unit) -> Sequence[CampaignReports]:
    """The campaigns that the unit sees, the newest first; one statement."""
    own = and_(col(Snapshot.campaign_id) == Campaign.id, col(Snapshot.unit_id) == unit.id)
    by_name = ByName(
        CampaignReports,
        campaign=Campaign,
        latest=func.max(Snapshot.as_of),
    )
    wanted = (
        select(*by_name.columns)
        .outerjoin(Snapshot, own)
        .where(visible_campaigns(unit))
        .group_by(col(Campaign.id))
        .order_by(col(Campaign.id).desc())
    )
    return by_name.values(session.execute(wanted))


def list_lower_reports(session: Session, campaign_id: int, unit: Unit) -> Sequence[LowerReports]:
    """The units directly below, in the order of the list; one statement."""
    theirs = and_(col(Snapshot.unit_id) == Unit.id, col(Snapshot.campaign_id) == campaign_id)
    by_name = ByName(
        LowerReports,
        unit=Unit,
        latest=func.max(Snapshot.as_of),
    )
    wanted = (
        select(*by_name.columns)
        .outerjoin(Snapshot, theirs)
        .where(Unit.parent_id == unit.id, current())
        .group_by(col(Unit.id))
        .order_by(col(Unit.lft))
    )
    return by_name.values(session.execute(wanted))
