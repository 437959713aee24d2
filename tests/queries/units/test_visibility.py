import pytest
from sqlmodel import Session, select

from models import Campaign, Measure
from queries.units.units import get_unit
from queries.units.visibility import (
    NotFound,
    get_visible_campaign,
    get_visible_measure,
    get_visible_unit,
    may_see,
    visible_campaigns,
    visible_measures,
)
from tests.building import (
    BANNER,
    LEAGUE,
    OTHER_LEAGUE,
    OTHER_VILLAGE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    make_account,
    make_measure,
    release_down,
)
from tests.counting import statements


@pytest.mark.parametrize(
    ("own", "other", "seen"),
    [
        (BANNER, BANNER, True),
        (REGION, VILLAGE, True),
        (BANNER, TOWNSHIP, True),
        (TOWNSHIP, BANNER, False),
        (VILLAGE, REGION, False),
        (LEAGUE, OTHER_LEAGUE, False),
        (LEAGUE, OTHER_VILLAGE, False),
    ],
)
def test_a_unit_sees_itself_and_below(session: Session, own: str, other: str, seen: bool) -> None:
    account = make_account(session, own)
    assert may_see(get_unit(session, own), get_unit(session, other)) is seen
    if seen:
        assert get_visible_unit(session, account, other).code == other
        return
    with pytest.raises(NotFound):
        get_visible_unit(session, account, other)


def test_a_unit_that_is_not_there_looks_like_one_that_may_not_be_seen(session: Session) -> None:
    with pytest.raises(NotFound):
        get_visible_unit(session, make_account(session, BANNER), "999")


def test_a_measure_is_seen_where_it_was_sent_and_above_its_owner(session: Session) -> None:
    owner = make_account(session, LEAGUE)
    measure = make_measure(session, owner)
    release_down(session, measure, owner)
    for code, seen in [
        (REGION, True), (LEAGUE, True), (BANNER, True), (VILLAGE, True),
        (OTHER_LEAGUE, False), (OTHER_VILLAGE, False),
    ]:  # fmt: skip
        unit = get_unit(session, code)
        measures = session.exec(select(Measure).where(visible_measures(unit))).all()
        campaigns = session.exec(select(Campaign).where(visible_campaigns(unit))).all()
        assert bool(measures) is bool(campaigns) is seen, code


def test_a_measure_still_in_draft_is_not_seen_below(session: Session) -> None:
    measure = make_measure(session, make_account(session, LEAGUE))
    below = make_account(session, BANNER, login="below")
    with pytest.raises(NotFound):
        get_visible_measure(session, below, measure.id)
    with pytest.raises(NotFound):
        get_visible_campaign(session, below, measure.campaign_id)
    above = make_account(session, REGION, login="above")
    assert get_visible_measure(session, above, measure.id) == measure


def test_deciding_costs_three_statements_at_most(session: Session) -> None:
    account = make_account(session, BANNER)
    session.expire_all()
    with statements(session) as sent:
        get_visible_unit(session, account, TOWNSHIP)
    assert len(sent) <= 3
