"""Which submission of an assignment counts: the latest."""

from sqlalchemy import ColumnElement, and_
from sqlmodel import col

from models import Assignment, Submission


def is_current() -> ColumnElement[bool]:
    """The join of an assignment to its latest submission; by the unique key, for long lists."""
    return and_(
        col(Submission.assignment_id) == Assignment.id,
        col(Submission.revision) == Assignment.revision,
    )
