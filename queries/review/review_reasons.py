"""The reasons that a unit has lately given for returns."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import Decision, ReviewBatch

MOST = 8


class RecentReason(NamedTuple):
    """A reason for which a unit has returned submissions."""

    reason: str
    batch_id: int
    """The latest batch with this reason."""


def list_recent_reasons(
    session: Session, unit_id: int, *, without: Collection[str] = ()
) -> list[RecentReason]:
    """The reasons of the unit's returns without doubles, the last one first, at most `MOST`.

    `without` holds reasons to leave out. Reasons that the unit has taken off its list are left out
    as well.
    """
    last = func.max(ReviewBatch.id)
    by_name = ByName(
        RecentReason,
        reason=col(ReviewBatch.reason),
        batch_id=last,
    )
    rows = session.execute(
        select(*by_name.columns)
        .where(
            col(ReviewBatch.unit_id) == unit_id,
            col(ReviewBatch.decision) == Decision.RETURN,
            col(ReviewBatch.reason_listed),
            col(ReviewBatch.reason).not_in(without),
        )
        .group_by(col(ReviewBatch.reason))
        .order_by(last.desc())
        .limit(MOST)
    )
    return by_name.values(rows)
