"""Many measures are confirmed and released in one act; each is refused for itself."""

from dataclasses import replace

import pytest
from sqlmodel import Session, col, select

from models import Account, Campaign, HandDown, Measure, MeasureStatus
from services.campaigns.many_measures import carry_each
from services.campaigns.measure_content import content_of
from services.campaigns.measures import edit_measure
from tests.building import REGION, get_unit, make_account, make_campaign, make_measure
from tests.conftest import NOW
from tests.counting import statements


@pytest.fixture
def office(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def campaign(session: Session, office: Account) -> Campaign:
    return make_campaign(session, office)


def draft(session: Session, office: Account, campaign: Campaign, **content: object) -> Measure:
    content.setdefault("confirmed", False)
    return make_measure(session, office, campaign, **content)  # type: ignore[arg-type]


def seen(*measures: Measure) -> dict[int, int]:
    return {measure.id: measure.version for measure in measures}


def wishes(session: Session) -> int:
    return len(session.exec(select(HandDown)).all())


def test_what_is_whole_goes_out_and_the_rest_says_why(
    session: Session, office: Account, campaign: Campaign
) -> None:
    whole = draft(session, office, campaign)
    confirmed = draft(session, office, campaign, confirmed=True)
    undated = draft(session, office, campaign, due_rule="")
    nobody = draft(session, office, campaign, addressees=())
    chosen = seen(whole, confirmed, undated, nobody)
    done = carry_each(session, campaign, chosen, releasing=True, actor=office, now=NOW)
    assert done.released == [whole.id, confirmed.id]
    assert "办理时限" in str(done.refused[undated.id])
    assert "没有下发对象" in str(done.refused[nobody.id])
    session.expire_all()
    assert [undated.status, nobody.status] == [MeasureStatus.DRAFT, MeasureStatus.DRAFT]
    assert wishes(session) == 2


def test_a_second_click_and_a_second_officer_do_nothing_twice(
    session: Session, office: Account, campaign: Campaign
) -> None:
    measures = [draft(session, office, campaign), draft(session, office, campaign, confirmed=True)]
    chosen = seen(*measures)
    for first in (True, False):
        done = carry_each(session, campaign, chosen, releasing=True, actor=office, now=NOW)
        assert len(done.released) == (2 if first else 0)
        assert done.refused == {}
    assert wishes(session) == 2


def test_confirming_alone_releases_nothing(
    session: Session, office: Account, campaign: Campaign
) -> None:
    measure = draft(session, office, campaign)
    for _click in range(2):
        done = carry_each(
            session, campaign, seen(measure) | {}, releasing=False, actor=office, now=NOW
        )
        assert done.refused == {}
    assert measure.status == MeasureStatus.CONFIRMED
    assert wishes(session) == 0


def test_what_somebody_edited_after_the_officer_looked_stays(
    session: Session, office: Account, campaign: Campaign
) -> None:
    measure = draft(session, office, campaign)
    chosen, content = seen(measure), content_of(session, measure)
    edit_measure(
        session, measure, replace(content, title="别的事"), version=measure.version,
        actor=office, now=NOW,
    )  # fmt: skip
    done = carry_each(session, campaign, chosen, releasing=True, actor=office, now=NOW)
    assert done.released == []
    assert "又有改动" in str(done.refused[measure.id])


def test_measures_of_another_campaign_are_left_alone(
    session: Session, office: Account, campaign: Campaign
) -> None:
    other = draft(session, office, make_campaign(session, office))
    done = carry_each(session, campaign, seen(other), releasing=True, actor=office, now=NOW)
    assert (done.confirmed, done.released, done.refused) == ([], [], {})
    assert other.status == MeasureStatus.DRAFT


def test_statements_grow_with_the_measures_and_not_with_the_units(
    session: Session, office: Account, campaign: Campaign
) -> None:
    measure = draft(session, office, campaign)
    narrow = draft(session, office, campaign, addressees=(("league", ""),))
    costs = []
    for chosen in (measure, narrow):
        with statements(session) as log:
            carry_each(session, campaign, seen(chosen), releasing=True, actor=office, now=NOW)
        costs.append(len(log))
    assert costs[0] == costs[1]
    region = get_unit(session, REGION)
    assert region.id == session.exec(select(col(HandDown.unit_id))).first()
