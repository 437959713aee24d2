"""What a page says of the decision just made, and whether it can still be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request
from sqlmodel import Session

from models import Decision, ReviewBatch
from queries.review.reviews import count_undoable, find_batch, list_batches_since
from services.review.review_batches import UNDO_MINUTES, undo_until
from web.edge.security import read_id


@dataclass(frozen=True)
class Decided:
    """What one press of a button did. Counts are submissions."""

    batch_id: int
    at: datetime
    returned: bool
    count: int
    left_out: int
    """Chosen, but decided, taken back or sent again before this decision came; known of the one
    the address names."""
    undone: bool
    undone_count: int
    until: datetime | None
    """Until when it can be taken back; None: no longer."""
    movable: int
    """How many would go back now."""

    @property
    def moved_on(self) -> int:
        """What stayed as it was when the rest went back."""
        return self.count - self.undone_count if self.undone else 0


def find_decided(request: Request, session: Session, unit_id: int, now: datetime) -> Decided | None:
    """The decision that the address names (`batch`), of how many chosen ones (`asked`)."""
    named = read_id(request.query_params.get("batch", ""))
    batch = find_batch(session, unit_id, named) if named else None
    return _told(request, session, [batch], now)[0] if batch else None


def list_decided(
    request: Request, session: Session, unit_id: int, now: datetime
) -> tuple[Decided | None, list[Decided]]:
    """The decision that the address names, and the unit's others that still move something when
    they are taken back; two statements, three where the one that is named is not among them."""
    named = read_id(request.query_params.get("batch", ""))
    since = now - timedelta(minutes=UNDO_MINUTES)
    batches = list(list_batches_since(session, unit_id, since))
    if named and named not in [one.id for one in batches]:
        older = find_batch(session, unit_id, named)
        batches += [older] if older else []
    told = _told(request, session, batches, now)
    decided = next((one for one in told if one.batch_id == named), None)
    return decided, [one for one in told if one is not decided and one.movable]


def _told(
    request: Request, session: Session, batches: Sequence[ReviewBatch], now: datetime
) -> list[Decided]:
    """What is to be said of each; of those that can be taken back with what that would move."""
    open_ids = [
        one.id for one in batches if one.id and not one.undone_at and now <= undo_until(one)
    ]
    movable = count_undoable(session, open_ids)
    asked = read_id(request.query_params.get("asked", ""))
    return [
        Decided(
            batch_id=one.id,
            at=one.decided_at,
            returned=one.decision == Decision.RETURN,
            count=one.count,
            left_out=max(0, asked - one.count),
            undone=one.undone_at is not None,
            undone_count=one.undone_count,
            until=undo_until(one) if one.id in open_ids else None,
            movable=movable.get(one.id, 0),
        )
        for one in batches
    ]
