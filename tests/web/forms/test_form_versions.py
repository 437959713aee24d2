"""The forms of an office, choosing one, and a new version in the middle of a campaign."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session, select

from models import Account, Event, FormVersion, Role
from queries.forms.forms import get_form
from services.forms.forms import publish_version
from services.review.reviews import return_
from tests.answering import keep_draft
from tests.building import (
    FIELDS,
    LEAGUE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    make_account,
    make_form,
)
from tests.conftest import NOW
from tests.web.conftest import World, account_of
from tests.web.office import drafted, office_of
from tests.web.pages import check, fields_of, text_of

MENDED = {"name": "mended", "label": "整改处数", "type": "integer", "rollup": "sum"}
OTHER = "150402005003"


@pytest.fixture
def office(session: Session, world: World) -> Account:
    return account_of(session, REGION, Role.OFFICE)


@pytest.fixture
def second(session: Session, world: World, office: Account) -> FormVersion:
    """A second version of the measure's form: without `spent`, with `mended`."""
    used = session.get_one(FormVersion, world.measure.form_version_id)
    form = get_form(session, used.form_id)
    fields: list[dict[str, Any]] = [FIELDS[0], FIELDS[2], MENDED]
    return publish_version(session, form, fields, actor=office, now=NOW)


def address(world: World) -> str:
    return f"/measures/{world.measure.id}/form/change"


def take(client: TestClient, world: World, version: FormVersion) -> Response:
    """Press the button, whether or not the page shows it."""
    seen = str(world.measure.form_version_id)
    return client.post(address(world), data={"version": str(version.id), "seen": seen})


def test_before_it_happens_the_page_says_what_becomes_of_drafts_and_totals(
    session: Session, world: World, second: FormVersion, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE, spent="1.5")
    clerk = account_of(session, OTHER)
    keep_draft(session, world.id(OTHER), {"spent": ["3"]}, actor=clerk, now=NOW)
    page = sign_in(REGION, "office").get(f"{address(world)}?version={second.id}")
    shown = text_of(page)
    for words in (
        "由第 1 版换为第 2 版",
        "1 个单位按第 1 版填报，保持不变",
        "有 1 份草稿",
        "新增“整改处数”：换版后才开始填。 已报的 1 个单位没有这一项",
        "“排查户数”继续（合计）",
        "“投入资金（万元）”停止",
    ):
        assert words.replace(" ", "") in shown.replace(" ", ""), words
    row = check(page).xpath("//table/tbody/tr[th='投入资金（万元）']/td[last()]")[0]
    assert row.text_content() == "1"


def test_it_is_taken_once_however_often_it_is_sent(
    session: Session, world: World, second: FormVersion, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, "office")
    fields = fields_of(client.get(f"{address(world)}?version={second.id}"), address(world))
    for _ in range(2):
        answer = client.post(address(world), data=fields)
        assert answer.status_code == 303
    session.refresh(world.measure)
    assert world.measure.form_version_id == second.id
    assert len(session.exec(select(Event).where(Event.act == "change_form")).all()) == 1
    assert "现在用的就是第 2 版" in text_of(client.get(answer.headers["location"]))
    assert "换用新版表单" in text_of(client.get(f"/assignments/{world.id(REGION)}"))


def test_the_clerk_is_asked_the_new_version_with_what_was_typed(
    session: Session, world: World, second: FormVersion, sign_in: Callable[..., TestClient]
) -> None:
    clerk = account_of(session, VILLAGE)
    typed = {"checked": ["7"], "spent": ["3.25"]}
    keep_draft(session, world.id(VILLAGE), typed, actor=clerk, now=NOW)
    assert take(sign_in(REGION, "office"), world, second).status_code == 303
    page = sign_in(VILLAGE).get(f"/assignments/{world.id(VILLAGE)}/form")
    tree = check(page)
    assert tree.xpath("//input[@id='f-checked']/@value") == ["7"]
    assert tree.xpath("//input[@id='f-mended']")
    assert not tree.xpath("//input[@id='f-spent']")
    assert "3.25" in text_of(page)


def test_what_makes_totals_meaningless_cannot_be_taken(
    session: Session, world: World, office: Account, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE, spent="1.5")
    form = get_form(session, session.get_one(FormVersion, world.measure.form_version_id).form_id)
    text = {"name": "checked", "label": "排查户数", "type": "text"}
    version = publish_version(session, form, [text], actor=office, now=NOW)
    client = sign_in(REGION, "office")
    page = client.get(f"{address(world)}?version={version.id}")
    assert "不能由“整数”改为“文字”" in text_of(page)
    assert not check(page).xpath("//main//form[contains(@action,'change')]//button")
    answer = take(client, world, version)
    assert "不能由“整数”改为“文字”" in text_of(answer)
    session.refresh(world.measure)
    assert world.measure.form_version_id != version.id


