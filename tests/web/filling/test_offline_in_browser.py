"""A form page that was opened once opens again without a network, for its own account only."""

from datetime import datetime
from threading import Event

import pytest
from fastapi import HTTPException, Request
from playwright.sync_api import BrowserContext, Page, expect

from adapters.passwords import hash_password
from tests.conftest import NOW
from tests.present import present
from tests.second_try import REAL
from tests.web.conftest import account_of
from tests.web.phones import PASSWORD, SAVE, SEND, Phones, until
from web.edge.viewer.transactions import get_now

pytestmark = REAL

KEPT = "caches.open('jieli-pages-1').then(cache => cache.match('%s')).then(Boolean)"
HOLDS = """caches.open('jieli-pages-1').then(cache => cache.match('%s'))
    .then(page => page.text()).then(text => text.includes('%s'))"""
FOUND = "caches.open('jieli-pages-1').then(cache => cache.keys()).then(keys => keys.length)"
PAGES = """caches.open('jieli-pages-1').then(cache => cache.keys())
    .then(keys => keys.filter(one => !one.url.endsWith('?owner')).length)"""
SAVED = "Object.keys(localStorage).filter(key => key.startsWith('jieli.saved.'))"
PARCELS = """new Promise(done => { indexedDB.open('jieli-files').onsuccess = event => {
    event.target.result.transaction('files').objectStore('files').count().onsuccess =
        counted => done(counted.target.result); }; })"""
LINE = "[data-keep-for]"


@pytest.fixture
def page(clerks: Phones, phone: BrowserContext, village: str) -> Page:
    """The form, opened and kept."""
    page = clerks.form(phone, village)
    until(page, KEPT % f"/assignments/{clerks.ids[village]}/form")
    return page


def killed(page: Page) -> None:
    page.close(run_before_unload=False)


