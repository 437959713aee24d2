"""Stored snapshots of reports."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from models import Snapshot, Unit


def find_snapshot(session: Session, campaign_id: int, unit_id: int, as_of: date) -> Snapshot | None:
    """The unit's snapshot on the campaign as of that date."""
    return session.exec(
        select(Snapshot).where(
            Snapshot.campaign_id == campaign_id,
            Snapshot.unit_id == unit_id,
            Snapshot.as_of == as_of,
        )
    ).one_or_none()


def list_snapshot_dates(session: Session, campaign_id: int, unit_id: int) -> Sequence[date]:
    """The dates of the unit's snapshots on the campaign, the latest first."""
    return session.exec(
        select(col(Snapshot.as_of))
        .where(Snapshot.campaign_id == campaign_id, Snapshot.unit_id == unit_id)
        .order_by(col(Snapshot.as_of).desc())
    ).all()


def list_snapshot_ids(
    session: Session, campaign_id: int, unit_codes: Sequence[str] | None, as_of: date
) -> list[int]:
    """The ids of the snapshots as of that date, from the top of the tree down.

    `unit_codes` keeps the snapshots of these units; None: of all units.
    """
    wanted = (
        select(col(Snapshot.id))
        .join(Unit, col(Unit.id) == Snapshot.unit_id)
        .where(Snapshot.campaign_id == campaign_id, Snapshot.as_of == as_of)
        .order_by(col(Unit.lft))
    )
    if unit_codes is not None:
        wanted = wanted.where(col(Unit.code).in_(unit_codes))
    return list(session.exec(wanted))


def list_snapshots(session: Session, snapshot_ids: Sequence[int]) -> Sequence[Snapshot]:
    """The snapshots with these ids."""
    return session.exec(select(Snapshot).where(col(Snapshot.id).in_(snapshot_ids))).all()
