"""The list of earlier reasons that a unit is offered for further returns."""

from sqlalchemy import update
from sqlmodel import Session, col

from models import Account, ReviewBatch
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.sentences.not_found import NotFound


def unlist_reason(session: Session, batch_id: int, *, actor: Account) -> str:
    """Take the reason of a batch off the list, and return the reason.

    All batches with the reason keep it. Using the reason again puts it back on the list. Raises
    `NotFound` for the batch of another unit.
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
