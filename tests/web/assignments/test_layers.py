"""What grew on the way down: a village reads every layer, and an office the table of all."""

from collections.abc import Callable
from datetime import date

from fastapi.testclient import TestClient
from sqlmodel import Session

from models import Gate, Measure, Role
from services.assignments import assignments
from services.campaigns.measures import GateChoice
from tests.building import (
    LEAGUE,
    OTHER_LEAGUE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    get_unit,
    hand_down_now,
    make_account,
    make_measure,
    release_down,
)
from tests.conftest import NOW
from tests.counting import statements
from tests.services.assignments.test_hand_down import pending
from tests.web.conftest import account_of
from tests.web.edge.test_exports import rows_of
from tests.web.pages import check, text_of

LONG = "逐户查看取暖设备。" * 60


def released(session: Session) -> Measure:
    """The league adds a long text and an earlier date, and releases; the other league waits."""
    office = make_account(session, REGION, Role.OFFICE)
    gates = {"league": GateChoice(Gate.DETAIL, 5)}
    measure = make_measure(session, office, gates=gates, due_rule="2026-12-31")
    release_down(session, measure, office)
    league, actor = assignment_of(session, measure, LEAGUE), account_of(session, LEAGUE)
    assignments.save_detail(
        session, league.id, text=LONG, due_on=date(2026, 12, 20), contact="0476-1",
        actor=actor, now=NOW,
    )  # fmt: skip
    assignments.release(session, league.id, actor=actor, now=NOW)
    hand_down_now(session, pending(session))
    return measure


def test_a_village_reads_what_each_level_added_and_how_long_each_took(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = released(session)
    village = assignment_of(session, measure, VILLAGE)
    page = check(sign_in(VILLAGE).get(f"/assignments/{village.id}"))
    text = " ".join(page.text_content().split())
    assert f"{get_unit(session, LEAGUE).name}的补充要求" in text
    assert "当天下发" in text
    assert f"{get_unit(session, TOWNSHIP).name}：收到即自动下发" in text
    (folded,) = page.xpath("//details[summary[contains(., '逐户查看')]]")
    assert LONG in folded.text_content()


def test_the_office_filters_the_table_and_exports_it_and_strangers_find_nothing(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = released(session)
    client, path = sign_in(REGION), f"/measures/{measure.id}/layers"
    assert len(check(client.get(path)).xpath("//tbody/tr")) == 2 + 2 + 5
    assert len(check(client.get(f"{path}?kind=added")).xpath("//tbody/tr")) == 1
    assert "还没有下发，已用 0 个工作日" in text_of(client.get(f"{path}?kind=held"))
    assert "没有符合条件的单位" in text_of(client.get(f"{path}?kind=added&level=banner"))
    rows = rows_of(client.get(f"{path}?kind=added&format=xlsx"))
    assert [(row[1], row[7], row[9]) for row in rows] == [(LEAGUE, LONG, "0476-1")]
    counts = set()
    for code in (REGION, LEAGUE):
        session.expire_all()
        with statements(session) as sent:
            client.get(f"{path}?unit={code}")
        counts.add(len(sent))
    assert len(counts) == 1
    assert sign_in(LEAGUE).get(f"{path}?unit={OTHER_LEAGUE}").status_code == 404
