"""What tests of acts start from: a measure at all 50 units, one of its villages, who acts."""

import pytest
from sqlmodel import Session

from models import Account, Assignment, Measure
from tests.answering import account_of
from tests.building import TOWNSHIP, VILLAGE, assignment_of


@pytest.fixture
def village(session: Session, measure: Measure) -> Assignment:
    return assignment_of(session, measure, VILLAGE)


@pytest.fixture
def township(session: Session, measure: Measure) -> Assignment:
    """What the unit above the village has to answer."""
    return assignment_of(session, measure, TOWNSHIP)


@pytest.fixture
def clerk(session: Session) -> Account:
    """Who answers for the village."""
    return account_of(session, VILLAGE)


@pytest.fixture
def reviewer(session: Session) -> Account:
    """Who reviews what the village sent."""
    return account_of(session, TOWNSHIP)
