"""Assignments with which something is still to be done, as clauses of other statements."""

from sqlalchemy import and_
from sqlmodel import col

from models import Assignment, Status
from rules.assignments.states import UNSENT

OPEN = col(Assignment.closed_at).is_(None)
OWING = and_(col(Assignment.status).in_(UNSENT), OPEN)
"""As `rules.assignments.states.owes`."""
WAITING = and_(col(Assignment.status) == Status.SUBMITTED, OPEN)
"""As `rules.assignments.states.waits_for_review`."""
