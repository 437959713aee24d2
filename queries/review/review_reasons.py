"""The reasons that a unit has lately given for returns."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Integer, String, bindparam, func, not_, select
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import Decision, ReviewBatch
from models.parameters import among

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
    given = {"unit": unit_id, "without": list(without)}
    return _REASON.values(session.execute(_LIST_REASONS, given))


_LAST = func.max(ReviewBatch.id)
_REASON = ByName(RecentReason, reason=col(ReviewBatch.reason), batch_id=_LAST)
_LIST_REASONS = (
    select(*_REASON.columns)
    .where(
        col(ReviewBatch.unit_id) == bindparam("unit", type_=Integer),
        col(ReviewBatch.decision) == Decision.RETURN,
        col(ReviewBatch.reason_listed),
        not_(among(col(ReviewBatch.reason), "without", String)),
    )
    .group_by(col(ReviewBatch.reason))
    .order_by(_LAST.desc())
    .limit(MOST)
)
"""Built once in the life of the process."""