def test_the_editor_of_a_released_measure_publishes_and_shows_the_effects(
    session: Session, world: World, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE)
    client, editor = sign_in(REGION, "office"), f"/measures/{world.measure.id}/form"
    fields = fields_of(client.get(editor), editor)
    wrong = fields | {"type-0": ["text"], "rollup-0": ["none"], "min-0": [""], "do": ["publish"]}
    refused = client.get(client.post(editor, data=wrong).headers["location"])
    assert "不能由“整数”改为“文字”" in text_of(refused)
    fields |= {
        name: value for name, value in fields_of(refused, editor).items() if "draft_" in name
    }
    answer = client.post(editor, data=fields | {"label-0": ["排查的户数"], "do": ["publish"]})
    assert answer.status_code == 303
    assert "由第 1 版换为第 2 版" in text_of(client.get(answer.headers["location"]))
    assert len(session.exec(select(FormVersion)).all()) == 2


def test_two_officers_at_once_the_slower_is_told(
    session: Session,
    world: World,
    office: Account,
    second: FormVersion,
    sign_in: Callable[..., TestClient],
) -> None:
    form = get_form(session, second.form_id)
    third = publish_version(session, form, FIELDS[:1], actor=office, now=NOW)
    client = sign_in(REGION, "office")
    slow = fields_of(client.get(f"{address(world)}?version={third.id}"), address(world))
    client.post(address(world), data={"version": str(second.id), "seen": slow["seen"]})
    answer = client.post(address(world), data=slow)
    assert answer.status_code == 409
    assert "被别人换过" in text_of(answer)
    session.refresh(world.measure)
    assert world.measure.form_version_id == second.id


@pytest.mark.parametrize(("code", "role"), [(REGION, "clerk"), (LEAGUE, "office")])
def test_nobody_but_the_issuing_office(
    session: Session,
    world: World,
    second: FormVersion,
    sign_in: Callable[..., TestClient],
    code: str,
    role: str,
) -> None:
    stranger = sign_in(code, role)
    for path in (address(world), f"/measures/{world.measure.id}/form/choose"):
        assert stranger.get(path).status_code == 404
        assert stranger.post(path, data={"version": str(second.id)}).status_code == 404
    preview = f"/measures/{world.measure.id}/form/preview"
    assert stranger.post(preview, data={"rows": "0"}).status_code == 404
    session.refresh(world.measure)
    assert world.measure.form_version_id != second.id


@pytest.mark.parametrize("version", ["0", "x", "99999"])
def test_a_version_that_is_not_there_is_not_found(
    world: World, sign_in: Callable[..., TestClient], version: str
) -> None:
    assert sign_in(REGION, "office").get(f"{address(world)}?version={version}").status_code == 404


def test_a_form_of_another_office_is_not_chosen(
    session: Session, world: World, sign_in: Callable[..., TestClient]
) -> None:
    foreign = make_form(session, make_account(session, LEAGUE))
    measure = drafted(session)
    client = sign_in(REGION, "office")
    data = {"version": str(foreign.id)}
    assert client.post(address(world), data=data).status_code == 404
    answer = client.post(f"/measures/{measure.id}/form/choose", data=data)
    assert answer.status_code == 409
    assert "只能选用本单位的表单" in text_of(answer)
    session.refresh(measure)
    assert measure.form_version_id != foreign.id


def test_a_form_is_used_for_a_second_measure(
    session: Session, world: World, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session, form=make_form(session, office_of(session)))
    client, path = sign_in(REGION, "office"), f"/measures/{measure.id}/form/choose"
    assert "入户排查取暖安全" in text_of(client.get(path))
    for _ in range(2):
        answer = client.post(path, data={"version": str(world.measure.form_version_id)})
        assert answer.status_code == 303
    session.refresh(measure)
    assert measure.form_version_id == world.measure.form_version_id


