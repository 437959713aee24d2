"""Which submission of an assignment counts: the latest."""

from sqlalchemy import ColumnElement, and_
from sqlmodel import col

from models import Assignment, Submission


def is_current() -> ColumnElement[bool]:
    """The clause that joins an assignment to its latest submission.

    The clause goes by the unique key of `Submission`, so that long lists stay fast.
    """
    return and_(
        col(Submission.assignment_id) == Assignment.id,
        col(Submission.revision) == Assignment.revision,
    )
