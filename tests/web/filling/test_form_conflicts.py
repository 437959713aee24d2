"""Two phones, two tabs, the back button: both answers side by side, nothing overwritten."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session, select

from models import Draft, Submission
from rules.filling.corrections import WHY
from services.review.reviews import approve, return_
from tests.building import OTHER_VILLAGE, TOWNSHIP, VILLAGE
from tests.conftest import NOW
from tests.full_form import FILLED, posted
from tests.web.conftest import World, account_of
from tests.web.pages import check, fields_of, text_of

Phone = tuple[TestClient, dict[str, list[str]]]
"""A browser, and what its page would send."""


@pytest.fixture
def path(full: World) -> str:
    return f"/assignments/{full.id(VILLAGE)}/form"


@pytest.fixture
def phones(sign_in: Callable[..., TestClient], path: str) -> list[Phone]:
    """Two browsers with the same form open, and what their pages would send."""
    opened = [sign_in(VILLAGE), sign_in(VILLAGE, "office")]
    return [(client, fields_of(client.get(path), path)) for client in opened]


def post(phone: Phone, path: str, typed: dict[str, list[str]], act: str) -> Response:
    client, fields = phone
    return client.post(path, data={**fields, **posted(typed), "_act": act})


def receive(phone: Phone, path: str, typed: dict[str, list[str]], session: Session) -> Submission:
    """Send it, as a reviewer finds it."""
    sent = post(phone, path, typed, "send").headers["location"].removeprefix("/receipts/")
    return session.exec(select(Submission).where(Submission.receipt == sent)).one()


def send_back(session: Session, submission: Submission, fields: list[str] | None = None) -> None:
    township = account_of(session, TOWNSHIP)
    return_(
        session, submission.id, reason="请核对户数", actor=township, now=NOW, fields=fields or ()
    )


def accept(session: Session, submission: Submission) -> None:
    approve(session, submission.id, actor=account_of(session, TOWNSHIP), now=NOW)


def reopened(phone: Phone, path: str, how: str = "") -> Phone:
    return phone[0], fields_of(phone[0].get(path + how), path)


def decide(phone: Phone, path: str, page: Response, act: str, **picks: str) -> Response:
    """Press a button of the page with both, having picked `theirs` or `mine` for some."""
    fields = fields_of(page, path) | {f"pick.{name}": side for name, side in picks.items()}
    return phone[0].post(path, data={**fields, "_act": act})


def test_two_drafts_stand_side_by_side_where_they_differ(
    phones: list[Phone], path: str, session: Session, full: World
) -> None:
    first, second = phones
    post(first, path, {**FILLED, "story": ["先存的"]}, "save")
    page = post(second, path, {**FILLED, "story": ["后写的"], "heated": ["gas"]}, "save")
    assert page.status_code == 409
    tree = check(page)
    assert tree.xpath("//legend/text()") == ["取暖方式", "做法"]
    told = text_of(page)
    assert "保存的草稿" in told
    assert all(text in told for text in ("先存的", "后写的", "燃煤", "燃气"))
    assert session.get_one(Draft, full.id(VILLAGE)).answers["story"] == ["先存的"]


def test_the_clerk_takes_one_side_of_every_question(phones: list[Phone], path: str) -> None:
    first, second = phones
    post(first, path, {**FILLED, "story": ["先存的"], WHY: ["漏报"]}, "save")
    typed = {**FILLED, "story": ["后写的"], "visits.1.who": ["三号"], WHY: ["错报"]}
    page = post(second, path, typed, "send")
    picks = {"story": "theirs", "visits": "mine", WHY: "mine"}
    answer = decide(second, path, page, "merge", **picks)
    assert answer.headers["location"] == f"{path}?merged=1"
    shown = fields_of(second[0].get(path), path)
    assert shown["f--why"] == ["错报"]
    assert shown["f-story"] == ["先存的"]
    assert shown["f-visits.1.who"] == ["三号"]
    assert shown["f-visits.0.who"] == ["一号"]


def test_what_is_left_empty_on_one_side_is_not_picked_by_itself(
    phones: list[Phone], path: str
) -> None:
    first, second = phones
    post(first, path, {"story": ["先存的"], "day": ["2026-11-20"]}, "save")
    page = post(second, path, {"story": ["后写的"], "households": ["5"]}, "save")
    picked = {
        name: values for name, values in fields_of(page, path).items() if name.startswith("pick.")
    }
    assert picked == {"pick.households": ["mine"], "pick.day": ["theirs"], "pick.story": ["mine"]}


@pytest.mark.parametrize("side", ["mine", "theirs"])
def test_a_third_change_while_the_clerk_decides_is_shown_again(
    phones: list[Phone], path: str, sign_in: Callable[..., TestClient], side: str
) -> None:
    first, second = phones
    post(first, path, {"story": ["先存的"]}, "save")
    page = post(second, path, {"story": ["后写的"]}, "save")
    third = sign_in(VILLAGE)
    post((third, fields_of(third.get(path), path)), path, {"story": ["又有人写"]}, "save")
    again = decide(second, path, page, "merge", story=side)
    assert again.status_code == 409
    assert "又有人写" in text_of(again)
    assert "您选择的时候，系统里的那一份又变了" in text_of(again)
    assert fields_of(again, path)["f-story"] == ["后写的"]
    assert fields_of(again, path)["pick.story"] == [side]


def test_the_back_button_does_not_bring_an_old_text_over_a_newer_one(
    phones: list[Phone], path: str
) -> None:
    client, old = phones[0]
    post(phones[0], path, {"story": ["第一遍"]}, "save")
    newer = client, fields_of(client.get(path), path)
    post(newer, path, {"story": ["第二遍"]}, "save")
    assert post((client, old), path, {"story": ["第一遍加"]}, "save").status_code == 409
    assert fields_of(client.get(path), path)["f-story"] == ["第二遍"]


def test_what_a_colleague_has_sent_is_shown_beside_and_can_be_taken_back(
    phones: list[Phone], path: str, full: World
) -> None:
    first, second = phones
    post(first, path, FILLED, "send")
    page = post(second, path, {**FILLED, "households": ["41"]}, "send")
    assert page.status_code == 409
    told = text_of(page)
    assert "报送，回执" in told
    assert "保留已报送的那一份" in told
    assert full.assignment(VILLAGE).status == "submitted"
    answer = decide(second, path, page, "take_back", households="mine")
    assert answer.headers["location"] == f"{path}?merged=1"
    shown = fields_of(second[0].get(path), path)
    assert shown["f-households"] == ["41"]
    assert (
        second[0]
        .post(path, data={**shown, "_act": "send"})
        .headers["location"]
        .startswith("/receipts/")
    )
    assert full.assignment(VILLAGE).revision == 2


def test_a_colleagues_answer_that_was_returned_meanwhile_is_not_lost_from_sight(
    phones: list[Phone], path: str, session: Session
) -> None:
    first, second = phones
    send_back(session, receive(first, path, FILLED, session), fields=["households"])
    page = post(second, path, {**FILLED, "households": ["41"], "story": ["我的做法"]}, "save")
    tree = check(page)
    assert tree.xpath("//input[@type='radio']/@name") == ["pick.households"] * 2
    assert "我的做法" in text_of(page)
    decide(second, path, page, "merge", households="mine")
    assert fields_of(second[0].get(path), path)["f-households"] == ["41"]


def test_a_draft_that_is_newer_than_what_was_sent_is_what_stands_beside(
    phones: list[Phone], path: str, session: Session
) -> None:
    first, second = phones
    send_back(session, receive(first, path, FILLED, session))
    newer = {**FILLED, "households": ["42"], "story": ["退回后重写的"]}
    post(reopened(first, path), path, newer, "save")
    page = post(second, path, {**FILLED, "households": ["41"], "story": ["离线写的"]}, "compare")
    told = text_of(page)
    assert told.count("保存的草稿") == 1
    assert told.count("保存了不同的草稿") == 1
    assert all(text in told for text in ("42", "退回后重写的", "41", "离线写的"))
    decide(second, path, page, "merge", households="mine", story="theirs")
    shown = fields_of(second[0].get(path), path)
    assert (shown["f-households"], shown["f-story"]) == (["41"], ["退回后重写的"])


@pytest.fixture
def correcting(phones: list[Phone], path: str, session: Session) -> list[Phone]:
    """Both with the approved answer open to correct it."""
    accept(session, receive(phones[0], path, FILLED, session))
    return [reopened(phone, path, "?correct=1") for phone in phones]


def correction(households: str, why: str) -> dict[str, Any]:
    return {**FILLED, "households": [households], WHY: [why]}


def test_a_correction_that_was_taken_back_stands_beside_as_the_draft_it_is(
    correcting: list[Phone], path: str
) -> None:
    first, second = correcting
    post(first, path, correction("42", "漏报两户"), "send")
    first[0].post(path.replace("/form", "/recall"))
    page = post(second, path, correction("41", "错报"), "send")
    assert all(text in text_of(page) for text in ("42", "漏报两户", "41", "错报"))
    assert check(page).xpath("//a/@href[contains(., 'theirs')]") == [f"{path}?theirs=1&correct=1"]
    decide(second, path, page, "merge", households="theirs", **{WHY: "mine"})
    shown = fields_of(second[0].get(f"{path}?correct=1"), path)
    assert (shown["f-households"], shown["f--why"]) == (["42"], ["错报"])


def test_a_correction_goes_on_from_a_colleagues_correction_taken_back(
    correcting: list[Phone], path: str, full: World
) -> None:
    first, second = correcting
    post(first, path, correction("42", "漏报两户"), "send")
    page = post(second, path, correction("41", "错报"), "send")
    assert all(text in text_of(page) for text in ("漏报两户", "错报"))
    for _pressed_twice in range(2):
        answer = decide(second, path, page, "take_back", households="mine", **{WHY: "theirs"})
        assert answer.headers["location"] == f"{path}?merged=1&correct=1"
    assert (full.assignment(VILLAGE).status, full.assignment(VILLAGE).revision) == ("approved", 3)
    shown = fields_of(second[0].get(answer.headers["location"]), path)
    assert (shown["f-households"], shown["f--why"]) == (["41"], ["漏报两户"])
    sent = second[0].post(path, data={**shown, "_act": "send"})
    assert sent.headers["location"].startswith("/receipts/")
    assert full.assignment(VILLAGE).revision == 4


def test_a_reason_that_was_not_picked_does_not_come_along(
    phones: list[Phone], correcting: list[Phone], path: str
) -> None:
    post(correcting[0], path, correction("42", "漏报两户"), "send")
    second = phones[1]  # Opened before anything was sent: it asks for no reason.
    page = post(second, path, {**FILLED, "households": ["41"]}, "send")
    assert fields_of(page, path)[f"pick.{WHY}"] == ["theirs"]
    decide(second, path, page, "take_back", households="mine", **{WHY: "mine"})
    assert fields_of(second[0].get(f"{path}?correct=1"), path)["f--why"] == [""]


def test_what_can_no_longer_be_taken_back_stays_beside_what_was_typed(
    phones: list[Phone], path: str, session: Session
) -> None:
    first, second = phones
    submission = receive(first, path, FILLED, session)
    page = post(second, path, {**FILLED, "households": ["41"]}, "send")
    accept(session, submission)
    refused = decide(second, path, page, "take_back", households="mine")
    assert refused.status_code == 409
    assert "不能收回填报" in text_of(refused)
    assert fields_of(refused, path)["f-households"] == ["41"]
    answer = decide(second, path, refused, "merge", households="mine")
    shown = fields_of(second[0].get(answer.headers["location"]), path)
    assert shown["f-households"] == ["41"]


def test_the_very_same_answers_from_two_phones_are_one_submission(
    phones: list[Phone], path: str, session: Session
) -> None:
    first, second = phones
    receipt = post(first, path, FILLED, "send").headers["location"]
    assert post(second, path, FILLED, "send").headers["location"] == receipt
    assert len(session.exec(select(Submission)).all()) == 1


def test_a_script_finds_a_page_that_overwrites_nothing(
    phones: list[Phone], path: str, session: Session, full: World
) -> None:
    first, second = phones
    post(first, path, {"story": ["先存的"]}, "save")
    page = second[0].get(f"{path}?conflict=1")
    assert "对照两份内容" in text_of(page)
    fields = fields_of(page, path)
    assert post((second[0], fields), path, {"story": ["后写的"]}, "autosave").status_code == 409
    assert "先存的" in text_of(post((second[0], fields), path, {"story": ["后写的"]}, "compare"))
    assert session.get_one(Draft, full.id(VILLAGE)).answers["story"] == ["先存的"]


def test_a_script_finds_it_for_a_sent_answer_too(phones: list[Phone], path: str) -> None:
    first, second = phones
    post(first, path, FILLED, "send")
    led = second[0].get(f"{path}?local=1")
    assert led.headers["location"] == f"{path}?conflict=1"
    page = second[0].get(f"{path}?conflict=1")
    answer = post(
        (second[0], fields_of(page, path)), path, {**FILLED, "households": ["41"]}, "compare"
    )
    assert "收回已报送的，按所选的修改" in text_of(answer)


def test_nobody_else_decides(
    phones: list[Phone], path: str, sign_in: Callable[..., TestClient]
) -> None:
    post(phones[0], path, FILLED, "send")
    other = sign_in(OTHER_VILLAGE)
    for act in ("merge", "take_back"):
        assert other.post(path, data={**posted(FILLED), "_act": act}).status_code == 404