def test_a_form_opened_once_opens_without_a_network_and_is_sent(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    page.fill("#f-note", "有网络时写的")
    page.click(SAVE)
    expect(page.locator("[data-kept]")).to_contain_text("已保存到服务器")
    phone.set_offline(True)
    killed(page)
    again = clerks.form(phone, village)
    expect(again.locator(LINE)).to_contain_text("留在本机的页面，后来的变化还没有显示")
    expect(again.locator("#f-note")).to_have_value("有网络时写的")
    again.fill("#f-checked", "12")
    killed(again)
    again = clerks.form(phone, village)
    expect(again.locator("#f-note")).to_have_value("有网络时写的")
    expect(again.locator("#f-checked")).to_have_value("12")
    again.click(SEND)
    again.get_by_text("已放入待发箱").wait_for()
    phone.set_offline(False)
    again.wait_for_url("**/receipts/**")
    (sent,) = clerks.sent(village)
    assert (sent.answers["checked"], sent.answers["note"]) == (12, "有网络时写的")
    path = f"/assignments/{clerks.ids[village]}/form"
    until(again, f"({KEPT % path}).then(kept => !kept)")
    assert again.evaluate(SAVED) == []


def test_a_kept_page_and_the_tab_it_was_made_for_overwrite_nothing(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    page.reload()  # what is kept now is this very page
    key = page.input_value("[name=_send_key]")
    until(page, HOLDS % (f"/assignments/{clerks.ids[village]}/form", key))
    page.fill("#f-note", "甲")
    page.click(SAVE)
    expect(page.locator("[data-kept]")).to_contain_text("已保存到服务器")
    phone.set_offline(True)
    again = clerks.form(phone, village)
    expect(again.locator("#f-note")).to_have_value("甲")
    again.fill("#f-note", "乙")
    phone.set_offline(False)
    expect(again.locator("[data-kept]")).to_contain_text("已保存到服务器")
    page.fill("#f-note", "丙")
    page.click(SAVE)
    page.locator("[data-kept] button").click()
    expect(page.locator(".differing")).to_contain_text("乙")
    expect(page.locator(".differing")).to_contain_text("丙")
    assert clerks.draft(village)["note"] == ["乙"]


def test_a_kept_page_goes_over_no_draft_of_another_phone(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    phone.set_offline(True)
    killed(page)
    again = clerks.form(phone, village)
    again.fill("#f-note", "没有网络时写的")
    other = clerks.form(clerks.phone(village), village)
    other.fill("#f-note", "同事写的")
    other.click(SAVE)
    expect(other.locator("[data-kept]")).to_contain_text("已保存到服务器")
    other.context.close()
    phone.set_offline(False)
    again.locator("[data-kept] button").click()
    expect(again.locator(".differing")).to_contain_text("同事写的")
    expect(again.locator(".differing")).to_contain_text("没有网络时写的")
    assert clerks.draft(village)["note"] == ["同事写的"]


def test_signing_out_leaves_nothing_and_nobody_else_sees_it(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    page.goto(clerks.address + "/")
    until(page, KEPT % "/")
    clerks.sign_in(phone, clerks.village())
    page.goto(clerks.address + "/complaints")  # a page that is not kept, of another account
    until(page, f"({FOUND}).then(count => count === 1)")  # whose they are now, and no page
    phone.set_offline(True)
    page.goto(clerks.path(village))
    assert page.get_by_role("heading").first.inner_text() == "现在没有网络"
    assert page.get_by_text("本机没有留存的页面").first.is_visible()
    phone.set_offline(False)
    page.goto(clerks.address + "/")
    until(page, KEPT % "/")
    theirs = clerks.form(phone, clerks.used[-1])
    until(theirs, KEPT % f"/assignments/{clerks.ids[clerks.used[-1]]}/form")
    theirs.fill("#f-checked", "3")
    theirs.click(SAVE)
    expect(theirs.locator("[data-kept]")).to_contain_text("已保存到服务器")
    assert len(theirs.evaluate(SAVED)) == 1
    theirs.click(".tools button")
    theirs.locator("main").get_by_role("button", name="退出", exact=True).click()
    theirs.wait_for_url("**/sign-in*")
    until(page, f"({PAGES}).then(count => count === 0)")
    assert page.evaluate(SAVED) == []
    phone.set_offline(True)
    page.goto(clerks.address + "/")
    assert page.get_by_text("本机没有留存的页面").first.is_visible()


def test_signing_out_without_a_network_erases_and_says_that_it_is_not_done(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    phone.set_offline(True)
    page.fill("#f-note", "没有网络时写的")
    page.click(".tools button")
    page.get_by_text("退出，删除这些内容").click()
    expect(page.get_by_text("还没有退出登录")).to_be_visible()
    assert "没有网络时写的" not in page.content()
    until(page, f"({PAGES}).then(count => count === 0)")
    page.wait_for_timeout(400)  # longer than what is typed waits before it is kept
    assert "没有网络时写的" not in page.evaluate("JSON.stringify(localStorage)")
    phone.set_offline(False)
    page.click(".tools button")
    page.wait_for_url("**/sign-in*")
    assert "没有网络时写的" not in page.evaluate("JSON.stringify(localStorage)")
    assert "note" not in clerks.draft(village)


def test_a_page_is_not_shown_to_who_signs_in_after(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    page.goto(clerks.address + "/")
    until(page, KEPT % "/")
    clerks.end_sessions(village)
    other = clerks.village()
    with clerks.site.session() as session:
        account_of(session, other).password_hash = hash_password(PASSWORD)
    page.goto(clerks.address + "/")
    page.fill("[name=login]", f"clerk-{other}")
    page.fill("[name=password]", PASSWORD)

    def down(request: Request) -> datetime:
        if request.url.path == "/":
            raise HTTPException(503)
        return NOW

    clerks.site.app.dependency_overrides[get_now] = down
    try:
        page.click("main .buttons button")
        page.wait_for_url(clerks.address + "/")
        assert page.get_attribute("html", "data-kept-at") is None
    finally:
        clerks.site.app.dependency_overrides[get_now] = lambda: NOW
    page.goto(clerks.address + "/")
    until(page, KEPT % "/")
    assert not page.evaluate(KEPT % f"/assignments/{clerks.ids[village]}/form")


def test_the_text_of_a_correction_opens_from_home_without_a_network(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    page.fill("#f-checked", "12")
    page.click(SEND)
    page.wait_for_url("**/receipts/**")
    clerks.approve(village)
    path = f"/assignments/{clerks.ids[village]}/form?correct=1"
    for address in (path, "/"):
        page.goto(clerks.address + address)
        until(page, KEPT % address)
    phone.set_offline(True)
    page.goto(clerks.address + path)
    page.fill("#f-note", "更正时写的")
    until(page, "Object.values(localStorage).some(text => text.includes('更正时写的'))")
    page.goto(clerks.address + "/")
    page.click("[data-outbox] a")
    expect(page.locator("#f-note")).to_have_value("更正时写的")


def test_a_network_that_hangs_shows_what_is_kept_and_its_late_answer_is_kept(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    going_on = Event()

    def late() -> datetime:
        going_on.wait()
        return NOW

    killed(page)
    clerks.site.app.dependency_overrides[get_now] = late
    try:
        again = clerks.form(phone, village)
        expect(again.locator(LINE)).to_be_visible()
        first = again.get_attribute("html", "data-kept-at")
    finally:
        going_on.set()
        clerks.site.app.dependency_overrides[get_now] = lambda: NOW
    path = f"/assignments/{clerks.ids[village]}/form"
    newer = f"""caches.open('jieli-pages-1').then(cache => cache.match('{path}'))
        .then(page => page.headers.get('X-Kept-At') > '{first}')"""
    until(again, newer)
    phone.set_offline(True)
    again.goto(clerks.path(village) + "?merged=1")  # of what was decided, a kept page knows nothing
    assert again.url == clerks.path(village)
    assert present(again.get_attribute("html", "data-kept-at")) > present(first)
    again.goto(clerks.path(village) + "?conflict=1")
    assert again.get_by_role("link", name="填报").is_visible()


def test_what_is_due_opens_without_a_network_though_it_was_never_opened(
    clerks: Phones, phone: BrowserContext, village: str
) -> None:
    home = phone.new_page()
    home.goto(clerks.address + "/")
    until(home, KEPT % f"/assignments/{clerks.ids[village]}/form")
    phone.set_offline(True)
    page = clerks.form(phone, village)
    expect(page.locator(LINE)).to_be_visible()
    page.fill("#f-checked", "12")
    page.click(SEND)
    page.get_by_text("已放入待发箱").wait_for()
    phone.set_offline(False)
    page.wait_for_url("**/receipts/**")
    assert clerks.sent(village)[0].answers["checked"] == 12


def test_the_worker_delivers_when_no_page_is_open(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    phone.set_offline(True)
    page.fill("#f-checked", "12")
    page.click(SEND)
    page.get_by_text("已放入待发箱").wait_for()
    until(page, PARCELS + ".then(count => count === 1)")
    page.goto("about:blank")  # no page of ours is open any more
    tools = phone.new_cdp_session(page)
    known: list[str] = []
    tools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: known.extend(
            registration["registrationId"] for registration in told["registrations"]
        ),
    )
    tools.send("ServiceWorker.enable")
    phone.set_offline(False)
    for _ in range(200):
        if clerks.sent(village):
            break
        for registration in set(known):
            tools.send(
                "ServiceWorker.dispatchSyncEvent",
                {"origin": clerks.address, "registrationId": registration,
                 "tag": "jieli-outbox", "lastChance": False},
            )  # fmt: skip
        page.wait_for_timeout(100)
    (sent,) = clerks.sent(village)
    home = phone.new_page()
    home.goto(clerks.address + "/")
    home.get_by_text(f"回执号 {sent.receipt}").wait_for()
    assert len(clerks.sent(village)) == 1
