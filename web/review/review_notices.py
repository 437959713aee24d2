"""The decisions of a unit that can still be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import Decision, ReviewBatch
from queries.review.reviews import count_undoable, find_batch, list_batches_since
from services.review.review_batches import UNDO_MINUTES, undo_until
from web.edge.viewer.context import Context
from web.edge.viewer.security import read_id


@dataclass(frozen=True)
class Decided:
    """What one press of a button did. Counts are submissions."""

    batch_id: int
    at: datetime
    returned: bool
    count: int
    until: datetime | None
    """Until when the decision can be taken back; None: no longer."""
    movable: int
    """How many submissions would go back now."""


def find_decided(context: Context) -> Decided | None:
    """The decision that the address names (`batch`), unless it was taken back."""
    named = read_id(context.query.get("batch", ""))
    batch = find_batch(context.session, context.viewer.unit_id, named) if named else None
    return _told(context, [batch])[0] if batch and not batch.undone_at else None


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
    batches = [batch for batch in batches if not batch.undone_at]
    told = _told(context, batches)
    decided = next((decision for decision in told if decision.batch_id == named), None)
    return decided, [decision for decision in told if decision is not decided and decision.movable]


def _told(context: Context, batches: Sequence[ReviewBatch]) -> list[Decided]:
    """Each batch; of a batch that can be taken back, what would move."""
    open_ids = [batch.id for batch in batches if context.now <= undo_until(batch)]
    movable = count_undoable(context.session, open_ids)
    return [
        Decided(
            batch_id=batch.id,
            at=batch.decided_at,
            returned=batch.decision == Decision.RETURN,
            count=batch.count,
            until=undo_until(batch) if batch.id in open_ids else None,
            movable=movable.get(batch.id, 0),
        )
        for batch in batches
    ]
