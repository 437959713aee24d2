"""Which of its earlier reasons a unit is offered for further returns."""

from sqlalchemy import update
from sqlmodel import Session, col

from models import Account, ReviewBatch
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.sentences.not_found import NotFound


def unlist_reason(session: Session, batch_id: int, *, actor: Account) -> str:
    """Offer the reason of this decision no longer, whichever decision it was given with; the
    reason. What was decided keeps it, and using it again puts it back. Raises `NotFound` for
    another unit's.
    """
    batch = session.get(ReviewBatch, batch_id)
    if batch is None:
        raise NotFound
    require(actor, Right.UNLIST_REASON, Subject(batch.unit_id))
    session.execute(
        update(ReviewBatch)
        .where(col(ReviewBatch.unit_id) == actor.unit_id, col(ReviewBatch.reason) == batch.reason)
        .values(reason_listed=False)
    )
    return batch.reason