def test_the_page_of_a_form_says_its_versions_and_where_they_are_used(
    session: Session, world: World, second: FormVersion, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, "office")
    assert "入户排查取暖安全" in text_of(client.get("/forms"))
    page = client.get(f"/forms/{second.form_id}")
    assert "综合办公室" in text_of(page)
    links = check(page).xpath("//a[contains(@href,'xlsform')]/@href")
    assert links == [f"/forms/{second.form_id}/versions/{n}/xlsform" for n in (2, 1)]
    assert check(page).xpath(f"//a[contains(@href,'change?version={second.id}')]")


def test_an_office_without_forms_is_told_how_to_make_one(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    assert "还没有表单" in text_of(sign_in(LEAGUE, "office").get("/forms"))


def test_a_return_across_versions_says_what_was_returned_and_what_is_no_longer_asked(
    session: Session, world: World, second: FormVersion, sign_in: Callable[..., TestClient]
) -> None:
    sent = world.send(VILLAGE, spent="1.5", note="看过了")
    office, reviewer, clerk = sign_in(REGION, "office"), sign_in(TOWNSHIP), sign_in(VILLAGE)
    review, form = f"/review/{world.id(VILLAGE)}", f"/assignments/{world.id(VILLAGE)}/form"
    older = "按第 2 版重新填报，各项都可以改"
    assert older not in text_of(reviewer.get(review))
    assert "退回的，对方要" + older in text_of(office.get(f"{address(world)}?version={second.id}"))
    assert "退回以后要" not in text_of(
        office.get(f"{address(world)}?version={sent.form_version_id}")
    )
    take(office, world, second)
    assert "退回以后要" + older in text_of(office.get(address(world)))
    page = reviewer.get(review)
    assert "这一份是按第 1 版表单填的，现在用的是第 2 版。退回后，对方" + older in text_of(page)
    fields = fields_of(page, review) | {"act": "return", "note-spent": "单位不对"}
    fields |= {"fields": ["spent", "checked"], "reason": "请核对一下", "note-checked": "太少"}
    assert reviewer.post(review, data=fields).status_code == 303
    page = clerk.get(form)
    shown = text_of(page)
    for words in (
        "退回原因：请核对一下",
        "换了这张表单（第 1 版 → 第 2 版）。这次按新版填写，各项都可以改",
        "排查户数：太少",
        "投入资金（万元）：单位不对 （新版不再问这一项，不用改。） 原来报的是：1.5",
        "其余各项原来填写的内容已经保留",
    ):
        assert words in shown, words
    tree = check(page)
    assert tree.xpath("//div[contains(@class,'note-warn')]/ul//a/@href") == ["#f-checked"]
    assert tree.xpath("//*[@id='f-checked']/@value") == ["12"]
    assert "太少" in tree.xpath("string(//*[@data-field='checked']//*[@class='mend'])")
    assert tree.xpath("//input[@id='f-mended']")
    assert sent.form_version_id != second.id
    world.send(VILLAGE, mended="2")
    told = text_of(reviewer.get(review))
    assert "上一次的退回原因：请核对一下" in told
    assert "排查户数：太少 投入资金（万元）：单位不对 （新版不再问这一项）" in told


def test_a_whole_return_across_versions_shows_what_has_no_place_any_more(
    session: Session, world: World, second: FormVersion, sign_in: Callable[..., TestClient]
) -> None:
    sent = world.send(VILLAGE, spent="1.5")
    take(sign_in(REGION, "office"), world, second)
    return_(session, sent.id, reason="请核对一下", actor=account_of(session, TOWNSHIP), now=NOW)
    shown = text_of(sign_in(VILLAGE).get(f"/assignments/{world.id(VILLAGE)}/form"))
    assert "退回的是这几项" not in shown
    assert "没有都带过来： 投入资金（万元） （新版不再问这一项，不用改。） 原来报的是：1.5" in shown
    assert "都已保留" not in shown


def test_where_every_field_was_returned_their_notes_are_shown(
    session: Session, world: World, sign_in: Callable[..., TestClient]
) -> None:
    sent = world.send(VILLAGE, spent="1.5")
    names, notes = [str(field["name"]) for field in FIELDS], {"spent": "单位不对"}
    return_(
        session, sent.id, reason="请核对一下", fields=names, notes=notes,
        actor=account_of(session, TOWNSHIP), now=NOW,
    )  # fmt: skip
    shown = text_of(sign_in(VILLAGE).get(f"/assignments/{world.id(VILLAGE)}/form"))
    assert "投入资金（万元）：单位不对" in shown
    assert "请修改这一项 单位不对" in shown
    assert "原来填写的内容都已保留" in shown
    assert "换了这张表单" not in shown
