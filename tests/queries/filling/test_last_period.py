from sqlmodel import Session

from models import Assignment, Status
from queries.filling.last_period import find_last_period
from services.filling.recalls import recall
from tests.answering import account_of, answer, released_measure
from tests.building import VILLAGE, assignment_of
from tests.conftest import NOW
from tests.present import present


def copied(session: Session, assignment: Assignment, period: str) -> Assignment:
    """The same assignment for another period."""
    values = assignment.model_dump(exclude={"id", "period"})
    other = Assignment(**values, period=period)
    session.add(other)
    session.flush()
    return other


def test_the_latest_earlier_period_that_was_answered_is_found(session: Session) -> None:
    measure = released_measure(session)
    sent = answer(session, measure, VILLAGE)
    assignment = assignment_of(session, measure, VILLAGE)
    assert find_last_period(session, assignment) is None
    assignment.period = "202610"
    session.flush()
    later = copied(session, assignment, "202612")
    unanswered = copied(session, assignment, "202611")
    unanswered.status, unanswered.revision = Status.ISSUED, 0
    session.flush()
    found = present(find_last_period(session, later))
    assert (found.period, found.submission.id) == ("202610", sent.id)
    recall(session, assignment.id, actor=account_of(session, VILLAGE), now=NOW)
    assert find_last_period(session, later) is None
