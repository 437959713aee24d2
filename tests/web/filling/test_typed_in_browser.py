"""What was typed into a form stays on the phone, for its own account, until the server has it."""

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect

from models import Assignment
from tests.answering import in_next_period, send
from tests.second_try import REAL
from tests.web.conftest import account_of
from tests.web.phones import SAVE, Phones, cut_off, until

pytestmark = [pytest.mark.long, REAL]


WRITTEN = "断网前写的一段话"


KEPT = "Object.values(localStorage).some(text => text.includes('%s'))"


UNSENT = "Object.keys(localStorage).filter(key => key.startsWith('jieli.form.'))"


def test_what_was_typed_without_a_network_survives_a_reload(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    phone.set_offline(True)
    page.fill("#f-note", WRITTEN)
    until(page, KEPT % WRITTEN)
    expect(page.locator("[data-kept]")).to_contain_text("仅保存在本机")
    phone.set_offline(False)
    page.goto("about:blank")
    page.goto(clerks.path(village))
    expect(page.locator("#f-note")).to_have_value(WRITTEN)


def test_what_was_typed_survives_a_closed_tab(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    cut_off(page)
    page.fill("#f-note", WRITTEN)
    until(page, KEPT % WRITTEN)
    page.close(run_before_unload=False)
    _is_back(clerks.form(phone, village))


def test_what_was_typed_survives_a_crashed_tab(clerks: Phones, village: str) -> None:
    # Without the worker, which dies with the tab: how the browser gets it going again is its own
    # affair (once in some five hundred times it did not within 40 s), and not asked here.
    phone = clerks.phone(village, service_workers="block")
    page = clerks.form(phone, village)
    cut_off(page)
    page.fill("#f-note", WRITTEN)
    until(page, KEPT % WRITTEN)
    with page.expect_event("crash"), pytest.raises(Error):
        page.goto("chrome://crash")
    page.close(run_before_unload=False)
    _is_back(clerks.form(phone, village))
    phone.close()


def _is_back(again: Page) -> None:
    expect(again.locator("#f-note")).to_have_value(WRITTEN)
    assert again.locator("[data-restored]").is_visible()


def test_what_was_typed_before_the_scripts_came_is_kept_too(clerks: Phones, village: str) -> None:
    held = []
    phone = clerks.phone(village, service_workers="block")  # they come from the network
    page = phone.new_page()
    page.route("**/static/form.*", lambda route: held.append(route))
    with page.expect_request("**/static/form.*"):
        page.goto(clerks.path(village), wait_until="commit")
    page.fill("#f-note", "脚本来之前写的")
    page.check("#f-heating")
    held[0].continue_()
    until(page, KEPT % "脚本来之前写的")
    page.close(run_before_unload=False)
    again = clerks.form(phone, village)
    expect(again.locator("#f-note")).to_have_value("脚本来之前写的")
    expect(again.locator("#f-heating")).to_be_checked()
    phone.close()


def test_the_server_has_it_as_soon_as_the_network_is_back(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    phone.set_offline(True)
    page.fill("#f-note", WRITTEN)
    until(page, KEPT % WRITTEN)
    phone.set_offline(False)
    expect(page.locator("[data-kept]")).to_contain_text("已保存到服务器")
    assert clerks.draft(village)["note"] == [WRITTEN]
    assert page.evaluate(UNSENT) == []
    elsewhere = clerks.form(clerks.phone(village), village)
    expect(elsewhere.locator("#f-note")).to_have_value(WRITTEN)
    elsewhere.context.close()


def test_saving_is_said_without_leaving_the_page(clerks: Phones, page: Page, village: str) -> None:
    page.fill("#f-checked", "12")
    page.click(SAVE)
    expect(page.locator("[data-kept]")).to_contain_text("已保存到服务器")
    page.fill("#f-checked", "13")
    page.click(SAVE)
    expect(page.locator("[name=_draft]")).to_have_value("2")
    assert clerks.draft(village)["checked"] == ["13"]


def test_a_draft_of_a_second_tab_overwrites_nothing(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    second = clerks.form(phone, village)
    page.fill("#f-note", "第一个页面写的")
    page.click(SAVE)
    expect(page.locator("[data-kept]")).to_contain_text("已保存到服务器")
    second.fill("#f-note", "第二个页面写的")
    second.click(SAVE)
    second.click("[data-kept] button")
    shown = second.locator(".differing")
    expect(shown).to_contain_text("第一个页面写的")
    expect(shown).to_contain_text("第二个页面写的")
    assert clerks.draft(village)["note"] == ["第一个页面写的"]


def test_another_account_on_the_same_phone_never_sees_it(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    cut_off(page)
    page.fill("#f-note", WRITTEN)
    until(page, KEPT % WRITTEN)
    page.close(run_before_unload=False)
    other = clerks.village()
    clerks.sign_in(phone, other)
    theirs = clerks.form(phone, other)
    expect(theirs.locator("#f-note")).to_have_value("")
    assert WRITTEN not in theirs.inner_text("body")
    clerks.sign_in(phone, village)
    expect(clerks.form(phone, village).locator("#f-note")).to_have_value(WRITTEN)


def test_signing_out_asks_about_what_has_not_arrived(page: Page) -> None:
    cut_off(page)
    page.fill("#f-note", WRITTEN)
    until(page, KEPT % WRITTEN)
    page.click(".tools button")
    page.get_by_text("本机还有 1 份内容没有送到服务器").wait_for()
    page.get_by_text("先不退出").click()
    assert page.input_value("#f-note") == WRITTEN
    page.click(".tools button")
    page.get_by_text("退出，删除这些内容").click()
    page.wait_for_url("**/sign-in*")
    assert page.evaluate(UNSENT) == []


def test_signing_out_first_brings_the_text_to_the_server(
    clerks: Phones, page: Page, village: str
) -> None:
    page.fill("#f-note", WRITTEN)
    page.click(".tools button")
    page.locator("main").get_by_role("button", name="退出", exact=True).click()
    page.wait_for_url("**/sign-in*")
    assert clerks.draft(village)["note"] == [WRITTEN]
    assert page.evaluate(UNSENT) == []


def test_a_session_that_ended_is_said_and_the_text_stays_on_the_phone(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    clerks.end_sessions(village)
    page.fill("#f-note", WRITTEN)
    page.click(SAVE)
    expect(page.locator("[data-kept]")).to_contain_text("请重新登录")
    assert page.input_value("#f-note") == WRITTEN
    assert len(page.evaluate(UNSENT)) == 1


def test_one_tap_sends_what_was_approved_for_the_last_period(
    clerks: Phones, phone: BrowserContext, village: str
) -> None:
    with clerks.site.session() as session:
        october = session.get_one(Assignment, clerks.ids[village])
        send(session, october, {"checked": ["12"]}, actor=account_of(session, village))
    clerks.approve(village)
    with clerks.site.session() as session:
        november = in_next_period(session, session.get_one(Assignment, clerks.ids[village])).id
    page = phone.new_page()
    page.goto(f"{clerks.address}/assignments/{november}/form")
    expect(page.locator("#f-checked")).to_have_value("12")
    page.get_by_role("button", name="核对无误，报送").click()
    page.wait_for_url("**/receipts/**")
    expect(page.locator("dl.facts")).to_contain_text("核对无误，与2026年10月相同")
