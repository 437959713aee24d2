"""The viewer's own assignment, or 404."""

from sqlmodel import Session

from queries.assignments.visible_assignments import Seen, get_visible_assignment
from queries.filling.stand_ins import subject_of
from rules.accounts.permissions import Right
from rules.accounts.predicates import Subject
from rules.sentences.not_found import NotFound
from web.edge.viewer.security import Viewer


def get_own(session: Session, viewer: Viewer, assignment_id: int) -> Seen:
    """An assignment of the viewer's own unit. Raises NotFound for other visible ones."""
    seen = get_visible_assignment(session, viewer.unit, assignment_id)
    if not viewer.may(Right.ACKNOWLEDGE, Subject.of(seen.unit)):
        raise NotFound
    return seen


def get_to_answer(session: Session, viewer: Viewer, assignment_id: int) -> Seen:
    """An assignment that the viewer may fill in: of the own unit, or of a unit directly below that
    has no working account. Raises NotFound for other visible ones."""
    seen = get_visible_assignment(session, viewer.unit, assignment_id)
    if not viewer.may(
        Right.ATTACH, subject_of(session, seen.assignment, seen.unit, viewer.account)
    ):
        raise NotFound
    return seen
