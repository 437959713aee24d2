"""Signing for an assignment and releasing it: buttons say what they do, and the page says what was
done."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session

from models import Assignment, Gate, Measure, Role
from services.campaigns.measures import GateChoice
from tests.building import REGION, TOWNSHIP, VILLAGE, assignment_of, make_measure, release_down
from tests.counting import statements
from tests.web.conftest import World, account_of
from tests.web.pages import check, text_of
from web.assignments import releases

TITLE = "等签收的措施"


def with_gate(session: Session, gate: Gate) -> Measure:
    """A measure that waits at the townships for what `gate` asks."""
    office = account_of(session, REGION, Role.OFFICE)
    gates = {"township": GateChoice(gate, 3)}
    measure = make_measure(session, office, gates=gates, title=TITLE)
    release_down(session, measure, office)
    return measure


@pytest.fixture
def waiting(session: Session) -> Assignment:
    """A township's assignment that signing releases."""
    return assignment_of(session, with_gate(session, Gate.ACKNOWLEDGE), TOWNSHIP)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three villages are many."""
    monkeypatch.setattr(releases, "MANY", 2)


def buttons(answer: Response) -> list[str]:
    return [" ".join(button.text_content().split()) for button in check(answer).xpath("//button")]


def message(answer: Response) -> str:
    """What a page says of the act before it."""
    (said,) = check(answer).xpath("//div[@class='said']/p[@role='status']")
    return str(said.text_content())


def followed(client: TestClient, answer: Response) -> Response:
    assert answer.status_code == 303
    return client.get(answer.headers["location"])


def test_signing_that_releases_as_well_says_so_on_both_pages(
    waiting: Assignment, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(TOWNSHIP)
    assert "签收并下发" in buttons(client.get("/"))
    shown = buttons(client.get(f"/assignments/{waiting.id}"))
    assert "签收并下发给 3 个下级单位" in shown
    assert "签收、保存并下发给 3 个下级单位" in shown
    assert "签收并保存，先不下发" in shown
    assert "签收" not in shown


@pytest.mark.parametrize("gate", [Gate.DETAIL, Gate.AUTO])
def test_signing_that_does_no_more_is_called_signing(
    session: Session, sign_in: Callable[..., TestClient], gate: Gate
) -> None:
    assignment = assignment_of(session, with_gate(session, gate), TOWNSHIP)
    client = sign_in(TOWNSHIP)
    assert "签收" in buttons(client.get("/"))
    assert "签收" in buttons(client.get(f"/assignments/{assignment.id}"))


def test_after_signing_the_page_says_to_how_many_it_went_and_says_it_once(
    waiting: Assignment, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(TOWNSHIP)
    done = client.post(f"/assignments/{waiting.id}/acknowledge", data={"next": "/"})
    assert message(followed(client, done)) == f"已签收“{TITLE}”，并下发给 3 个下级单位。"
    assert not check(client.get("/")).xpath("//div[@class='said']")
    again = client.post(f"/assignments/{waiting.id}/acknowledge")
    assert "并下发给 3 个下级单位" in message(followed(client, again))


def test_the_message_is_told_in_english_too(
    waiting: Assignment, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(TOWNSHIP)
    client.cookies.set("lang", "en")
    assert "Sign for and release to 3 lower units" in buttons(
        client.get(f"/assignments/{waiting.id}")
    )
    done = client.post(f"/assignments/{waiting.id}/acknowledge")
    said = message(followed(client, done))
    assert said == f"“{TITLE}” is signed for and released. Lower units it goes to: 3."


def test_signing_at_the_lowest_level_and_before_a_detail_says_what_is_next(
    world: World, session: Session, sign_in: Callable[..., TestClient]
) -> None:
    village = sign_in(VILLAGE)
    done = village.post(f"/assignments/{world.id(VILLAGE)}/acknowledge")
    assert message(followed(village, done)) == "已签收“入户排查取暖安全”。"
    township = sign_in(TOWNSHIP)
    assignment = assignment_of(session, with_gate(session, Gate.DETAIL), TOWNSHIP)
    done = township.post(f"/assignments/{assignment.id}/acknowledge")
    assert "还没有下发给下级单位" in message(followed(township, done))


def test_a_detail_says_whether_it_was_released(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client, measure = sign_in(TOWNSHIP), with_gate(session, Gate.DETAIL)
    here = f"/assignments/{assignment_of(session, measure, TOWNSHIP).id}"
    typed = {"text": "先查出租房", "due_on": "", "contact": ""}
    kept = client.post(f"{here}/detail", data={**typed, "act": "save"})
    assert message(followed(client, kept)) == "补充要求已保存，还没有下发。"
    released = client.post(f"{here}/detail", data={**typed, "act": "release"})
    assert message(followed(client, released)) == "已下发给 3 个下级单位。"


@pytest.mark.usefixtures("asked")
def test_signing_that_reaches_many_is_asked_about_with_the_count(
    waiting: Assignment, session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(TOWNSHIP)
    asking = client.post(f"/assignments/{waiting.id}/acknowledge", data={"next": "/"})
    page = followed(client, asking)
    assert asking.headers["location"] == f"/assignments/{waiting.id}/acknowledge"
    assert "直接下级单位3" in text_of(page)
    session.refresh(waiting)
    assert waiting.status == "issued"
    assert "签收并下发给 3 个下级单位" in buttons(page)
    done = client.post(asking.headers["location"], data={"sure": "yes"})
    assert "并下发给 3 个下级单位" in message(followed(client, done))
    session.refresh(waiting)
    assert waiting.status == "released"


@pytest.mark.usefixtures("asked")
def test_a_release_that_reaches_many_keeps_the_detail_and_asks(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(TOWNSHIP)
    assignment = assignment_of(session, with_gate(session, Gate.DETAIL), TOWNSHIP)
    here = f"/assignments/{assignment.id}"
    typed = {"text": "先查出租房", "due_on": "", "contact": "", "act": "release"}
    asking = client.post(f"{here}/detail", data=typed)
    assert asking.headers["location"] == f"{here}/release"
    page = followed(client, asking)
    assert "补充要求已保存，还没有下发" in message(page)
    assert "下发给 3 个下级单位" in buttons(page)
    assert "先查出租房" in text_of(client.get(here))
    client.post(f"{here}/release", data={"sure": "yes"})
    session.refresh(assignment)
    assert assignment.status == "released"


@pytest.mark.parametrize("act", ["acknowledge", "release"])
def test_the_page_that_asks_is_for_the_unit_itself_and_only_while_there_is_something_to_release(
    world: World, waiting: Assignment, sign_in: Callable[..., TestClient], act: str
) -> None:
    assert sign_in(REGION).get(f"/assignments/{waiting.id}/{act}").status_code == 404
    assert sign_in(VILLAGE).get(f"/assignments/{waiting.id}/{act}").status_code == 404
    here = f"/assignments/{world.id(VILLAGE)}"
    answer = sign_in(VILLAGE).get(f"{here}/{act}")
    assert (answer.status_code, answer.headers["location"]) == (303, here)


def test_the_home_page_names_its_buttons_without_a_further_statement(
    waiting: Assignment, session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client, counts = sign_in(TOWNSHIP), []
    for _more in range(2):
        session.expire_all()
        with statements(session) as sent:
            client.get("/")
        counts.append(len(sent))
        with_gate(session, Gate.ACKNOWLEDGE)
    assert counts[0] == counts[1]
