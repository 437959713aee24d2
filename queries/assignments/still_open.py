"""Clauses for assignments that are still open: answers to be given, and answers to be reviewed."""

from sqlalchemy import and_
from sqlmodel import col

from models import Assignment, Status
from rules.assignments.states import OUT, UNANSWERED, UNSENT

OPEN = col(Assignment.closed_at).is_(None)
LIVE = col(Assignment.status).not_in(OUT)
"""Somebody answers the assignment, or has answered it."""
OWED = and_(col(Assignment.status).in_(UNSENT), OPEN)
"""The clause that says the same as `rules.assignments.states.owes`."""
OWING = and_(OWED, col(Assignment.taken_by_id).is_(None))
"""The unit itself owes the answer, and no unit above has taken that over."""
DECLINED = and_(col(Assignment.status) == Status.DECLINED, OPEN)
"""A unit above is to rule about the assignment."""
OPEN_WORK = and_(col(Assignment.status).in_(UNANSWERED), OPEN)
"""No answer has arrived, and one may still come."""
WAITING = and_(col(Assignment.status) == Status.SUBMITTED, OPEN)
"""The clause that says the same as `rules.assignments.states.waits_for_review`."""
WAITING_DIRECTLY = and_(WAITING, ~col(Assignment.stood_in))
"""Waits for the unit directly above."""
WAITING_ABOVE = and_(WAITING, col(Assignment.stood_in))
"""Waits for the next unit up, because the unit directly above has answered itself."""
