"""What is due at the units of a level, from kept counts, on both databases."""

from datetime import date

from sqlmodel import Session

from models import Measure
from queries.campaigns.congestion import list_alike, list_due_work
from rules.campaigns.congestion import AlikeUnits, DueWork
from rules.forms.form_fields import read_form
from rules.forms.minutes import minutes
from tests.answering import account_of, answer, released_measure
from tests.building import (
    BANNER,
    FIELDS,
    LEAGUE,
    REGION,
    VILLAGE,
    assignment_of,
    get_unit,
    make_measure,
    release_down,
)
from tests.counting import statements

FIRST, LAST = date(2026, 11, 24), date(2026, 12, 21)
MINUTES = minutes(read_form(FIELDS))


def due_below(session: Session, code: str, level: str = "village") -> list[DueWork]:
    return list_due_work(session, get_unit(session, code), level, FIRST, LAST)


def test_what_came_from_above_and_what_lower_units_have_issued_is_due(
    session: Session, measure: Measure
) -> None:
    banner = account_of(session, BANNER)
    own = make_measure(session, banner, due_rule="2026-12-18", title="旗里的")
    release_down(session, own, banner)
    day = assignment_of(session, measure, VILLAGE).due_on
    villages = len(due_of(session, measure))
    for code in (REGION, LEAGUE, BANNER):
        found = {due.measure_id: due for due in due_below(session, code)}
        assert found.keys() == {measure.id, own.id}, code
        assert found[own.id].minutes == MINUTES
    assert due_below(session, REGION)[0] == DueWork(measure.id, day, villages, MINUTES)
    assert due_below(session, REGION, "township") == [], "townships pass it on"


def due_of(session: Session, measure: Measure) -> range:
    """As many as the measure has villages."""
    (alike,) = list_alike(session, get_unit(session, REGION), "village", [measure.id])
    assert alike.measures == {measure.id}
    return range(alike.units)


def test_what_is_answered_is_due_no_more(session: Session, measure: Measure) -> None:
    before = due_below(session, REGION)[0].units
    answer(session, measure, VILLAGE)
    assert due_below(session, REGION)[0].units == before - 1


def test_units_for_which_the_same_measures_are_meant_are_alike(
    session: Session, measure: Measure
) -> None:
    banners = make_measure(session, account_of(session, REGION), addressees=(("banner", ""),))
    below = get_unit(session, LEAGUE)
    (villages,) = list_alike(session, below, "village", [measure.id, banners.id])
    assert villages == AlikeUnits(15, frozenset({measure.id}))


def test_many_measures_take_as_many_statements_as_one(session: Session, measure: Measure) -> None:
    def counted() -> int:
        region, ids = (
            get_unit(session, REGION),
            [due.measure_id for due in due_below(session, REGION)],
        )
        with statements(session) as sent:
            list_due_work(session, region, "village", FIRST, LAST)
            list_alike(session, region, "village", ids)
        return len(sent)

    assert measure.id
    for_one = counted()
    for number in range(3):
        released_measure(session, title=f"第{number}项", due_rule=f"2026-12-{15 + number}")
    assert counted() == for_one == 5
