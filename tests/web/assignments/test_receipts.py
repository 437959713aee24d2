"""Receipts: the list of a unit, the look-up by number, the comparison by the office."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from models import Submission
from rules.filling.corrections import WHY
from services.review.reviews import approve, return_
from tests.building import BANNER, OTHER_VILLAGE, TOWNSHIP, VILLAGE
from tests.conftest import NOW
from tests.counting import statements
from tests.web.conftest import World, account_of
from tests.web.pages import check, fields_of, text_of

SECOND = "150402005003"


@pytest.fixture
def sent(world: World) -> Submission:
    return world.send(VILLAGE, note="已逐户查看")


def test_a_unit_sees_its_own_receipts_newest_first(
    world: World, sign_in: Callable[..., TestClient], sent: Submission
) -> None:
    client = sign_in(VILLAGE)
    assert check(client.get("/receipts")).xpath("//ul[@class='cards']//a/@href") == [
        f"/receipts/{sent.receipt}"
    ]
    assert "还没有报送过" in text_of(sign_in(SECOND).get("/receipts"))
    assert "回执" in text_of(client.get("/"))


def test_the_list_costs_the_same_however_long_it_is(
    world: World, sign_in: Callable[..., TestClient], session: Session, sent: Submission
) -> None:
    with statements(session) as few:
        sign_in(VILLAGE).get("/receipts")
    for number in range(2, 40):
        session.add(
            Submission(
                **sent.model_dump(exclude={"id", "revision", "receipt", "send_key"}),
                revision=number,
                receipt=f"r{number}",
                send_key=f"key-{number:08d}",
            )
        )
    session.flush()
    client = sign_in(VILLAGE)
    with statements(session) as many:
        page = client.get("/receipts")
    assert len(check(page).xpath("//ul[@class='cards']/li")) == 30
    assert "共 2 页" in text_of(page)
    assert len(many) <= len(few)


@pytest.mark.parametrize("code", [VILLAGE, TOWNSHIP, BANNER])
def test_a_number_is_found_however_it_is_typed(
    world: World, sign_in: Callable[..., TestClient], sent: Submission, code: str
) -> None:
    client = sign_in(code)
    digits = sent.receipt.replace("-", "")
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in digits)
    for typed in (sent.receipt, digits, f" {digits[:5]} {digits[5:]} ", wide):
        answer = client.get("/receipts", params={"number": typed})
        assert answer.headers["location"] == f"/receipts/{sent.receipt}", typed


def test_a_wrong_number_says_so_and_stays_typed(
    world: World, sign_in: Callable[..., TestClient], sent: Submission
) -> None:
    client = sign_in(VILLAGE)
    wrong = sent.receipt[:-1] + str((int(sent.receipt[-1]) + 1) % 10)
    for typed, told in ((wrong, "回执号不正确"), ("0001", "13 位以上"), ("<b>", "13 位以上")):
        page = client.get("/receipts", params={"number": typed})
        assert told in text_of(page)
        assert check(page).xpath("//input[@id='number']/@value") == [typed]


def test_a_number_of_a_unit_beside_is_not_there(
    world: World, sign_in: Callable[..., TestClient], sent: Submission
) -> None:
    page = sign_in(OTHER_VILLAGE).get("/receipts", params={"number": sent.receipt})
    assert "没有找到这个回执" in text_of(page)


def test_the_office_compares_a_checksum_that_is_read_out(
    world: World, sign_in: Callable[..., TestClient], sent: Submission
) -> None:
    client = sign_in(TOWNSHIP)
    path = f"/receipts/{sent.receipt}"
    assert "校验相符" in text_of(client.get(path))
    start = sent.checksum[:8]
    assert "一致：" in text_of(client.get(path, params={"sum": start.upper()}))
    other = ("0" if start[0] != "0" else "1") + start[1:]
    assert "不一致：" in text_of(client.get(path, params={"sum": other}))
    short = client.get(path, params={"sum": start[:7]})
    assert "前 8 位" in text_of(short)
    assert check(short).xpath("//input[@id='sum']/@value") == [start[:7]]


def test_a_changed_answer_no_longer_is_what_the_receipt_was_given_for(
    sign_in: Callable[..., TestClient], sent: Submission, session: Session
) -> None:
    stored = session.exec(select(Submission)).one()
    stored.answers = {**stored.answers, "checked": 13}
    session.add(stored)
    session.flush()
    page = text_of(sign_in(TOWNSHIP).get(f"/receipts/{sent.receipt}"))
    assert "校验不符" in page
    assert "校验相符" not in page


def test_a_receipt_says_what_has_become_of_it_and_not_of_a_later_one(
    world: World, sign_in: Callable[..., TestClient], sent: Submission, session: Session
) -> None:
    client, reviewer = sign_in(VILLAGE), account_of(session, TOWNSHIP)
    path = f"/assignments/{world.id(VILLAGE)}"
    first = f"/receipts/{sent.receipt}"
    assert "已报送，回执如下 " in f"{text_of(client.get(first))} "
    assert "上级还没有审核" in text_of(client.get(first))
    client.post(f"{path}/recall")
    page = text_of(client.get(first))
    assert "已收回" in page
    assert "已报送，回执如下" not in page
    second = world.send(VILLAGE, note="再报一次")
    return_(session, second.id, reason="请核对户数。", actor=reviewer, now=NOW)
    third = world.send(VILLAGE, note="改好了")
    approve(session, third.id, actor=reviewer, now=NOW)
    world.send(VILLAGE, note="又有更正")
    cards = check(client.get("/receipts")).xpath("//ul[@class='cards']//strong/text()")
    assert cards == ["待审核", "已被后来的一次代替", "已退回", "已收回"]


def test_a_correction_that_was_not_sent_stays_in_sight(
    world: World, sign_in: Callable[..., TestClient], sent: Submission, session: Session
) -> None:
    approve(session, sent.id, actor=account_of(session, TOWNSHIP), now=NOW)
    client = sign_in(VILLAGE)
    path = f"/assignments/{world.id(VILLAGE)}"
    corrected = f"{path}/form?correct=1"
    assert "更正未报送" not in text_of(client.get("/"))
    page = client.get(corrected)
    assert "这是对已通过填报的更正" in text_of(page)
    form = f"{path}/form"
    typed = {**fields_of(page, form), "f-checked": "13", "f--why": "漏报一户", "_act": "save"}
    client.post(form, data=typed)
    assert fields_of(client.get(corrected), form)["f--why"] == ["漏报一户"]
    assert client.get(f"{form}?local=1").headers["location"] == corrected
    assert corrected in check(client.get("/")).xpath("//ul[@class='names']//a/@href")
    assert "继续更正" in text_of(client.get(path))


def test_a_correction_taken_back_opens_it_as_a_draft(
    world: World, sign_in: Callable[..., TestClient], sent: Submission, session: Session
) -> None:
    approve(session, sent.id, actor=account_of(session, TOWNSHIP), now=NOW)
    world.send(VILLAGE, checked="99", **{WHY: "漏报一户"})
    client = sign_in(VILLAGE)
    path = f"/assignments/{world.id(VILLAGE)}"
    assert "仍以原来审核通过的那一份为准" in client.get(path).text
    answer = client.post(f"{path}/recall")
    assert answer.headers["location"] == f"{path}/form?correct=1"
    form = client.get(answer.headers["location"])
    typed = fields_of(form, f"{path}/form")
    assert (typed["f-checked"], typed["f--why"]) == (["99"], ["漏报一户"])
    assert world.assignment(VILLAGE).status == "approved"
