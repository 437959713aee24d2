"""What a page says of the decision just made, and whether it can still be taken back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request
from sqlmodel import Session

from models import Decision, ReviewBatch
from queries.reviews import find_batch, list_batches_since
from services.review_batches import UNDO_MINUTES, undo_until
from web.security import read_id


@dataclass(frozen=True)
class Decided:
    """What one press of a button did. Counts are submissions."""

    batch_id: int
    at: datetime
    returned: bool
    count: int
    left_out: int
    """Chosen, but decided, taken back or sent again before this decision came."""
    undone: bool
    undone_count: int
    until: datetime | None
    """Until when it can be taken back; None: no longer."""

    @property
    def moved_on(self) -> int:
        """What stayed as it was when the rest went back."""
        return self.count - self.undone_count if self.undone else 0


def find_decided(request: Request, session: Session, unit_id: int, now: datetime) -> Decided | None:
    """The decision that the address names (`batch`), of how many chosen ones (`asked`)."""
    query = request.query_params
    batch_id = read_id(query.get("batch", ""))
    batch = find_batch(session, unit_id, batch_id) if batch_id else None
    if batch is None:
        return None
    return _told(batch, now, asked=read_id(query.get("asked", "")))


def list_undoable(
    session: Session, unit_id: int, now: datetime, shown: Decided | None
) -> list[Decided]:
    """The unit's decisions that can still be taken back, besides the one that is `shown`."""
    batches = list_batches_since(session, unit_id, now - timedelta(minutes=UNDO_MINUTES))
    return [_told(one, now) for one in batches if not shown or one.id != shown.batch_id]


def _told(batch: ReviewBatch, now: datetime, *, asked: int = 0) -> Decided:
    until = undo_until(batch)
    undone = batch.undone_at is not None
    assert batch.id is not None
    return Decided(
        batch_id=batch.id,
        at=batch.decided_at,
        returned=batch.decision == Decision.RETURN,
        count=batch.count,
        left_out=max(0, asked - batch.count),
        undone=undone,
        undone_count=batch.undone_count,
        until=until if not undone and now <= until else None,
    )
