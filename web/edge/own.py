"""The viewer's own assignment, or 404."""

from sqlmodel import Session

from queries.assignments.visible_assignments import Seen, get_visible_assignment
from rules.accounts.permissions import Right
from rules.accounts.predicates import Subject
from rules.sentences.not_found import NotFound
from web.edge.security import Viewer


def get_own(session: Session, viewer: Viewer, assignment_id: int) -> Seen:
    """An assignment of the viewer's own unit. Raises NotFound for other visible ones."""
    seen = get_visible_assignment(session, viewer.unit, assignment_id)
    if not viewer.may(Right.ACKNOWLEDGE, Subject.of(seen.unit)):
        raise NotFound
    return seen
