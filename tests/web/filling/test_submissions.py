"""The form page without JavaScript: drafts, faults, sending, receipts, expired sessions."""

import re
from collections.abc import Callable
from unittest.mock import Mock

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from adapters.passwords import hash_password
from models import Role, Submission
from rules.filling.checks.text_prints import text_prints
from services.campaigns.withdrawals import withdraw_measure
from services.review.reviews import return_
from tests.building import BANNER, OTHER_VILLAGE, REGION, TOWNSHIP, VILLAGE
from tests.conftest import NOW
from tests.counting import statements
from tests.present import present
from tests.web.conftest import SAME_SITE, World, account_of, make_client
from tests.web.pages import check, fields_of, text_of

GOOD = {"f-checked": "12", "f-spent": "3.5", "f-note": "已逐户查看"}


def open_form(
    client: TestClient, world: World, code: str = VILLAGE
) -> tuple[str, dict[str, list[str]]]:
    """The address of the unit's form, and what its page would send unchanged."""
    path = f"/assignments/{world.id(code)}/form"
    return path, fields_of(client.get(path), path)


def test_a_filled_form_is_sent_and_answered_with_a_receipt(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(VILLAGE)
    path, fields = open_form(client, world)
    answer = client.post(path, data={**fields, **GOOD, "_act": "send"})
    assert answer.status_code == 303
    receipt = client.get(answer.headers["location"])
    page = text_of(receipt)
    assert re.search(r"\d{4}-\d{4}-\d{4}-\d", page)
    assert "已逐户查看" in page
    assert "校验码" in page
    assert world.assignment(VILLAGE).status == "submitted"


def test_a_double_click_and_a_step_back_make_no_second_submission(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    client = sign_in(VILLAGE)
    path, fields = open_form(client, world)
    data = {**fields, **GOOD, "_act": "send"}
    first = client.post(path, data=data).headers["location"]
    assert client.post(path, data=data).headers["location"] == first
    assert client.get(path).headers["location"] == first
    assert len(session.exec(select(Submission)).all()) == 1


def test_faults_stand_on_top_and_beside_the_field_and_the_typing_stays(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(VILLAGE)
    path, fields = open_form(client, world)
    answer = client.post(
        path,
        data={**fields, "f-checked": "十二户", "f-spent": "-1", "f-note": "写了", "_act": "send"},
    )
    assert answer.headers["location"] == f"{path}?faults=1"
    page = client.get(answer.headers["location"])
    tree = check(page)
    assert set(tree.xpath("//*[@role='alert']//a/@href")) == {"#f-checked", "#f-spent"}
    assert tree.xpath("//p[@id='f-checked-fault']")
    shown = fields_of(page, path)
    assert shown["f-checked"] == ["十二户"]
    assert shown["f-note"] == ["写了"]
    again = client.post(path, data={**shown, **GOOD, "_act": "send"})
    assert again.headers["location"].startswith("/receipts/")


def test_a_draft_is_kept_and_comes_back_for_anybody_of_the_unit(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(VILLAGE)
    path, fields = open_form(client, world)
    saved = client.post(path, data={**fields, "f-note": "先写一半", "_act": "save"})
    assert saved.headers["location"] == f"{path}?saved=1"
    other = sign_in(VILLAGE, "office")
    answer = other.get(path)
    assert "草稿已保存" in text_of(answer)
    assert fields_of(answer, path)["f-note"] == ["先写一半"]


def test_only_the_returned_fields_are_open(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    sent = world.send(VILLAGE, note="旧的情况", spent="1")
    township = account_of(session, TOWNSHIP)
    return_(session, sent.id, reason="请核对户数", fields=["checked"], actor=township, now=NOW)
    client = sign_in(VILLAGE)
    path, fields = open_form(client, world)
    assert {name for name in fields if name.startswith("f-")} == {"f-checked"}
    page = text_of(client.get(path))
    assert "退回原因：请核对户数" in page
    assert "旧的情况" in page
    client.post(path, data={**fields, "f-checked": "20", "f-note": "偷改", "_act": "send"})
    last = present(
        session.exec(select(Submission).order_by(col(Submission.revision).desc())).first()
    )
    assert last.answers["checked"] == 20
    assert last.answers["note"] == "旧的情况"


def test_who_sends_over_a_colleagues_answer_is_told_and_keeps_the_text(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    first, second = sign_in(VILLAGE), sign_in(VILLAGE, "office")
    path, fields = open_form(first, world)
    _, others = open_form(second, world)
    second.post(path, data={**others, **GOOD, "_act": "send"})
    answer = first.post(path, data={**fields, "f-checked": "99", "_act": "send"})
    assert answer.status_code == 409
    assert "之后" in text_of(answer)
    assert check(answer).xpath("//main//a[starts-with(@href, '/receipts/')]")
    assert fields_of(answer, path)["f-checked"] == ["99"]


def test_a_withdrawn_form_says_why_and_what_was_typed_can_be_read(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    client = sign_in(VILLAGE)
    path, fields = open_form(client, world)
    client.post(path, data={**fields, **GOOD, "_act": "save"})
    _, fields = open_form(client, world)
    actor = account_of(session, REGION, Role.OFFICE)
    withdraw_measure(session, world.measure, reason="与另一项重复", actor=actor, now=NOW)
    told = "内蒙古自治区 2026-11-23 09:00 撤回 草稿仍保留 撤回的原因：与另一项重复"
    assert told in text_of(client.get("/"))
    assert path in check(client.get(path.removesuffix("/form"))).xpath("//main//a/@href")
    page = client.get(path)
    assert "撤回的原因：与另一项重复 内蒙古自治区" in text_of(page)
    assert "工作情况 已逐户查看" in text_of(page)
    assert not check(page).xpath("//*[@data-restore and not(@hidden)]")
    late = client.post(path, data={**fields, "f-note": "后写的", "_act": "send"})
    assert late.status_code == 409
    assert "没有保存；需要的话请从这里抄下来" in text_of(late)
    assert "工作情况 后写的" in text_of(late)


@pytest.mark.parametrize("code", [OTHER_VILLAGE, TOWNSHIP, BANNER])
def test_nobody_else_opens_the_form(
    world: World, sign_in: Callable[..., TestClient], code: str
) -> None:
    sign_in(VILLAGE)
    client = sign_in(code)
    path = f"/assignments/{world.id(VILLAGE)}/form"
    assert client.get(path).status_code == 404
    assert client.post(path, data={**GOOD, "_act": "send"}).status_code == 404


def test_the_receipt_is_seen_by_the_units_above_and_by_nobody_beside(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    path = f"/receipts/{world.send(VILLAGE).receipt}"
    assert sign_in(VILLAGE).get(path).status_code == 200
    assert sign_in(BANNER).get(path).status_code == 200
    assert sign_in(OTHER_VILLAGE).get(path).status_code == 404
    assert sign_in(VILLAGE).get("/receipts/0000").status_code == 404


def test_an_upper_unit_answers_with_the_roll_up_and_its_narrative(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE)
    client = sign_in(TOWNSHIP)
    path, fields = open_form(client, world, TOWNSHIP)
    assert "下级应报 3 份，已报 1 份" in text_of(client.get(path))
    answer = client.post(path, data={**fields, "f-narrative": "正在推进", "_act": "send"})
    assert "尚未报送的下级单位" in text_of(client.get(answer.headers["location"]))


@pytest.fixture
def expired(app: FastAPI, session: Session, world: World) -> TestClient:
    """A browser whose session is over, with a password to sign in again."""
    account = account_of(session, VILLAGE)
    account.password_hash = hash_password("Caoyuan-2026")
    session.add(account)
    session.flush()
    return make_client(app)


def test_an_expired_session_loses_nothing_that_was_typed(world: World, expired: TestClient) -> None:
    path = f"/assignments/{world.id(VILLAGE)}/form"
    asked = expired.post(path, data={**GOOD, "_act": "send", "_send_key": "k" * 16})
    assert asked.status_code == 401
    assert "都已保留" in text_of(asked)
    carried = fields_of(asked, "/sign-in")
    carried |= {"login": [f"clerk-{VILLAGE}"], "password": ["Caoyuan-2026"]}
    answer = expired.post("/sign-in", data=carried)
    assert answer.headers["location"] == f"{path}?saved=1"
    back = expired.get(answer.headers["location"])
    assert "已重新登录" in text_of(back)
    assert {name: fields_of(back, path)[name] for name in GOOD} == {k: [v] for k, v in GOOD.items()}


def test_what_comes_through_a_sign_in_goes_over_no_newer_draft(
    world: World, expired: TestClient, sign_in: Callable[..., TestClient], session: Session
) -> None:
    path, other = f"/assignments/{world.id(VILLAGE)}/form", sign_in(VILLAGE, "office")
    before = fields_of(other.get(path), path)
    other.post(path, data={**before, "f-note": "另一台手机写的", "_act": "save"})
    asked = expired.post(path, data={**before, **GOOD, "made": "k" * 16 + ".0.0", "_act": "send"})
    carried = fields_of(asked, "/sign-in")
    carried |= {"login": [f"clerk-{VILLAGE}"], "password": ["Caoyuan-2026"]}
    answer = expired.post("/sign-in", data=carried)
    assert "两份都还在" in text_of(answer)
    assert "已逐户查看" in text_of(answer)
    assert fields_of(other.get(path), path)["f-note"] == ["另一台手机写的"]


def test_typed_text_is_shown_when_another_unit_signs_in(
    world: World, expired: TestClient, session: Session
) -> None:
    other = account_of(session, OTHER_VILLAGE)
    other.password_hash = hash_password("Caoyuan-2026")
    session.add(other)
    session.flush()
    asked = expired.post(f"/assignments/{world.id(VILLAGE)}/form", data={**GOOD, "_act": "send"})
    carried = fields_of(asked, "/sign-in")
    carried |= {"login": [f"clerk-{OTHER_VILLAGE}"], "password": ["Caoyuan-2026"]}
    answer = expired.post("/sign-in", data=carried)
    assert answer.status_code == 200
    assert "已逐户查看" in text_of(answer)


def test_a_missing_token_keeps_the_text_and_one_click_brings_it_to_the_form(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(VILLAGE)
    client.headers.pop("Sec-Fetch-Site")
    path = f"/assignments/{world.id(VILLAGE)}/form"
    refused = client.post(path, data={**GOOD, "_act": "send"})
    assert refused.status_code == 403
    answer = client.post(path, data=fields_of(refused, path))
    assert answer.headers["location"] == f"{path}?saved=1"
    assert fields_of(client.get(path), path)["f-note"] == ["已逐户查看"]


def test_a_sending_reads_its_form_once_and_works_its_checks_out_once(
    world: World,
    sign_in: Callable[..., TestClient],
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = sign_in(VILLAGE)
    path, fields = open_form(client, world)
    worked_out = Mock(side_effect=text_prints)
    monkeypatch.setattr("rules.filling.sheet_answers.text_prints", worked_out)
    with statements(session) as sent:
        answer = client.post(path, data={**fields, **GOOD, "_act": "send"})
    assert answer.headers["location"].startswith("/receipts/")
    assert sum("LEFT OUTER JOIN draft" in row for row in sent) == 1
    assert worked_out.call_count == 1
    assert len(sent) <= 21


def test_a_fault_while_sending_gives_back_what_was_typed_under_its_questions(
    world: World, sign_in: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(VILLAGE)
    path, fields = open_form(client, world)
    monkeypatch.setattr("web.filling.carrier.send_each", Mock(side_effect=ZeroDivisionError))
    browser = TestClient(client.app, headers=SAME_SITE, raise_server_exceptions=False)
    browser.cookies = client.cookies
    answer = browser.post(path, data={**fields, **GOOD, "_act": "send"})
    assert answer.status_code == 500
    assert "排查户数" in answer.text
    assert GOOD["f-note"] in answer.text


def test_a_form_is_light_on_a_weak_network_and_constant_in_statements(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    client = sign_in(VILLAGE)
    path = f"/assignments/{world.id(VILLAGE)}/form"
    with statements(session) as sent:
        page = client.get(path)
    tree = check(page)
    later = page.num_bytes_downloaded
    static = tree.xpath("//link/@href|//script/@src")
    first = later + sum(client.get(address).num_bytes_downloaded for address in static)
    assert later <= 10_000
    assert first <= 50_000
    assert len(sent) <= 8
