"""The form on a phone: what is typed survives, conditions work, the keyboard is enough."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from models import Assignment
from tests.conftest import NOW
from tests.second_try import REAL
from tests.web.filling.test_typed_in_browser import KEPT, UNSENT, WRITTEN
from tests.web.phones import SAVE, SEND, Phones, cut_off, dismiss_into, until
from tests.web.slow_network import slow_down
from web.edge.pages.static_files import static_files

pytestmark = [pytest.mark.long, REAL]


def test_faults_stand_on_top_and_beside_the_field_without_a_reload(
    clerks: Phones, page: Page, village: str
) -> None:
    page.fill("#f-checked", "十五")
    page.fill("#f-note", WRITTEN)
    page.click(SEND)
    page.locator("[role=alert] a").click()
    assert page.url.endswith("#f-checked")
    assert page.locator("#f-checked-fault").is_visible()
    assert page.get_attribute("#f-checked", "aria-describedby") == "f-checked-fault"
    assert "排查户数：" in page.inner_text("[role=alert]")
    page.fill("#f-checked", "15")
    page.press("#f-checked", "Tab")
    expect(page.locator("#f-checked-fault")).to_have_count(0)
    page.click(SEND)
    page.wait_for_url("**/receipts/**")
    assert [submission.answers["checked"] for submission in clerks.sent(village)] == [15]
    assert page.evaluate(UNSENT) == []


def test_the_list_of_faults_follows_what_is_mended(clerks: Phones, page: Page) -> None:
    page.fill("#f-checked", "十五")
    page.fill("#f-spent", "很多")
    page.click(SEND)
    links = page.locator(".errors a")
    expect(links).to_have_count(2)
    page.fill("#f-checked", "15")
    page.press("#f-checked", "Tab")
    expect(links).to_have_count(1)
    expect(page.locator(".errors")).not_to_contain_text("有 2 处需要修改")
    page.fill("#f-spent", "1.5")
    page.press("#f-spent", "Tab")
    expect(page.locator(".errors")).to_have_count(0)
    expect(page.locator(".mended")).to_have_text("已改完，请再按“报送”。")
    page.fill("#f-spent", "很多")
    page.click(SEND)
    expect(links).to_have_count(1)
    expect(page.locator(".mended")).to_have_count(0)


def test_the_list_of_faults_of_a_loaded_page_follows_too(
    clerks: Phones, page: Page, village: str
) -> None:
    page.fill("#f-checked", "十五")
    page.click(SAVE)
    expect(page.locator("[data-kept]")).to_contain_text("已保存到服务器")
    page.goto(clerks.path(village) + "?faults=1")
    expect(page.locator(".errors a")).to_have_count(1)
    page.fill("#f-checked", "15")
    page.press("#f-checked", "Tab")
    expect(page.locator(".mended")).to_be_visible()


def test_what_must_be_known_stays_in_view_and_covers_no_field(clerks: Phones, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 420})
    cut_off(page)
    page.evaluate("scrollTo(0, 0)")
    field = page.locator("#f-checked")
    place = "document.querySelector('[data-kept]').getBoundingClientRect()"
    field.fill("12")
    page.locator("[data-kept].stuck").wait_for(timeout=40_000)
    until(page, f"{place}.bottom <= innerHeight + 1")
    assert page.evaluate("document.documentElement.scrollHeight > 2 * innerHeight")
    for name in ("f-spent", "f-note", "f-checked"):
        page.focus(f"#{name}")
        until(page, f"document.getElementById('{name}').getBoundingClientRect().top >= 0")
        until(
            page, f"{place}.top >= document.getElementById('{name}').getBoundingClientRect().bottom"
        )
    page.unroute("**/form*")
    page.click(SAVE)
    expect(page.locator("[data-kept]")).to_contain_text("已保存到服务器")
    expect(page.locator("[data-kept].stuck")).to_have_count(0)


def test_a_filling_with_text_goes_away_only_when_the_clerk_is_sure(page: Page) -> None:
    add_visit(page, 0, "甲", "1")
    asked: list[str] = []
    page.once("dialog", dismiss_into(asked))
    page.click("button[value='remove:visits.0']")
    assert "不能恢复" in asked[0]
    assert page.input_value("[id='f-visits.0.who']") == "甲"
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("button[value='remove:visits.0']")
    expect(page.locator("[id='f-visits.0.who']")).to_have_count(0)


def test_a_fault_in_a_repeat_says_in_which_filling(
    clerks: Phones, page: Page, village: str
) -> None:
    page.fill("#f-checked", "0")
    page.fill("[id='f-visits.0.talks']", "十")
    page.click(SEND)
    expect(page.locator("[role=alert]")).to_contain_text("走访 第 1 条 · 谈话次数：")


def test_a_question_this_page_does_not_have_opens_the_form_as_it_is_now(
    clerks: Phones, page: Page, village: str
) -> None:
    told = {"faults": {"added": "请填写这一项。"}, "sentence": "还没有报送", "version": 1}
    page.route("**/form", lambda route: route.fulfill(status=422, json=told))
    page.fill("#f-checked", "12")
    page.click(SEND)
    page.wait_for_url("**/form?faults=1")


def test_the_questions_before_sending_are_confirmed_where_they_stand(
    clerks: Phones, page: Page, village: str
) -> None:
    page.fill("#f-checked", "0")
    page.fill("#f-spent", "0")
    page.click(SEND)
    page.wait_for_url("**/form?asked=1")
    page.click("[data-doubts] button")
    page.wait_for_url("**/receipts/**")
    assert len(clerks.sent(village)) == 1


def test_questions_appear_and_go_and_keep_what_was_typed(
    clerks: Phones, page: Page, village: str
) -> None:
    faulty = page.locator("#f-faulty")
    expect(faulty).to_be_hidden()
    page.check("#f-found")
    expect(faulty).to_be_visible()
    page.fill("#f-faulty", "3")
    page.check("#f-found-2")
    expect(faulty).to_be_hidden()
    page.check("#f-found")
    expect(faulty).to_have_value("3")
    page.fill("#f-checked", "9")
    page.check("#f-found-2")
    page.click(SEND)
    page.wait_for_url("**/receipts/**")
    assert "faulty" not in clerks.sent(village)[0].answers


def test_totals_calculate_while_one_types_as_the_server_does(
    clerks: Phones, page: Page, village: str
) -> None:
    page.fill("#f-checked", "１2")
    page.check("#f-found")
    page.fill("#f-faulty", "2")
    expect(page.locator("output[data-field=left]")).to_have_text("10")
    page.click(SEND)
    page.wait_for_url("**/receipts/**")
    assert str(clerks.sent(village)[0].answers["left"]) == "10"


def test_totals_know_what_is_not_open(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    page.fill("#f-checked", "12")
    page.check("#f-found")
    page.fill("#f-faulty", "2")
    add_visit(page, 0, "甲", "4")
    page.click(SEND)
    page.wait_for_url("**/receipts/**")
    clerks.return_(village, ["checked"])
    again = clerks.form(phone, village)
    again.fill("#f-checked", "20")
    expect(again.locator("output[data-field=left]")).to_have_text("18")
    expect(again.locator("output[data-field=talked]")).to_have_text("4")


def test_a_broken_constraint_is_said_on_leaving_the_field(page: Page) -> None:
    page.fill("#f-checked", "5")
    page.check("#f-found")
    page.locator("#f-faulty").press_sequentially("9")
    assert page.locator("#f-faulty-fault").count() == 0
    page.locator("#f-faulty").blur()
    expect(page.locator("#f-faulty-fault")).to_have_text("不能多于排查户数。")
    page.fill("#f-checked", "10")
    expect(page.locator("#f-faulty-fault")).to_have_count(0)


def test_choices_follow_an_earlier_answer(page: Page) -> None:
    expect(page.get_by_text("请先填写“取暖方式”。")).to_be_visible()
    expect(page.locator("output[data-field=left]")).to_have_text("—")
    page.check("#f-heating")
    expect(page.get_by_text("请先填写“取暖方式”。")).to_be_hidden()
    expect(page.get_by_label("煤炉")).to_be_visible()
    expect(page.get_by_label("电暖器")).to_be_hidden()
    page.get_by_label("煤炉").check()
    page.check("#f-heating-2")
    expect(page.get_by_label("煤炉")).to_be_hidden()
    assert not page.get_by_label("煤炉").is_checked()
    page.check("#f-heating")
    expect(page.get_by_label("煤炉")).to_be_checked()


def add_visit(page: Page, place: int, who: str, talks: str) -> None:
    if page.locator(f"[id='f-visits.{place}.who']").count() == 0:
        page.click("button[value='add:visits']")
    page.fill(f"[id='f-visits.{place}.who']", who)
    page.fill(f"[id='f-visits.{place}.talks']", talks)


def test_a_repeat_grows_and_shrinks_without_a_round_trip(
    clerks: Phones, page: Page, village: str
) -> None:
    asked: list[str] = []
    add_visit(page, 0, "甲", "1")
    page.on("request", lambda request: asked.append(request.url))
    add_visit(page, 1, "乙", "2")
    add_visit(page, 2, "丙", "4")
    expect(page.locator("output[data-field=talked]")).to_have_text("7")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("button[value='remove:visits.1']")
    expect(page.locator("output[data-field=talked]")).to_have_text("5")
    assert asked == []
    assert page.input_value("[id='f-visits.1.who']") == "丙"
    assert page.locator("label[for='f-visits.1.who']").count() == 1
    assert page.input_value("[name='f-visits.#']") == "2"
    page.fill("#f-checked", "1")
    page.click(SEND)
    page.wait_for_url("**/receipts/**")
    assert clerks.sent(village)[0].answers["visits"] == [
        {"who": "甲", "talks": 1},
        {"who": "丙", "talks": 4},
    ]


def test_the_fillings_of_a_repeat_come_back_from_the_phone(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    cut_off(page)
    add_visit(page, 0, "甲", "1")
    add_visit(page, 1, "乙", "2")
    until(page, KEPT % "乙")
    page.close(run_before_unload=False)
    again = clerks.form(phone, village)
    expect(again.locator("[id='f-visits.1.who']")).to_have_value("乙")
    expect(again.locator("output[data-field=talked]")).to_have_text("3")


def test_enter_goes_to_the_next_question_and_never_sends(
    clerks: Phones, page: Page, village: str
) -> None:
    page.focus("#f-checked")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    page.keyboard.type("3.5")
    assert page.input_value("#f-spent") == "3.5"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "f-found"
    page.focus("#f-note")
    page.keyboard.press("Enter")
    assert page.input_value("#f-note") == "\n"
    assert clerks.sent(village) == []


def test_enter_goes_to_a_question_that_has_just_appeared(page: Page) -> None:
    page.focus("#f-found")
    for key in ("Space", "Enter", "3"):
        page.keyboard.press(key)
    assert page.input_value("#f-faulty") == "3"


def test_a_form_is_filled_and_sent_at_the_speed_of_the_second_generation(
    clerks: Phones, phone: BrowserContext, village: str
) -> None:
    page = phone.new_page()
    slow_down(page)
    page.goto(clerks.path(village))
    page.fill("#f-checked", "12")
    page.click(SEND)
    page.wait_for_url("**/receipts/**")
    assert re.search(r"\d{4}-\d{4}-\d{4}-\d", page.inner_text(".big"))


def test_without_javascript_everything_is_a_plain_form(clerks: Phones, village: str) -> None:
    context = clerks.phone(village, java_script_enabled=False)
    page = clerks.form(context, village)
    page.click("button[value='add:visits']")
    page.fill("[id='f-visits.1.who']", "乙")
    page.fill("#f-checked", "7")
    page.click(SAVE)
    assert page.input_value("[id='f-visits.1.who']") == "乙"
    page.click(SEND)
    assert "/receipts/" in page.url
    assert clerks.sent(village)[0].answers["visits"] == [{"who": "乙"}]
    context.close()


def test_the_scripts_of_a_form_are_small() -> None:
    files = static_files()
    scripts = ("jieli.js", "outbox.js", "form.js", "form_rules.js")
    assert sum(len(files[name].packed) for name in scripts) <= 29_500
    for name in scripts:
        modern = re.findall(rb"=>|`|\b(?:const|let|class) ", files[name].content)
        assert modern == [], name


def test_a_form_whose_task_was_closed_meanwhile_shows_the_closing_and_what_was_typed(
    clerks: Phones, page: Page, village: str
) -> None:
    with clerks.site.session() as session:
        session.get_one(Assignment, clerks.ids[village]).closed_at = NOW
    page.fill("#f-note", WRITTEN)
    page.click(SEND)
    expect(page.locator("form[data-closed] #f-note")).to_have_value(WRITTEN)
    expect(page.locator("#f-note")).to_be_disabled()
    expect(page.locator(SEND)).to_have_count(0)
