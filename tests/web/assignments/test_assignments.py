"""The page of an assignment: who sees it, what can be done, what was done."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from models import Gate, Measure, Role
from services.campaigns.measures import GateChoice
from tests.building import (
    BANNER,
    LEAGUE,
    OTHER_VILLAGE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    make_measure,
    release_down,
)
from tests.counting import statements
from tests.web.conftest import World, account_of
from tests.web.pages import check, fields_of, text_of


@pytest.fixture
def waiting(session: Session) -> Measure:
    """A measure that waits at the townships until they say so."""
    office = account_of(session, REGION, Role.OFFICE)
    gates = {"township": GateChoice(Gate.DETAIL, 3)}
    measure = make_measure(session, office, gates=gates, title="等细化的措施")
    release_down(session, measure, office)
    return measure


def test_the_unit_sees_text_due_date_and_history(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    page = text_of(sign_in(VILLAGE).get(f"/assignments/{world.id(VILLAGE)}"))
    assert "逐户查看取暖设备" in page
    assert "个工作日" in page
    assert "交办" in page[page.index("办理记录") :]


@pytest.mark.parametrize("code", [REGION, LEAGUE, BANNER, TOWNSHIP])
def test_every_unit_above_sees_it_and_cannot_act_for_it(
    world: World, sign_in: Callable[..., TestClient], code: str
) -> None:
    account_of(world.session, VILLAGE)
    client = sign_in(code)
    answer = client.get(f"/assignments/{world.id(VILLAGE)}")
    assert answer.status_code == 200
    check(answer)
    for act in ("acknowledge", "release", "detail", "recall", "form"):
        assert client.post(f"/assignments/{world.id(VILLAGE)}/{act}").status_code == 404
    assert world.assignment(VILLAGE).status == "issued"


def test_a_unit_beside_it_and_a_unit_below_get_404(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    assert sign_in(OTHER_VILLAGE).get(f"/assignments/{world.id(VILLAGE)}").status_code == 404
    assert sign_in(VILLAGE).get(f"/assignments/{world.id(TOWNSHIP)}").status_code == 404
    assert sign_in(VILLAGE).get("/assignments/999999").status_code == 404


def test_an_upper_unit_sees_its_lower_units_and_their_totals(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE, spent="2.5")
    answer = sign_in(TOWNSHIP).get(f"/assignments/{world.id(TOWNSHIP)}")
    owing, done = check(answer).xpath("//table[contains(@class, 'rows')]")
    assert "团结社区居委会" in owing.text_content()
    assert done.getparent().tag == "details"
    assert "红星社区居委会" in done.text_content()
    page = text_of(answer)
    assert "尚未报送的单位（2 个）" in page
    assert "已报送、已撤回或已办结的单位（1 个）" in page
    assert "投入资金（万元） 2.5" in page


def test_a_unit_details_and_releases_and_the_lower_units_read_it(
    waiting: Measure, sign_in: Callable[..., TestClient], session: Session
) -> None:
    assignment = assignment_of(session, waiting, TOWNSHIP)
    client = sign_in(TOWNSHIP)
    fields = fields_of(
        client.get(f"/assignments/{assignment.id}"), f"/assignments/{assignment.id}/detail"
    )
    fields |= {"text": ["先查出租房"], "due_on": ["2026-12-01"], "contact": ["办公室 1234"]}
    saved = client.post(f"/assignments/{assignment.id}/detail", data={**fields, "act": "save"})
    assert saved.status_code == 303
    kept = fields_of(
        client.get(f"/assignments/{assignment.id}"), f"/assignments/{assignment.id}/detail"
    )
    assert kept["text"] == ["先查出租房"]
    assert kept["due_on"] == ["2026-12-01"]
    client.post(f"/assignments/{assignment.id}/detail", data={**kept, "act": "release"})
    session.refresh(assignment)
    assert assignment.status == "released"
    page = text_of(client.get(f"/assignments/{assignment.id}"))
    assert "正在送达下级单位" in page
    assert "细化后下发给下级" not in page


@pytest.mark.parametrize(
    ("due_on", "told"), [("2027-01-01", "不能晚于"), ("2026-13-01", "没有"), ("明天", "请按")]
)
def test_a_detail_that_cannot_be_is_told_and_kept_on_the_page(
    waiting: Measure, sign_in: Callable[..., TestClient], session: Session, due_on: str, told: str
) -> None:
    assignment = assignment_of(session, waiting, TOWNSHIP)
    client = sign_in(TOWNSHIP)
    data = {"text": "写了很多", "due_on": due_on, "contact": "", "act": "release"}
    answer = client.post(f"/assignments/{assignment.id}/detail", data=data)
    assert answer.status_code in (409, 422)
    assert told in text_of(answer)
    assert fields_of(answer, f"/assignments/{assignment.id}/detail")["text"] == ["写了很多"]
    session.refresh(assignment)
    assert assignment.status == "issued"


def test_an_answer_can_be_taken_back_before_it_is_reviewed(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE)
    client = sign_in(VILLAGE)
    assert "收回修改" in text_of(client.get(f"/assignments/{world.id(VILLAGE)}"))
    answer = client.post(f"/assignments/{world.id(VILLAGE)}/recall")
    assert answer.headers["location"] == f"/assignments/{world.id(VILLAGE)}/form"
    assert fields_of(client.get(answer.headers["location"]), answer.headers["location"])


def test_an_act_that_does_not_fit_the_status_is_refused_with_what_is_possible(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    answer = sign_in(VILLAGE).post(f"/assignments/{world.id(VILLAGE)}/recall")
    assert answer.status_code == 409
    assert "现在可以" in text_of(answer)


def test_a_page_costs_the_same_whatever_lies_below(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    client = sign_in(REGION)
    counts = set()
    for code in (LEAGUE, BANNER, TOWNSHIP):
        session.expire_all()
        with statements(session) as sent:
            client.get(f"/assignments/{world.id(code)}")
        counts.add(len(sent))
    assert len(counts) == 1
    assert counts.pop() <= 19
