"""Answers that a unit above has given in the place of another: of one without a working account
(代报), or of one whose assignment it has taken by a ruling."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Integer, exists, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models import Account, Assignment, Submission, Unit
from models.parameters import among
from queries.filling.current_submission import is_current
from queries.units.access import has_working_account
from rules.accounts.predicates import Subject


def subject_of(
    session: Session, assignment: Assignment, unit: Unit, actor: Account | None
) -> Subject:
    """The form of an assignment of `unit`, as the table of permissions asks about it when `actor`
    fills it in.

    A form that another unit answers by a ruling belongs to that unit. Only for the unit directly
    above is it asked whether the unit has a working account.
    """
    if assignment.taken_by_id is not None:
        return Subject.of(session.get_one(Unit, assignment.taken_by_id))
    subject = Subject.of(unit)
    if actor is None or actor.unit_id == unit.id or actor.unit_id != unit.parent_id:
        return subject
    working = session.exec(select(has_working_account()).where(Unit.id == unit.id)).one()
    return subject._replace(above_id=unit.parent_id, silent=not working)


def stand_in(sender: Any) -> ColumnElement[str]:
    """The name of the unit that has sent a `Submission` in the place of another; empty where the
    unit has answered itself. `sender`: the account that has sent, or an alias."""
    unit, assignment = aliased(Unit), aliased(Assignment)
    named = (
        select(unit.name)
        .join(assignment, col(assignment.id) == Submission.assignment_id)
        .where(unit.id == sender.unit_id, unit.id != assignment.unit_id)
        .correlate_except(unit, assignment)
        .scalar_subquery()
    )
    return func.coalesce(named, "")


def stood_in_for() -> ColumnElement[bool]:
    """The clause on `Submission` and `Assignment` "another unit has sent the submission"."""
    sender = aliased(Account)
    return (
        exists()
        .where(col(sender.id) == Submission.sent_by, col(sender.unit_id) != Assignment.unit_id)
        .correlate_except(sender)
    )


def has_stand_in() -> ColumnElement[bool]:
    """The clause on `Assignment` "another unit has sent the current submission"."""
    sender, sent = aliased(Account), aliased(Submission)
    return (
        exists()
        .where(
            col(sent.assignment_id) == Assignment.id,
            col(sent.revision) == Assignment.revision,
            col(sender.id) == sent.sent_by,
            col(sender.unit_id) != Assignment.unit_id,
        )
        .correlate_except(sender, sent)
    )


def list_stood_in_for(session: Session, assignment_ids: Collection[int]) -> frozenset[int]:
    """Those of the assignments whose current submission another unit has sent; one statement."""
    if not assignment_ids:
        return frozenset()
    return frozenset(session.scalars(_STOOD_IN, {"ids": [*assignment_ids]}))


_STOOD_IN = (
    select(Assignment.id)
    .join(Submission, is_current())
    .where(among(col(Assignment.id), "ids", Integer), stood_in_for())
)
