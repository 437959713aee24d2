"""Clauses for assignments that are still open: answers to be given, and answers to be reviewed."""

from sqlalchemy import and_
from sqlmodel import col

from models import Assignment, Status
from rules.assignments.states import UNSENT

OPEN = col(Assignment.closed_at).is_(None)
OWING = and_(col(Assignment.status).in_(UNSENT), OPEN)
"""The clause that says the same as `rules.assignments.states.owes`."""
WAITING = and_(col(Assignment.status) == Status.SUBMITTED, OPEN)
"""The clause that says the same as `rules.assignments.states.waits_for_review`."""
WAITING_DIRECTLY = and_(WAITING, ~col(Assignment.stood_in))
"""Waits for the unit directly above."""
WAITING_ABOVE = and_(WAITING, col(Assignment.stood_in))
"""Waits for the next unit up, because the unit directly above has answered itself."""
