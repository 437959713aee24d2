"""The outbox: what was sent offline arrives by itself, once, and for its own unit only."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from models import Submission
from tests.second_try import REAL
from tests.web.phones import PASSWORD, SEND, Phones
from tests.web.slow_network import LostAnswers, slow_down

pytestmark = [pytest.mark.long, REAL]

PUT = "已放入待发箱"
ITEMS = "Object.keys(localStorage).filter(key => key.startsWith('jieli.outbox.'))"
AGAIN = "window.dispatchEvent(new Event('online'))"


def send_offline(phone: BrowserContext, page: Page, checked: str = "12") -> None:
    phone.set_offline(True)
    page.fill("#f-checked", checked)
    page.click(SEND)
    page.get_by_text(PUT).wait_for()


def the_one(clerks: Phones, village: str) -> Submission:
    (sent,) = clerks.sent(village)
    return sent


def test_what_is_sent_offline_arrives_by_itself_once(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    send_offline(phone, page)
    assert page.get_by_text("待发箱：1 份等待发送").is_visible()
    assert clerks.sent(village) == []
    phone.set_offline(False)
    page.wait_for_url("**/receipts/**")
    assert the_one(clerks, village).receipt in page.inner_text(".big")
    assert page.evaluate(ITEMS) == []


def test_it_arrives_from_any_page_of_ours(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    send_offline(phone, page)
    page.close(run_before_unload=False)
    phone.set_offline(False)
    home = phone.new_page()
    home.goto(clerks.address + "/")
    home.get_by_text("已送达，回执号").wait_for()
    assert the_one(clerks, village).receipt in home.inner_text("[data-outbox]")
    home.get_by_text("查看回执").click()
    home.wait_for_url("**/receipts/**")
    assert home.inner_text("[data-outbox]") == ""


def test_an_answer_that_got_lost_gives_the_same_receipt(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    network = LostAnswers(page)
    page.fill("#f-checked", "12")
    page.click(SEND)
    page.get_by_text(PUT).wait_for()
    assert the_one(clerks, village).answers["checked"] == 12
    page.evaluate(AGAIN)
    page.wait_for_url("**/receipts/**")
    assert the_one(clerks, village).receipt in page.inner_text(".big")
    assert network.seen == 2


def test_it_is_tried_again_after_a_pause(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    page.clock.install()
    page.route("**/form*", lambda route: route.abort("timedout"))
    page.fill("#f-checked", "12")
    page.click(SEND)
    page.get_by_text(PUT).wait_for()
    page.unroute("**/form*")
    assert clerks.sent(village) == []
    page.clock.fast_forward(6_000)  # the first pause is five seconds
    page.clock.fast_forward(1_000)
    page.wait_for_url("**/receipts/**")
    assert the_one(clerks, village).answers["checked"] == 12


def test_two_tabs_send_it_once(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    network = LostAnswers(page, times=0)
    home = phone.new_page()
    home.goto(clerks.address + "/")
    send_offline(phone, page)
    home.get_by_text("待发箱：1 份等待发送").wait_for()
    phone.set_offline(False)
    page.wait_for_url("**/receipts/**")
    assert the_one(clerks, village).revision == 1
    assert network.seen == 2  # the one without a network, and one more


def test_two_tabs_that_both_send_give_one_submission(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    second = clerks.form(phone, village)
    for tab in (page, second):
        tab.fill("#f-checked", "12")
    page.click(SEND)
    page.wait_for_url("**/receipts/**")
    second.click(SEND)
    second.wait_for_url("**/receipts/**")
    assert second.inner_text(".big") == page.inner_text(".big")
    assert len(clerks.sent(village)) == 1


def test_after_signing_in_again_it_goes_on(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    send_offline(phone, page)
    clerks.end_sessions(village)
    phone.set_offline(False)
    page.locator("main .note a.button:visible").click()
    page.wait_for_url("**/sign-in*")
    page.fill("#login", f"clerk-{village}")
    page.fill("#password", PASSWORD)
    page.click("main .buttons button")
    page.wait_for_url("**/receipts/**")
    assert the_one(clerks, village).receipt in page.inner_text(".big")


def test_a_session_that_ended_before_sending_keeps_it_in_the_outbox(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    clerks.end_sessions(village)
    page.fill("#f-checked", "12")
    page.click(SEND)
    page.get_by_text("登录已过期，重新登录后自动发送").wait_for()
    assert page.locator("main .note a.button:visible").inner_text() == "重新登录"
    clerks.sign_in(phone, village)
    page.goto(clerks.address + "/")
    page.get_by_text("已送达，回执号").wait_for()
    assert page.get_by_text("有草稿，未报送").count() == 0
    assert len(clerks.sent(village)) == 1


def test_another_unit_on_the_same_phone_neither_sees_nor_sends_it(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    send_offline(phone, page)
    page.close(run_before_unload=False)
    phone.set_offline(False)
    other = clerks.village()
    clerks.sign_in(phone, other)
    theirs = phone.new_page()
    asked: list[str] = []
    theirs.on("request", lambda request: asked.append(request.method))
    theirs.goto(clerks.address + "/")
    assert theirs.inner_text("[data-outbox]") == ""
    theirs.evaluate(AGAIN)
    theirs.goto(clerks.address + "/complaints")
    assert set(asked) == {"GET"}
    assert clerks.sent(village) == []
    clerks.sign_in(phone, village)
    theirs.goto(clerks.address + "/")
    theirs.get_by_text("已送达，回执号").wait_for()
    assert len(clerks.sent(village)) == 1


def test_a_tab_of_a_unit_that_is_no_longer_signed_in_sends_nothing(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    send_offline(phone, page)
    other = clerks.village()
    page.context.route("**/form*", lambda route: route.abort())
    phone.set_offline(False)
    clerks.sign_in(phone, other)
    theirs = phone.new_page()
    theirs.goto(clerks.address + "/")
    page.context.unroute("**/form*")
    posts: list[str] = []
    phone.on(
        "request", lambda request: posts.append(request.url) if request.method == "POST" else None
    )
    page.evaluate(AGAIN)
    theirs.goto(clerks.address + "/complaints")
    assert posts == []
    assert page.get_by_text(PUT).is_visible()


def test_pressing_send_in_such_a_tab_asks_to_sign_in_and_keeps_the_text(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    clerks.sign_in(phone, clerks.village())
    theirs = phone.new_page()
    theirs.goto(clerks.address + "/")
    page.fill("#f-checked", "12")
    page.click(SEND)
    page.get_by_text("登录已过期，请重新登录").wait_for()
    assert page.input_value("#f-checked") == "12"
    assert page.evaluate(ITEMS) == []


def test_what_the_server_refuses_is_said_on_every_page_and_stands_in_the_form(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    send_offline(phone, page, checked="十二户")
    page.close(run_before_unload=False)
    phone.set_offline(False)
    home = phone.new_page()
    home.goto(clerks.address + "/")
    home.get_by_text("没有报送成功").wait_for()
    home.goto(clerks.address + "/complaints")
    home.get_by_text("打开表单").click()
    home.locator("[role=alert] a").wait_for()
    expect(home.locator("#f-checked")).to_have_value("十二户")
    home.fill("#f-checked", "12")
    home.click(SEND)
    home.wait_for_url("**/receipts/**")
    assert the_one(clerks, village).answers["checked"] == 12


def test_somebody_elses_answer_is_not_overwritten_and_both_are_shown(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    send_offline(phone, page, checked="12")
    page.close(run_before_unload=False)
    colleague = clerks.phone(village)
    theirs = clerks.form(colleague, village)
    theirs.fill("#f-checked", "99")
    theirs.click(SEND)
    theirs.wait_for_url("**/receipts/**")
    colleague.close()
    phone.set_offline(False)
    home = phone.new_page()
    home.goto(clerks.address + "/")
    home.get_by_text("打开表单").click()
    expect(home.locator(".differing")).to_contain_text("99")
    expect(home.locator(".differing")).to_contain_text("12")
    assert the_one(clerks, village).answers["checked"] == 99


def test_it_can_be_taken_back_and_changed_while_it_waits(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    send_offline(phone, page, checked="12")
    page.get_by_text("取回修改").click()
    page.fill("#f-checked", "13")
    phone.set_offline(False)
    page.click(SEND)
    page.wait_for_url("**/receipts/**")
    assert the_one(clerks, village).answers["checked"] == 13


def test_it_arrives_at_the_speed_of_the_second_generation(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    send_offline(phone, page)
    slow_down(page)
    phone.set_offline(False)
    page.evaluate(AGAIN)
    page.wait_for_url("**/receipts/**")
    assert len(clerks.sent(village)) == 1


def test_a_full_phone_says_so_and_the_text_stays_on_the_page(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    page.evaluate(
        "() => { Storage.prototype.setItem = () => { throw new Error('QuotaExceededError'); }; }"
    )
    phone.set_offline(True)
    page.fill("#f-checked", "12")
    page.click(SEND)
    page.get_by_text("本机也没有空间保存").wait_for()
    phone.set_offline(False)
    page.click(SEND)
    page.wait_for_url("**/receipts/**")
    assert len(clerks.sent(village)) == 1


@pytest.mark.parametrize("status", [502, 503])
def test_a_server_that_is_just_being_started_is_tried_again(
    clerks: Phones, page: Page, village: str, status: int
) -> None:
    page.route("**/form*", lambda route: route.fulfill(status=status, body="<h1>starting</h1>"))
    page.fill("#f-checked", "12")
    page.click(SEND)
    page.get_by_text(PUT).wait_for()
    page.unroute("**/form*")
    page.evaluate(AGAIN)
    page.wait_for_url("**/receipts/**")
    assert len(clerks.sent(village)) == 1
