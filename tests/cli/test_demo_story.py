"""The demo's people find their way through today's pages: what breaks them would break the demo."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from adapters.passwords import hash_password
from cli.demo import story
from cli.demo.decisions import DECISIONS, ROADS
from cli.demo.story import Actor, Stage
from models import Assignment, Gate, Role, Status, Unit
from services.campaigns.measures import GateChoice
from tests.building import (
    BANNER,
    REGION,
    TOWNSHIP,
    make_account,
    make_form,
    make_measure,
    release_down,
)
from tests.web.site import Site
from web.assignments import releases

PASSWORD = "Caoyuan-2026"
PLACES = (0, 1, 2)
"""Villages whose numbers differ; the first mistypes one."""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def stage(site: Site) -> Iterator[story.Stage]:
    with site.serving() as address:
        yield story.Stage(address, PASSWORD)


@pytest.fixture
def measure(site: Site) -> tuple[int, str]:
    """The demo's measure about roads, its form and gates, at every unit of the sample tree."""
    decision = DECISIONS[ROADS]
    with site.session() as session:
        office = make_account(session, REGION)
        form = make_form(session, office, list(decision.fields))
        measure = make_measure(session, office, form=form, title="排查农村道路隐患")
        release_down(session, measure, office)
        return measure.id, measure.title


@pytest.fixture
def people(site: Site, measure: tuple[int, str]) -> dict[str, list[story.Actor]]:
    """Three villages of one township, and the units above them, with accounts."""
    hashed = hash_password(PASSWORD)
    with site.session() as session:
        below = [unit for unit in _units(session) if unit.level == "village"]
        below = [unit for unit in below if unit.code.startswith(TOWNSHIP[:9])][: len(PLACES)]
        above = [unit for unit in _units(session) if unit.code in (TOWNSHIP, BANNER)]
        for unit in (*below, *above):
            account = make_account(session, unit.code, Role.CLERK, unit.code)
            account.password_hash = hashed
        named = {unit.code: story.Actor(unit.code, unit.name, 0) for unit in above}
    return {
        "villages": [
            story.Actor(unit.code, unit.name, place)
            for unit, place in zip(below, PLACES, strict=False)
        ],
        "township": [named[TOWNSHIP]],
        "banner": [named[BANNER]],
    }


def _units(session: Session) -> list[Unit]:
    return list(session.exec(select(Unit).order_by(col(Unit.lft))).all())


def test_what_the_demo_shows_can_be_done_on_the_pages(
    site: Site, stage: Stage, measure: tuple[int, str], people: dict[str, list[Actor]]
) -> None:
    measure_id, title = measure
    (township,), (banner,) = people["township"], people["banner"]
    done = [story.answer(stage, village, title) for village in people["villages"]]
    assert done[0]["填错被当场指出"] == 1
    assert story.review(stage, township, doubts=measure_id)["退回"] == 1
    corrected = [story.correct(stage, village, title) for village in people["villages"]]
    assert corrected.count({"退回后重报": 1}) == 1
    assert story.review(stage, township)["审核通过"] == 1
    assert story.send_up(stage, township, title) == {"汇总上报": 1}
    assert story.review(stage, banner)["审核通过"] == 1
    assert set(_statuses(site, people["villages"] + people["township"])) == {Status.APPROVED}


@pytest.mark.parametrize(
    ("gate", "does", "counted"),
    [
        (Gate.ACKNOWLEDGE, story.sign_for, "签收并下发"),
        (Gate.DETAIL, story.detail_and_release, "细化并下发"),
    ],
)
@pytest.mark.parametrize("many", [0, 100])
def test_a_unit_signs_and_releases_also_where_a_page_asks_first(
    site: Site,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    gate: Gate,
    does: Callable[[Stage, Actor, str], dict[str, int]],
    counted: str,
    many: int,
) -> None:
    monkeypatch.setattr(releases, "MANY", many)
    with site.session() as session:
        office = make_account(session, REGION)
        gates = {"banner": GateChoice(gate, 3)}
        measure = make_measure(session, office, gates=gates, title="排查农村道路隐患")
        release_down(session, measure, office)
        account = make_account(session, BANNER, Role.CLERK, BANNER)
        account.password_hash = hash_password(PASSWORD)
        unit = session.get_one(Unit, account.unit_id)
        banner, measure_id, title = Actor(unit.code, unit.name, 0), measure.id, measure.title
    assert does(stage, banner, title) == {counted: 1}
    with site.session() as session:
        at_its_unit = col(Unit.id) == Assignment.unit_id
        own = select(Assignment.released_at).join(Unit, at_its_unit).where(Unit.code == BANNER)
        released = session.exec(own.where(Assignment.measure_id == measure_id)).one()
    assert released is not None


def _statuses(site: Site, actors: list[story.Actor]) -> list[str]:
    codes = [actor.code for actor in actors]
    with site.session() as session:
        query = select(Assignment.status).join(Unit, col(Unit.id) == Assignment.unit_id)
        return list(session.exec(query.where(col(Unit.code).in_(codes))).all())
