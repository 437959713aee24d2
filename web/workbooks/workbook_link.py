"""Whether an assignment's page offers a workbook."""

from sqlmodel import Session

from models import Assignment
from queries.workbooks.workbooks import count_rows
from rules.accounts.permissions import Right
from rules.accounts.predicates import Subject
from web.edge.viewer.security import Viewer


def workbook_link(session: Session, assignment: Assignment, viewer: Viewer) -> str:
    """What the assignment's page offers: `own`, `lower`, or nothing."""
    if assignment.closed_at is not None or not viewer.may(
        Right.KEEP_WORKBOOK, Subject(assignment.unit_id)
    ):
        return ""
    if assignment.lowest:
        return "own" if assignment.answering else ""
    return "lower" if assignment.released_at and count_rows(session, assignment) else ""
