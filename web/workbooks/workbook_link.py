"""Whether an assignment's page offers a workbook."""

from sqlmodel import Session

from models import Assignment
from queries.workbooks.workbooks import count_rows
from rules.accounts.permissions import Right
from rules.accounts.predicates import Subject
from web.edge.security import Viewer


def workbook_link(session: Session, one: Assignment, viewer: Viewer) -> str:
    """What the assignment's page offers: `own`, `lower`, or nothing."""
    if one.closed_at is not None or not viewer.may(Right.KEEP_WORKBOOK, Subject(one.unit_id)):
        return ""
    if one.lowest:
        return "own" if one.answering else ""
    return "lower" if one.released_at and count_rows(session, one) else ""
