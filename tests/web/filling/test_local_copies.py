"""A text that only the phone holds while the server has another one: the clerk decides."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from models import Act
from services.assignments.changes import change, lock_assignment
from tests.building import REGION
from tests.conftest import NOW
from tests.second_try import REAL
from tests.web.conftest import account_of
from tests.web.phones import SAVE, SEND, Phones, cut_off, dismiss_into, until

pytestmark = [pytest.mark.long, REAL]

WRITTEN = "断网前写的一段话"
KEPT = "Object.values(localStorage).some(text => text.includes('%s'))"
UNSENT = "Object.keys(localStorage).filter(key => key.startsWith('jieli.form.'))"


def left_behind(clerks: Phones, phone: BrowserContext, page: Page, village: str) -> None:
    """The phone holds a text, and a colleague has kept another one on the server."""
    cut_off(page)
    page.fill("#f-note", WRITTEN)
    until(page, KEPT % WRITTEN)
    page.close(run_before_unload=False)
    other = clerks.form(clerks.phone(village), village)
    other.fill("#f-note", "同事写的")
    other.click(SAVE)
    expect(other.locator("[data-kept]")).to_contain_text("已保存到服务器")
    other.context.close()


def test_text_of_the_phone_is_decided_on_before_anything_is_typed_past_it(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    left_behind(clerks, phone, page, village)
    again = clerks.form(phone, village)
    again.locator("[data-restore]").wait_for()
    expect(again.locator("form[data-form]")).to_be_hidden()
    again.goto("about:blank")
    again.goto(clerks.path(village))
    assert again.evaluate(KEPT % WRITTEN)
    expect(again.locator("[data-restore]")).to_be_visible()
    assert clerks.draft(village)["note"] == ["同事写的"]


def test_two_pages_without_a_network_both_keep_their_text(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    second = clerks.form(phone, village)
    cut_off(page)
    cut_off(second)
    page.fill("#f-note", WRITTEN)
    until(page, KEPT % WRITTEN)
    second.fill("#f-note", "第二个页面写的")
    until(second, KEPT % "第二个页面写的")
    told = "另一个页面也在填这份表单，两份内容都留着"
    for tab in (page, second):
        expect(tab.locator("[data-kept]")).to_contain_text(told)
    assert page.evaluate(KEPT % WRITTEN)
    for tab in (page, second):
        tab.close(run_before_unload=False)
    again = clerks.form(phone, village)
    expect(again.locator("#f-note")).to_have_value("第二个页面写的")
    again.click(SAVE)
    expect(again.locator("[data-kept]")).to_contain_text(told)
    again.click("[data-kept] a")
    expect(again.locator(".differing").first).to_contain_text("第二个页面写的")
    expect(again.locator(".differing").first).to_contain_text(WRITTEN)
    again.check("#mine-note")
    again.click("button[value=merge]")
    expect(again.locator("#f-note")).to_have_value(WRITTEN)
    assert again.evaluate(UNSENT) == []


@pytest.mark.parametrize("how", ["refused", "taken back"])
def test_what_one_page_sent_goes_over_nothing_typed_in_another(
    clerks: Phones, phone: BrowserContext, page: Page, village: str, how: str
) -> None:
    second = clerks.form(phone, village)
    phone.set_offline(True)
    second.fill("#f-note", "第二个页面写的")
    until(second, KEPT % "第二个页面写的")
    page.fill("#f-note", WRITTEN)
    page.click(SEND)  # without the number that is required
    second.get_by_text("取回修改").wait_for()
    if how == "taken back":
        second.get_by_text("取回修改").click()
    else:
        phone.set_offline(False)
        page.locator("[role=alert]").wait_for()
        until(second, "Object.keys(localStorage).every(key => !key.startsWith('jieli.outbox.'))")
    expect(second.locator("#f-note")).to_have_value("第二个页面写的")
    expect(page.locator("#f-note")).to_have_value(WRITTEN)
    for tab in (page, second):
        tab.close(run_before_unload=False)
    assert clerks.form(phone, village).evaluate(KEPT % "第二个页面写的") or (
        clerks.draft(village)["note"] == ["第二个页面写的"]
    )


def test_what_was_erased_in_one_page_is_not_kept_again_by_another(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    cut_off(page)
    page.fill("#f-note", WRITTEN)
    until(page, KEPT % WRITTEN)
    home = phone.new_page()
    home.goto(clerks.address + "/")
    home.click(".tools button")
    home.get_by_text("退出，删除这些内容").click()
    home.wait_for_url("**/sign-in*")
    assert home.evaluate(UNSENT) == []
    expect(page.get_by_text("已退出登录")).to_be_visible()
    assert WRITTEN not in page.content()
    assert page.locator("#f-note").count() == 0
    page.goto("about:blank")
    assert home.evaluate(UNSENT) == []


def test_signing_out_takes_no_text_off_another_page_that_was_not_erased(
    clerks: Phones, phone: BrowserContext, page: Page
) -> None:
    cut_off(page)
    page.fill("#f-note", WRITTEN)
    until(page, KEPT % WRITTEN)
    home = phone.new_page()
    home.goto(clerks.address + "/")
    home.click(".tools button")
    home.get_by_text("退出，内容留在本机").click()
    home.wait_for_url("**/sign-in*")
    expect(page.locator("#f-note")).to_have_value(WRITTEN)
    assert home.evaluate(KEPT % WRITTEN)


def test_both_texts_are_compared_and_the_draft_of_a_colleague_stays(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    left_behind(clerks, phone, page, village)
    again = clerks.form(phone, village)
    again.click("[data-restore] a")
    expect(again.locator(".differing").first).to_contain_text(WRITTEN)
    again.close(run_before_unload=False)
    again = clerks.form(phone, village)  # looking at it decided nothing
    again.click("[data-restore] a")
    expect(again.locator(".differing")).to_contain_text("同事写的")
    expect(again.locator(".differing")).to_contain_text(WRITTEN)
    assert clerks.draft(village)["note"] == ["同事写的"]


def test_deciding_without_a_network_stays_on_the_page(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    left_behind(clerks, phone, page, village)
    again = clerks.form(phone, village)
    again.click("[data-restore] a")
    again.check("#mine-note")
    phone.set_offline(True)
    asked: list[str] = []
    again.once("dialog", dismiss_into(asked))
    again.click("button[value=merge]")
    assert "现在没有网络" in asked[0]
    assert again.is_checked("#mine-note")
    phone.set_offline(False)
    again.click("button[value=merge]")
    expect(again.locator("#f-note")).to_have_value(WRITTEN)
    assert clerks.draft(village)["note"] == [WRITTEN]


def test_a_text_of_the_phone_goes_away_only_when_the_clerk_is_sure(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    left_behind(clerks, phone, page, village)
    again = clerks.form(phone, village)
    again.once("dialog", lambda asked: asked.dismiss())
    again.click("[data-restore] button")
    expect(again.locator("form[data-form]")).to_be_hidden()
    assert again.evaluate(KEPT % WRITTEN)
    again.once("dialog", lambda asked: asked.accept())
    again.click("[data-restore] button")
    expect(again.locator("#f-note")).to_have_value("同事写的")
    assert again.evaluate(UNSENT) == []
    again.fill("#f-checked", "5")
    again.click(SAVE)
    expect(again.locator("[data-kept]")).to_contain_text("已保存到服务器")


@pytest.mark.parametrize("picked", ["theirs", "mine"])
def test_what_was_decided_is_not_offered_again(
    clerks: Phones, phone: BrowserContext, page: Page, village: str, picked: str
) -> None:
    left_behind(clerks, phone, page, village)
    again = clerks.form(phone, village)
    again.click("[data-restore] a")
    again.check(f"#{picked}-note")
    again.click("button[value=merge]")
    wanted = "同事写的" if picked == "theirs" else WRITTEN
    expect(again.locator("#f-note")).to_have_value(wanted)
    assert again.locator("[data-restore]").is_hidden()
    assert again.evaluate(UNSENT) == []


def test_taking_the_one_of_the_system_is_a_decision_and_later_text_is_kept(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    left_behind(clerks, phone, page, village)
    again = clerks.form(phone, village)
    again.click("[data-restore] a")
    again.once("dialog", lambda asked: asked.dismiss())
    again.click(".buttons a")
    expect(again.locator(".differing").first).to_contain_text(WRITTEN)
    again.once("dialog", lambda asked: asked.accept())
    again.click(".buttons a")
    expect(again.locator("#f-note")).to_have_value("同事写的")
    assert again.evaluate(UNSENT) == []
    cut_off(again)
    again.fill("#f-note", "后来写的")
    until(again, KEPT % "后来写的")
    again.unroute("**/form*")
    again.reload()
    expect(again.locator("#f-note")).to_have_value("后来写的")


def test_a_text_of_the_phone_stands_beside_a_sent_answer_that_was_returned(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    cut_off(page)
    page.fill("#f-note", WRITTEN)
    until(page, KEPT % WRITTEN)
    page.close(run_before_unload=False)
    other = clerks.form(clerks.phone(village), village)
    other.fill("#f-checked", "40")
    other.click(SEND)
    other.wait_for_url("**/receipts/**")
    other.context.close()
    clerks.return_(village, ["checked", "note"])
    again = clerks.form(phone, village)
    again.click("[data-restore] a")
    expect(again.locator(".differing").first).to_contain_text("40")
    again.check("#mine-note")
    again.check("#theirs-checked")
    again.click("button[value=merge]")
    expect(again.locator("#f-note")).to_have_value(WRITTEN)
    expect(again.locator("#f-checked")).to_have_value("40")


def test_text_of_a_form_that_somebody_else_has_sent_is_shown_where_the_clerk_comes_by(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    cut_off(page)
    page.fill("#f-note", WRITTEN)
    until(page, KEPT % WRITTEN)
    page.close(run_before_unload=False)
    home = phone.new_page()
    home.goto(clerks.address + "/")
    home.click("[data-outbox] a")
    expect(home.locator("#f-note")).to_have_value(WRITTEN)
    home.close(run_before_unload=False)
    other = clerks.form(clerks.phone(village), village)
    other.fill("#f-checked", "40")
    other.click(SEND)
    other.wait_for_url("**/receipts/**")
    other.context.close()
    again = clerks.form(phone, village)
    again.wait_for_url("**/receipts/**")
    expect(again.locator("[data-outbox]")).to_contain_text("本机上有一份没有送出的内容（")
    again.goto(clerks.address + "/")
    again.click("[data-outbox] a")
    expect(again.locator(".differing").first).to_contain_text("40")
    again.once("dialog", lambda asked: asked.accept())
    again.click(".buttons a")
    again.wait_for_url("**/receipts/**")
    assert again.inner_text("[data-outbox]") == ""
    assert again.evaluate(UNSENT) == []


def test_text_of_a_withdrawn_form_is_shown_until_the_clerk_is_sure(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    cut_off(page)
    page.fill("#f-note", WRITTEN)
    until(page, KEPT % WRITTEN)
    page.close(run_before_unload=False)
    with clerks.site.session() as session:
        assignment, office = (
            lock_assignment(session, clerks.ids[village]),
            account_of(session, REGION),
        )
        change(session, assignment, Act.WITHDRAW, actor=office, now=NOW, reason="与另一项重复")
    home = phone.new_page()
    home.goto(clerks.address + "/")
    home.click("[data-outbox] a")
    expect(home.locator("main")).to_contain_text("撤回的原因：与另一项重复")
    expect(home.locator("#f-note")).to_have_value(WRITTEN)
    expect(home.locator("#f-note")).to_be_disabled()
    home.on("dialog", lambda dialog: dialog.accept())
    home.click("[data-sure]:visible")
    expect(home.locator("#f-note")).to_be_hidden()
    assert home.evaluate(UNSENT) == []
