"""What a page says of a decision just made, and whether the decision can still be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import Decision, ReviewBatch
from queries.review.reviews import count_undoable, find_batch, list_batches_since
from services.review.review_batches import UNDO_MINUTES, undo_until
from web.edge.context import Context
from web.edge.security import read_id


@dataclass(frozen=True)
class Decided:
    """What one press of a button did. Counts are submissions."""

    batch_id: int
    at: datetime
    returned: bool
    count: int
    left_out: int
    """Submissions that were chosen, and decided, taken back or sent again before this decision
    came; known of the decision that the address names."""
    undone: bool
    undone_count: int
    until: datetime | None
    """Until when the decision can be taken back; None: no longer."""
    movable: int
    """How many submissions would go back now."""

    @property
    def moved_on(self) -> int:
        """How many submissions stayed as they were when the rest went back."""
        return self.count - self.undone_count if self.undone else 0


def find_decided(context: Context) -> Decided | None:
    """The decision that the address names (`batch`); `asked`: how many were chosen."""
    named = read_id(context.query.get("batch", ""))
    batch = find_batch(context.session, context.viewer.unit_id, named) if named else None
    return _told(context, [batch])[0] if batch else None


def list_decided(context: Context) -> tuple[Decided | None, list[Decided]]:
    """The decision that the address names, and the unit's others that can still be taken back.

    A decision that would move nothing is left out. Two statements; three where the decision that
    the address names is an older one.
    """
    unit_id = context.viewer.unit_id
    named = read_id(context.query.get("batch", ""))
    since = context.now - timedelta(minutes=UNDO_MINUTES)
    batches = list(list_batches_since(context.session, unit_id, since))
    if named and named not in [batch.id for batch in batches]:
        older = find_batch(context.session, unit_id, named)
        batches += [older] if older else []
    told = _told(context, batches)
    decided = next((decision for decision in told if decision.batch_id == named), None)
    return decided, [decision for decision in told if decision is not decided and decision.movable]


def _told(context: Context, batches: Sequence[ReviewBatch]) -> list[Decided]:
    """What is to be said of each batch; of a batch that can be taken back, what would move."""
    open_ids = [
        batch.id
        for batch in batches
        if batch.id and not batch.undone_at and context.now <= undo_until(batch)
    ]
    movable = count_undoable(context.session, open_ids)
    asked = read_id(context.query.get("asked", ""))
    return [
        Decided(
            batch_id=batch.id,
            at=batch.decided_at,
            returned=batch.decision == Decision.RETURN,
            count=batch.count,
            left_out=max(0, asked - batch.count),
            undone=batch.undone_at is not None,
            undone_count=batch.undone_count,
            until=undo_until(batch) if batch.id in open_ids else None,
            movable=movable.get(batch.id, 0),
        )
        for batch in batches
    ]
