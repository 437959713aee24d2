from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session, select

from models import Assignment, FillTime, Flag, FlagKind, Measure, Submission
from tests.answering import account_of, released_measure, send
from tests.building import BANNER, OTHER_VILLAGE, TOWNSHIP, VILLAGE, assignment_of, make_form
from tests.web.conftest import World
from tests.web.pages import check, text_of
from web.filling.flags import SENTENCES

SHARED = {"name": "homes", "label": "总户数", "type": "integer", "reuse": "households"}


def fields_of(page: Response) -> dict[str, str]:
    """What the form of the page sends as it stands."""
    form = next(form for form in check(page).iter("form") if form.get("data-form") is not None)
    return {name: value for name, value in form.form_values() if not name.startswith("f-")}


def path_of(world_or_one: int) -> str:
    return f"/assignments/{world_or_one}/form"


def test_questions_stand_on_top_once_and_a_second_press_sends(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    village, path = sign_in(VILLAGE), path_of(world.id(VILLAGE))
    typed = {"f-checked": "0", "f-spent": "0", "_act": "send"}
    asked = village.post(path, data={**fields_of(village.get(path)), **typed})
    assert (asked.status_code, asked.headers["location"]) == (303, f"{path}?asked=1")
    page = village.get(asked.headers["location"])
    shown = text_of(page)
    assert "还没有报送，请先核对这几处" in shown
    assert "所有数字都是 0，请核对。" in shown
    assert "确认无误，报送" in shown
    assert check(page).xpath("//input[@name='f-checked']/@value") == ["0"]
    sent = village.post(path, data={**fields_of(page), **typed})
    assert "/receipts/" in sent.headers["location"]
    (stored,) = session.exec(select(Submission)).all()
    assert stored.flags == (Flag(FlagKind.ALL_ZERO),)


def test_a_mended_answer_is_sent_without_another_question(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    village, path = sign_in(VILLAGE), path_of(world.id(VILLAGE))
    zeros = {"f-checked": "0", "f-spent": "0", "_act": "send"}
    village.post(path, data={**fields_of(village.get(path)), **zeros})
    page = village.get(f"{path}?asked=1")
    mended = village.post(path, data={**fields_of(page), **zeros, "f-checked": "12"})
    assert "/receipts/" in mended.headers["location"]


def test_what_waited_on_the_phone_is_not_asked_back(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    village, path = sign_in(VILLAGE), path_of(world.id(VILLAGE))
    fields = fields_of(village.get(path))
    del fields["_confirmed"]
    sent = village.post(
        path,
        data={**fields, "f-checked": "0", "f-spent": "0", "_act": "send"},
        headers={"Accept": "application/json"},
    )
    assert sent.json()["receipt"]


def test_a_script_leaves_the_questions_to_the_browser(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    village, path = sign_in(VILLAGE), path_of(world.id(VILLAGE))
    data = {**fields_of(village.get(path)), "f-checked": "0", "f-spent": "0", "_act": "send"}
    asked = village.post(path, data=data, headers={"Accept": "application/json"})
    assert asked.status_code == 422
    assert "sentence" not in asked.json()
    assert village.post(path, data=data).headers["location"] == f"{path}?asked=1"


def test_an_unfinished_form_asks_nothing_and_others_see_nothing(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    path = f"{path_of(world.id(VILLAGE))}?asked=1"
    assert "请先核对" not in text_of(sign_in(VILLAGE).get(path))
    for code in (OTHER_VILLAGE, TOWNSHIP):
        assert sign_in(code).get(path).status_code == 404


def test_the_unit_above_reads_the_flags_the_unit_beside_does_not(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE, checked="0", spent="0")
    path = f"/review/{world.id(VILLAGE)}"
    assert "所有数字都是 0" in text_of(sign_in(TOWNSHIP).get(path))
    assert sign_in(OTHER_VILLAGE).get(path).status_code == 404


@pytest.fixture
def known(session: Session) -> tuple[Assignment, Assignment]:
    """An answered assignment of the village, and an open one that asks for the same element."""
    office = account_of(session, "150000000000")
    both: list[Assignment] = []
    for title in ("人口摸底", "冬季巡查"):
        form = make_form(session, office, [SHARED])
        measure = released_measure(session, title=title, form=form)
        both.append(assignment_of(session, measure, VILLAGE))
    clerk = account_of(session, VILLAGE)
    send(session, both[0], {"homes": ["85"]}, actor=clerk)
    return both[0], both[1]


def test_what_is_known_stands_in_the_form_with_its_source(
    known: tuple[Assignment, Assignment], sign_in: Callable[..., TestClient]
) -> None:
    page = sign_in(VILLAGE).get(path_of(known[1].id))
    assert check(page).xpath("//input[@name='f-homes']/@value") == ["85"]
    assert "来自“人口摸底”11月23日（周一） 的填报" in text_of(page)


def test_a_contradiction_is_told_with_both_answers(
    known: tuple[Assignment, Assignment], sign_in: Callable[..., TestClient]
) -> None:
    village, path = sign_in(VILLAGE), path_of(known[1].id)
    data = {**fields_of(village.get(path)), "f-homes": "1850", "_act": "send"}
    page = village.get(village.post(path, data=data).headers["location"])
    assert "“总户数”与“人口摸底”里的填报不一致：那里是 85，这里是 1,850，请核对。" in text_of(page)


def test_the_last_answer_is_shown_beside_the_question(
    known: tuple[Assignment, Assignment], sign_in: Callable[..., TestClient], session: Session
) -> None:
    assignment = known[1]
    later = Assignment(**{**assignment.model_dump(exclude={"id"}), "period": "202611"})
    assignment.period = "202610"
    session.add_all([assignment, later])
    session.flush()
    form = make_form(
        session, account_of(session, BANNER), [{**SHARED, "reuse": "", "hint": "没有的填 0。"}]
    )
    session.get_one(Measure, assignment.measure_id).form_version_id = form.id
    session.flush()
    send(session, assignment, {"homes": ["85"]}, actor=account_of(session, VILLAGE))
    page = sign_in(VILLAGE).get(path_of(later.id))
    hint = check(page).xpath("//*[@id='f-homes-hint']")[0]
    assert list(hint.itertext()) == ["没有的填 0。", "上期（2026年10月）：85"]
    assert [node.tag for node in hint] == ["br"]


def test_the_time_of_a_filling_is_counted_from_the_first_page(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    village, path = sign_in(VILLAGE), path_of(world.id(VILLAGE))
    first = fields_of(village.get(path))
    assert first["_opened"].isdigit()
    village.post(path, data={**first, "f-checked": "很多", "_act": "send"})
    again = fields_of(village.get(f"{path}?faults=1"))
    assert again["_opened"] == first["_opened"]
    sent = village.post(path, data={**again, "f-checked": "12", "_act": "send"})
    assert "/receipts/" in sent.headers["location"]
    assert [filling.count for filling in session.exec(select(FillTime))] == [1]


@pytest.mark.parametrize("opened", ["", "-1", "１２", "9" * 30, "x"])
def test_a_wrong_time_or_mark_does_not_stop_a_form(
    world: World, sign_in: Callable[..., TestClient], opened: str
) -> None:
    village, path = sign_in(VILLAGE), path_of(world.id(VILLAGE))
    fields = {**fields_of(village.get(path)), "_opened": opened, "_confirmed": "." * 99}
    sent = village.post(path, data={**fields, "f-checked": "12", "_act": "send"})
    assert "/receipts/" in sent.headers["location"]


def test_every_kind_of_flag_has_its_sentence() -> None:
    assert set(SENTENCES) == set(FlagKind)
