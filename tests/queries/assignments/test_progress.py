"""Which units are missing below an assignment, page by page."""

import pytest
from sqlmodel import Session, col, select

from models import Assignment, Measure, Unit
from queries.assignments.progress import get_below, list_missing_units
from queries.units.units import below
from rules.assignments.states import UNSENT
from rules.dates.calendar import local_date
from tests.answering import answer
from tests.building import BANNER, LEAGUE, OTHER_LEAGUE, REGION, TOWNSHIP, assignment_of, get_unit
from tests.conftest import NOW
from tests.counting import statements

SIZE = 3


def walked(session: Session, assignment: Assignment, unit: Unit) -> list[int]:
    """The missing units as a walk along the whole list meets them."""
    wanted = (
        select(Assignment.id)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .where(
            Assignment.measure_id == assignment.measure_id,
            Assignment.period == assignment.period,
            Assignment.answering,
            col(Assignment.status).in_(UNSENT),
            below(unit),
        )
        .order_by(col(Unit.lft))
    )
    return list(session.exec(wanted))


@pytest.mark.parametrize("code", [REGION, LEAGUE, OTHER_LEAGUE, BANNER, TOWNSHIP])
def test_pages_hold_the_missing_units_in_the_order_of_the_list(
    session: Session, two_answered_here_and_there: list[int], code: str
) -> None:
    unit = get_unit(session, code)
    for measure_id in two_answered_here_and_there:
        assignment = assignment_of(session, session.get_one(Measure, measure_id), code)
        found = get_below(session, assignment, local_date(NOW))
        expected = walked(session, assignment, unit)
        assert found.answers.missing == len(expected) > 0
        pages = [
            [row.assignment_id for row in list_missing_units(
                session, assignment, found, page=number, size=SIZE
            )]
            for number in range(1, len(expected) // SIZE + 2)
        ]  # fmt: skip
        assert pages == [
            expected[SIZE * number : SIZE * (number + 1)] for number in range(len(pages))
        ]


def test_a_page_takes_one_statement_and_none_where_nobody_is_missing(
    session: Session, two_answered_here_and_there: list[int]
) -> None:
    measure = session.get_one(Measure, two_answered_here_and_there[0])
    whole = assignment_of(session, measure, REGION)
    with statements(session) as sent:
        list_missing_units(
            session, whole, get_below(session, whole, local_date(NOW)), page=2, size=SIZE
        )
    assert len(sent) == 3  # levels, lower units, the page
    township = assignment_of(session, measure, TOWNSHIP)
    lower = select(Assignment).where(
        Assignment.parent_id == township.id, col(Assignment.status).in_(UNSENT)
    )
    for assignment in session.exec(lower).all():
        answer(session, measure, session.get_one(Unit, assignment.unit_id).code)
    found = get_below(session, township, local_date(NOW))
    with statements(session) as sent:
        assert list_missing_units(session, township, found, page=1, size=SIZE) == []
    assert sent == []
