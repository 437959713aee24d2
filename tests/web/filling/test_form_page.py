"""The whole form model on the page of a clerk whose browser runs no script."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from lxml import html
from sqlmodel import Session, col, select

from models import Draft, Review, Role, Submission
from services.review.reviews import return_
from tests.building import REGION, TOWNSHIP, VILLAGE, make_form
from tests.conftest import NOW
from tests.counting import statements
from tests.full_form import FILLED, posted
from tests.present import present
from tests.web.conftest import World, account_of
from tests.web.full_world import make_full_world
from tests.web.pages import check, fields_of, text_of


@pytest.fixture
def clerk(full: World, sign_in: Callable[..., TestClient]) -> TestClient:
    return sign_in(VILLAGE)


@pytest.fixture
def path(full: World) -> str:
    return f"/assignments/{full.id(VILLAGE)}/form"


def test_a_script_is_sent_to_the_form_as_it_is_now(clerk: TestClient, path: str) -> None:
    typed = {**FILLED, "gone": ["1"]}
    data = {**fields_of(clerk.get(path), path), **posted(typed), "_act": "send"}
    answer = clerk.post(path, data=data, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["url"]) == (422, f"{path}?faults=1")


def wrapper(page: Response, key: str) -> html.HtmlElement:
    found: list[html.HtmlElement] = check(page).xpath(
        f"//*[@data-key='{key}' and not(ancestor::template)]"
    )
    return found[0]


def latest(session: Session) -> Submission:
    newest = select(Submission).order_by(col(Submission.revision).desc())
    return present(session.exec(newest).first())


def save(client: TestClient, path: str, typed: dict[str, Any], act: str = "save") -> Response:
    fields = fields_of(client.get(path), path)
    return client.post(path, data={**fields, **posted(typed), "_act": act})


def test_a_form_with_everything_is_filled_in_and_sent_without_a_script(
    clerk: TestClient, path: str, session: Session
) -> None:
    answer = save(clerk, path, FILLED, "send")
    assert answer.headers["location"].startswith("/receipts/")
    page = text_of(clerk.get(answer.headers["location"]))
    assert "2. 门牌：二号；常住人数：2；炉具完好：否；炉具问题：烟道破损" in page
    assert "安装比例（%） 25" in page
    stored = latest(session)
    assert stored.answers["visits"][1]["fault"] == "烟道破损"


def test_every_question_says_which_it_is(clerk: TestClient, path: str) -> None:
    page = clerk.get(path)
    assert wrapper(page, "households").get("data-field") == "households"
    assert wrapper(page, "visits.0.who").get("data-field") == "who"
    assert wrapper(page, "base").tag == "fieldset"
    assert wrapper(page, "base").xpath("./legend")[0].text == "基本情况"
    tree = check(page)
    section = tree.xpath("//section[@data-repeat='visits']")[0]
    assert section.xpath("./fieldset/@data-instance") == ["0"]
    blank = section.xpath("./template[@data-instance-template='visits']")[0]
    assert blank.xpath(".//@name").count("f-visits.__n__.who") == 1
    assert section.xpath("./input[@name='f-visits.#']/@value") == ["1"]
    assert not tree.xpath("//*[@data-field='quiet']")


def test_the_browser_gets_the_rules(clerk: TestClient, path: str) -> None:
    (form,) = check(clerk.get(path)).xpath("//form[@data-form]")
    rules = json.loads(form.get("data-rules"))
    assert rules["today"] == "2026-11-23"
    assert rules["order"].index("alarms") < rules["order"].index("share")
    assert rules["fields"]["alarms"]["message"] == "不能超过总户数。"
    assert rules["fields"]["alarms"]["above"] == ["base"]
    assert rules["fields"]["kind"]["columns"] == {"c1": {"heat": "coal"}, "g1": {"heat": "gas"}}
    assert rules["fields"]["who"]["repeat"] == "visits"


def test_the_browser_gets_no_rules_of_a_form_without_any(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    plain = sign_in(VILLAGE).get(f"/assignments/{world.id(VILLAGE)}/form")
    assert check(plain).xpath("//form[@data-form]")[0].get("data-rules") is None
    assert "expressions" not in plain.text


def test_what_is_not_asked_now_says_so_and_can_be_filled_in_all_the_same(
    clerk: TestClient, path: str
) -> None:
    page = clerk.get(path)
    assert "unasked" in wrapper(page, "alarms").get("class")
    assert wrapper(page, "share").xpath(".//output")[0].text == "—"
    assert "（视前面的回答填写）" in wrapper(page, "alarms").text_content()
    save(clerk, path, {"households": ["4"], "heated": ["coal"], "alarms": ["1"]})
    page = clerk.get(path)
    assert "unasked" not in wrapper(page, "alarms").get("class")
    assert wrapper(page, "share").xpath(".//output")[0].text == "25"


def test_a_repeat_grows_and_shrinks_without_a_script_and_keeps_what_was_typed(
    clerk: TestClient, path: str
) -> None:
    typed = {"visits.0.who": ["一号"], "story": ["先写这里"]}
    answer = save(clerk, path, typed, "add:visits")
    assert answer.headers["location"] == f"{path}?saved=1#visits.1"
    page = clerk.get(path)
    assert fields_of(page, path)["f-visits.1.people"] == ["1"]
    assert check(page).xpath("//*[@id='visits.1']")
    save(clerk, path, {"visits.1.who": ["二号"]}, "add:visits")
    answer = save(clerk, path, {"visits.2.who": ["三号"]}, "remove:visits.1")
    assert answer.headers["location"] == f"{path}?saved=1#f-visits"
    shown = fields_of(clerk.get(path), path)
    assert (shown["f-visits.0.who"], shown["f-visits.1.who"]) == (["一号"], ["三号"])
    assert "f-visits.2.who" not in shown
    assert shown["f-story"] == ["先写这里"]


def test_an_act_about_no_repeat_of_the_form_is_only_a_saving(clerk: TestClient, path: str) -> None:
    for act in ("add:nothing", "remove:visits.999", "add:", "remove:visits", "add:visits.0.who"):
        assert save(clerk, path, {"story": [act]}, act).status_code == 303
        assert fields_of(clerk.get(path), path)["f-story"] == [act]


def test_enter_presses_a_button_that_takes_nothing_away(clerk: TestClient, path: str) -> None:
    first = check(clerk.get(path)).xpath("//form[@data-form]//button")[0]
    assert (first.get("name"), first.get("value")) == ("_act", "keep")
    assert save(clerk, path, {"story": ["写了"]}, "keep").headers["location"] == f"{path}?saved=1"


def test_choices_that_do_not_go_with_the_answers_come_marked_but_stay_choosable(
    clerk: TestClient, path: str
) -> None:
    page = clerk.get(path)
    assert "unfit" not in page.text
    told = ".//*[contains(@class, 'said') and not(@hidden)]/text()"
    assert wrapper(page, "kind").xpath(told) == ["请先填写“取暖方式”。"]
    save(clerk, path, {"heated": ["gas"]})
    asked = wrapper(clerk.get(path), "kind")
    boxes = asked.xpath(".//div[contains(@class, 'unfit')]//input")
    assert [box.get("value") for box in boxes] == ["c1"]
    assert asked.xpath(told) == []


def test_an_author_speaks_in_the_language_of_the_page(clerk: TestClient, path: str) -> None:
    clerk.cookies.set("lang", "en")
    page = clerk.get(path)
    assert "Households" in wrapper(page, "households").text_content()
    assert "All of them" in wrapper(page, "households").text_content()
    assert "Coal" in wrapper(page, "heated").text_content()
    assert wrapper(page, "story").xpath(".//label/span[@lang='zh-CN']/text()") == ["做法"]
    assert not wrapper(page, "households").xpath(".//label[1]/span[@lang]")
    assert "Some questions of this form are only in Chinese." in page.text
    save(clerk, path, {**FILLED, "alarms": ["99"]}, "send")
    fault = check(clerk.get(f"{path}?faults=1")).xpath("//*[@id='f-alarms-fault']")
    assert fault[0].text == "More than there are."


def test_what_an_author_typed_is_never_taken_for_a_text_of_ours(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    fields = [{"name": "narrative", "label": "存在问题", "type": "text"},
              {"name": "problems", "label": "首页", "type": "text"}]  # fmt: skip
    full = make_full_world(session, fields)
    client = sign_in(VILLAGE)
    client.cookies.set("lang", "en")
    page = client.get(f"/assignments/{full.id(VILLAGE)}/form")
    assert "存在问题" in wrapper(page, "narrative").text_content()
    assert "首页" in wrapper(page, "problems").text_content()


def test_a_fault_in_a_repeat_is_led_to_by_its_number(clerk: TestClient, path: str) -> None:
    save(clerk, path, {**FILLED, "visits.1.who": [""], "visits.1.people": ["两"]}, "send")
    tree = check(clerk.get(f"{path}?faults=1"))
    told = [link.text for link in tree.xpath("//*[@role='alert']//a")]
    assert told == ["入户走访第 2 条，门牌：请填写这一项。",
                    "入户走访第 2 条，常住人数：请只填数字，不带单位和文字。"]  # fmt: skip


def test_only_what_was_returned_is_shown_with_what_the_reviewer_wrote(
    full: World, clerk: TestClient, path: str, session: Session
) -> None:
    save(clerk, path, FILLED, "send")
    sent = latest(session)
    return_(
        session, sent.id, reason="请核对户数", fields=["alarms"],
        notes={"alarms": "比上月少了一半"}, actor=account_of(session, TOWNSHIP), now=NOW,
    )  # fmt: skip
    review = session.exec(select(Review)).one()
    review.fields = ("alarms", "visits")
    review.notes = {"alarms": "比上月少了一半", "visits.1": "人数与名册不符"}
    session.add(review)
    session.flush()
    page = clerk.get(path)
    shown = fields_of(page, path)
    assert {name for name in shown if name.startswith("f-")} >= {"f-alarms", "f-visits.1.who"}
    assert "f-heated" not in shown
    assert "与退回的项有关，可以一起改" in wrapper(page, "households").text_content()
    links = check(page).xpath("//*[contains(@class,'note-warn')]//li/a/@href")
    assert links == ["#f-alarms", "#f-visits", "#visits.1", "#f-households"]
    assert "入户走访第 2 条：人数与名册不符" in text_of(page)
    (remarked,) = check(page).xpath("//fieldset[contains(., '请修改这一条')][@data-instance]")
    assert (remarked.get("id"), "人数与名册不符" in remarked.text_content()) == ("visits.1", True)
    assert "比上月少了一半" in wrapper(page, "alarms").text_content()
    rules = json.loads(check(page).xpath("//form[@data-form]")[0].get("data-rules"))
    assert rules["fields"]["heated"]["value"] == "coal"
    assert not [name for name in ("alarms", "households") if "value" in rules["fields"][name]]
    assert wrapper(page, "share").xpath(".//output")[0].text == "25"
    asked = clerk.post(path, data={**shown, "f-alarms": "20", "_act": "send"})
    page = clerk.get(asked.headers["location"])
    assert "“入户走访”被退回后没有改动" in text_of(page)
    again = clerk.post(path, data={**fields_of(page, path), "_act": "send"})
    assert again.headers["location"].startswith("/receipts/")
    last = latest(session)
    assert (last.answers["alarms"], last.answers["share"]) == (20, "50")
    assert last.answers["visits"] == sent.answers["visits"]


def replace_form(session: Session, world: World) -> None:
    """A newer version that asks for the number only, and for a name."""
    office = account_of(session, REGION, Role.OFFICE)
    newer = make_form(
        session,
        office,
        [
            {"name": "checked", "label": "户数", "type": "integer"},
            {"name": "place", "label": "地点", "type": "text", "required": True},
        ],
    )
    old = session.get_one(type(newer), world.measure.form_version_id)
    newer.form_id, newer.number = old.form_id, 2
    world.measure.form_version_id = newer.id
    session.add_all([newer, world.measure])
    session.flush()


def test_a_form_changed_under_a_draft_says_so_and_shows_what_it_no_longer_asks(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    client = sign_in(VILLAGE)
    path = f"/assignments/{world.id(VILLAGE)}/form"
    save(client, path, {"checked": ["7"], "note": ["写了很久的情况"]})
    replace_form(session, world)
    page = client.get(path)
    assert "上级更换了这张表单" in text_of(page)
    assert "表单更新后不再需要的内容" in text_of(page)
    assert "工作情况写了很久的情况" in text_of(page)
    assert fields_of(page, path)["f-checked"] == ["7"]
    save(client, path, {"checked": ["8"]})
    assert "写了很久的情况" in text_of(client.get(path))


@pytest.mark.parametrize("act", ["autosave", "send"])
def test_a_form_changed_under_an_open_page_says_so_whatever_the_page_has_sent_since(
    world: World, sign_in: Callable[..., TestClient], session: Session, act: str
) -> None:
    client = sign_in(VILLAGE)
    path = f"/assignments/{world.id(VILLAGE)}/form"
    opened = fields_of(client.get(path), path)
    replace_form(session, world)
    typed = {**opened, "f-checked": "7", "f-note": "写了很久的情况", "_act": act}
    told = client.post(path, data=typed, headers={"Accept": "application/json"})
    if act == "send":
        assert told.json()["url"].startswith(path + "?faults=1")
    page = client.get(path)
    assert "上级更换了这张表单" in text_of(page)
    client.post(path, data={**fields_of(page, path), "f-place": "东街", "_act": "save"})
    assert "上级更换了这张表单" not in text_of(client.get(path))


def test_many_groups_are_one_page_with_a_link_to_each(clerk: TestClient, path: str) -> None:
    assert check(clerk.get(path)).xpath("//nav[@class='parts']//a/@href") == [
        "#base", "#f-visits", "#proof", "#end"
    ]  # fmt: skip


def test_a_script_saves_and_is_told_the_version(
    clerk: TestClient, path: str, session: Session
) -> None:
    fields = fields_of(clerk.get(path), path)
    asks = {"Accept": "application/json"}
    data = {**fields, "f-story": "先写", "_act": "autosave"}
    answer = clerk.post(path, data=data, headers=asks)
    assert answer.json() == {"saved": True, "version": 1, "at": "09:00"}
    data |= {"f-story": "再写", "_draft": "1"}
    assert clerk.post(path, data=data, headers=asks).json()["version"] == 2
    other = {**data, "f-story": "别处", "_draft": "1", "_send_key": "k" * 20}
    refused = clerk.post(path, data=other, headers=asks)
    assert refused.status_code == 409
    assert refused.json()["saved"] is False
    assert refused.json()["url"] == f"{path}?conflict=1"
    assert session.exec(select(Draft)).one().answers["story"] == ["再写"]


def test_a_script_sends_and_is_told_the_receipt_or_the_faults(
    clerk: TestClient, path: str, client: TestClient
) -> None:
    fields = fields_of(clerk.get(path), path)
    asks = {"Accept": "application/json"}
    faulty = clerk.post(
        path, data={**fields, **posted({**FILLED, "alarms": ["99"]}), "_act": "send"}, headers=asks
    )
    assert faulty.status_code == 422
    assert faulty.json()["faults"] == {"alarms": "不能超过总户数。"}
    assert "1 处" in faulty.json()["sentence"]
    data = {**fields, **posted(FILLED), "_act": "send", "_draft": faulty.json()["version"]}
    sent = clerk.post(path, data=data, headers=asks)
    assert sent.json()["url"] == f"/receipts/{sent.json()['receipt']}"
    assert clerk.post(path, data=data, headers=asks).json() == sent.json()
    stranger = client.post(path, data=data, headers=asks)
    assert stranger.status_code == 401
    assert stranger.json()["url"].startswith("/sign-in?next=")


THIRTY = [
    {"name": f"group{n}", "label": f"第{n}部分", "type": "group"} if n % 10 == 0 else
    {"name": f"count{n}", "label": f"第{n}项排查整治工作已完成的户数", "type": "integer",
     "within": f"group{n - n % 10}", "required": True, "hint": "按台账填写，不含已搬走的。",
     "constraint": ". <= 10000", "constraint_message": "超过全村户数，请核对。",
     **({"relevant": f"${{count{n - 1}}} > 0"} if n % 10 > 1 else {})}
    for n in range(33)
]  # fmt: skip


def test_thirty_questions_are_light_on_a_weak_network(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    full = make_full_world(session, THIRTY)
    client = sign_in(VILLAGE)
    path = f"/assignments/{full.id(VILLAGE)}/form"
    with statements(session) as issued:
        page = client.get(path)
    static = check(page).xpath("//link/@href|//script/@src")
    assert len([field for field in THIRTY if field["type"] != "group"]) >= 29
    later = page.num_bytes_downloaded
    first = later + sum(client.get(address).num_bytes_downloaded for address in static)
    assert later <= 10_000
    assert first <= 45_000
    assert len(set(static)) <= 8
    assert len(issued) <= 8
