"""What several tests of these pages start from."""

import pytest
from sqlmodel import Session, col, select

from models import Gate, HandDown, Measure
from services.assignments.assignments import release
from services.campaigns.measures import GateChoice
from tests.building import (
    LEAGUE,
    VILLAGE,
    assignment_of,
    hand_down_now,
    make_measure,
    release_down,
)
from tests.conftest import NOW
from tests.reports_building import answer
from tests.web.conftest import account_of
from tests.web.office import office_of, taken_in


@pytest.fixture
def on_its_way(session: Session) -> Measure:
    """A measure that one league has passed on and the other has not; one village has answered."""
    office = office_of(session)
    gates = {"league": GateChoice(Gate.DETAIL)}
    measure = make_measure(session, office, taken_in(session), gates=gates)
    release_down(session, measure, office)
    clerk = account_of(session, LEAGUE)
    release(session, assignment_of(session, measure, LEAGUE).id, actor=clerk, now=NOW)
    wishes = session.exec(select(HandDown.id).where(col(HandDown.done_at).is_(None))).all()
    hand_down_now(session, list(wishes))
    village = assignment_of(session, measure, VILLAGE)
    answer(session, village, account_of(session, VILLAGE), {"checked": 12})
    return measure
