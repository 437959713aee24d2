"""Photos and files of a form on a phone: none is left out without a word, none looks lost."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from adapters.attachment_store import AttachmentStore
from tests.attachments import docx, photo
from tests.second_try import REAL
from tests.web.phones import PASSWORD, Phones, dismiss_into, phones, until
from tests.web.site import browser
from web.edge.pages.stored_files import get_files

pytestmark = REAL

SEND = ".buttons button[value=send]"
PHOTO, PAPER = "input[type=file]#f-photo", "input[type=file]#f-paper"
STATUS = ".upload:has(#f-%s) .upload-status"
TOKEN = "input[type=hidden][name=f-%s]"
BAD = b"PK\x03\x04garbage"
LEFT = """new Promise(done => { indexedDB.open('jieli-files').onsuccess = event => {
    event.target.result.transaction('files').objectStore('files').count().onsuccess =
        counted => done(counted.target.result); }; })"""
KEPT = "Object.values(localStorage).some(text => text.includes('%s'))"
FORM: list[dict[str, Any]] = [
    {"name": "checked", "label": "排查户数", "type": "integer", "required": True, "min": 0},
    {"name": "photo", "label": "现场照片", "type": "image"},
    {"name": "paper", "label": "排查台账", "type": "file"},
]


@pytest.fixture(scope="module")
def clerks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phones]:
    folder = tmp_path_factory.mktemp("site")
    store = AttachmentStore(folder / "files")
    with browser() as chromium, phones(folder, chromium, FORM) as made:
        made.site.app.dependency_overrides[get_files] = lambda: store
        yield made


def choose(page: Page, selector: str, name: str, content: bytes, media: str = "image/jpeg") -> None:
    page.set_input_files(selector, {"name": name, "mimeType": media, "buffer": content})


def refused(page: Page) -> None:
    page.fill("#f-checked", "3")
    choose(page, PAPER, "台账.xlsx", BAD, "application/zip")
    page.locator(STATUS % "paper" + " button").wait_for()


def test_a_refused_file_is_a_fault_and_the_form_is_not_sent_without_it(
    clerks: Phones, page: Page, village: str
) -> None:
    refused(page)
    page.click(SEND)
    expect(page.locator(".errors")).to_contain_text("排查台账：")
    assert clerks.sent(village) == []
    choose(page, PAPER, "台账.docx", docx(), "application/zip")
    page.locator(STATUS % "paper" + " a").wait_for()
    expect(page.locator(".mended")).to_be_visible()
    page.click(SEND)
    page.wait_for_url("**/receipts/**")
    assert clerks.sent(village)[0].answers["paper"]


def test_a_refused_file_is_left_out_when_the_clerk_says_so(
    clerks: Phones, page: Page, village: str
) -> None:
    refused(page)
    page.click(SEND)
    page.locator(".errors").wait_for()
    page.get_by_text("不传这个文件").click()
    expect(page.locator(".errors")).to_have_count(0)
    page.click(SEND)
    page.wait_for_url("**/receipts/**")
    assert "paper" not in clerks.sent(village)[0].answers


def half_sent(
    clerks: Phones, phone: BrowserContext, page: Page, village: str, *, keeps: bool = False
) -> Page:
    """The tab is killed while a photo is on its way; the form opened again, in a browser that
    `keeps` photos or that has no room for them."""
    if not keeps:
        phone.add_init_script("Object.defineProperty(window, 'indexedDB', {value: null})")
    page.route("**/uploads/*?offset=*", lambda route: None)
    page.fill("#f-checked", "3")
    choose(page, PHOTO, "现场.jpg", photo())
    page.locator("#f-photo[data-blob]").wait_for()
    until(page, KEPT % "现场.jpg")
    page.close(run_before_unload=False)
    return clerks.form(phone, village)


def test_a_photo_on_its_way_goes_on_by_itself_after_a_killed_tab(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    again = half_sent(clerks, phone, page, village, keeps=True)
    again.locator(STATUS % "photo" + " a").wait_for()
    assert again.locator(STATUS % "photo" + " img").count() == 1
    again.click(SEND)
    again.wait_for_url("**/receipts/**")
    assert clerks.sent(village)[0].answers["photo"]["name"] == "现场.jpg"
    until(again, LEFT + ".then(left => left === 0)")


def test_a_photo_chosen_without_a_network_is_sent_with_one_press(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    phone.set_offline(True)
    page.fill("#f-checked", "3")
    choose(page, PHOTO, "现场.jpg", photo())
    page.locator("#f-photo[data-blob]").wait_for()
    assert page.locator(STATUS % "photo" + " img").count() == 1
    page.click(SEND)
    page.get_by_text("已放入待发箱").wait_for()
    phone.set_offline(False)
    page.wait_for_url("**/receipts/**")
    assert clerks.sent(village)[0].answers["photo"]["name"] == "现场.jpg"
    until(page, LEFT + ".then(left => left === 0)")


def test_a_photo_in_the_outbox_is_delivered_from_any_page(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    phone.set_offline(True)
    page.fill("#f-checked", "3")
    choose(page, PHOTO, "现场.jpg", photo())
    page.locator("#f-photo[data-blob]").wait_for()
    page.click(SEND)
    page.get_by_text("已放入待发箱").wait_for()
    page.route("**/uploads", lambda route: route.abort())
    phone.set_offline(False)
    page.reload()
    expect(page.locator(".note:has-text('已放入待发箱') img")).to_have_attribute("alt", "现场.jpg")
    page.close(run_before_unload=False)
    home = phone.new_page()
    home.goto(clerks.address + "/")
    home.get_by_text("已送达，回执号").wait_for()
    assert clerks.sent(village)[0].answers["photo"]["name"] == "现场.jpg"


def test_what_is_taken_back_from_the_outbox_has_its_photo(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    phone.set_offline(True)
    page.fill("#f-checked", "3")
    choose(page, PHOTO, "现场.jpg", photo())
    page.locator("#f-photo[data-blob]").wait_for()
    page.click(SEND)
    page.get_by_text("取回修改").click()
    page.fill("#f-checked", "4")
    phone.set_offline(False)
    page.locator(STATUS % "photo" + " a").wait_for()
    page.click(SEND)
    page.wait_for_url("**/receipts/**")
    (sent,) = clerks.sent(village)
    assert (sent.answers["checked"], sent.answers["photo"]["name"]) == (4, "现场.jpg")


def test_what_is_taken_back_on_its_way_stays_a_form(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    held: list[Route] = []
    phone.set_offline(True)
    page.fill("#f-checked", "3")
    choose(page, PHOTO, "现场.jpg", photo())
    page.locator("#f-photo[data-blob]").wait_for()
    page.route("**/uploads", lambda route: held.append(route))
    with page.expect_request("**/uploads"):
        page.click(SEND)
    page.get_by_text("取回修改").click()
    with page.expect_event("requestfailed"):
        held[0].abort("internetdisconnected")
    page.unroute_all()
    page.fill("#f-checked", "4")
    phone.set_offline(False)
    page.locator(STATUS % "photo" + " a").wait_for()
    page.click(SEND)
    page.wait_for_url("**/receipts/**")
    assert [sent.answers["checked"] for sent in clerks.sent(village)] == [4]


def test_pressed_while_a_photo_is_on_its_way_it_is_sent_once_it_is_there(
    clerks: Phones, page: Page, village: str
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        """The first piece; those that follow it pass."""
        route.continue_() if held else held.append(route)

    page.route("**/uploads/*?offset=*", hold)
    page.fill("#f-checked", "3")
    with page.expect_request("**/uploads/*?offset=*"):
        choose(page, PHOTO, "现场.jpg", photo())
    page.locator("#f-photo[data-blob]").wait_for()
    page.click(SEND)
    expect(page.locator("[data-kept]")).to_contain_text("照片或文件传完后自动报送")
    expect(page.locator(SEND)).to_be_disabled()
    held[0].continue_()
    page.wait_for_url("**/receipts/**")
    assert clerks.sent(village)[0].answers["photo"]


def test_beside_an_uploaded_photo_nothing_says_that_none_is_chosen(page: Page) -> None:
    face = page.locator(".upload:has(#f-photo) .pick span")
    expect(face).to_have_text("选择照片")
    choose(page, PHOTO, "现场.jpg", photo())
    expect(face).to_have_text("换一个")
    assert page.evaluate("getComputedStyle(document.querySelector('#f-photo')).opacity") == "0"


def test_a_photo_that_did_not_arrive_is_said_after_a_killed_tab(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    again = half_sent(clerks, phone, page, village)
    expect(again.locator(STATUS % "photo")).to_contain_text("“现场.jpg”没有传完，请重新选择")
    expect(again.locator("#f-checked")).to_have_value("3")
    choose(again, PHOTO, "现场.jpg", photo())
    again.locator(STATUS % "photo" + " a").wait_for()
    again.click(SEND)
    again.wait_for_url("**/receipts/**")
    assert clerks.sent(village)[0].answers["photo"]


def test_the_clerk_is_asked_once_whether_it_goes_without_that_photo(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    again = half_sent(clerks, phone, page, village)
    asked: list[str] = []
    again.once("dialog", dismiss_into(asked))
    again.click(SEND)
    assert "现场.jpg" in asked[0]
    assert again.evaluate("document.activeElement.id") == "f-photo"
    assert clerks.sent(village) == []
    again.once("dialog", lambda dialog: dialog.accept())
    again.click(SEND)
    again.wait_for_url("**/receipts/**")
    assert "photo" not in clerks.sent(village)[0].answers


def test_a_photo_that_did_not_arrive_is_still_said_after_its_text_was_saved(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    again = half_sent(clerks, phone, page, village)
    again.click(".buttons button[value=save]")
    expect(again.locator("[data-kept]")).to_contain_text("已保存到服务器")
    again.reload()
    expect(again.locator(STATUS % "photo")).to_contain_text("没有传完")


def test_a_photo_that_arrived_is_shown_after_a_killed_tab(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    page.route("**/form*", lambda route: route.abort())
    page.fill("#f-checked", "3")
    choose(page, PHOTO, "现场.jpg", photo())
    page.locator(STATUS % "photo" + " a").wait_for()
    token = page.input_value(TOKEN % "photo")
    until(page, KEPT % token)
    page.close(run_before_unload=False)
    again = clerks.form(phone, village)
    expect(again.locator(STATUS % "photo" + " a")).to_have_text("现场.jpg")
    expect(again.locator(TOKEN % "photo")).to_have_value(token)
    again.locator(STATUS % "photo" + " button").click()
    expect(again.locator(TOKEN % "photo")).to_have_value("")


def test_a_photo_is_not_posted_into_a_session_that_has_ended(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    page.fill("#f-checked", "3")
    clerks.end_sessions(village)
    choose(page, PHOTO, "现场.jpg", photo())
    page.get_by_text("登录已过期。请在新窗口登录").wait_for()
    page.click(SEND)
    page.locator("[data-kept] a").click()
    page.wait_for_url("**/sign-in*")
    page.fill("#login", f"clerk-{village}")
    page.fill("#password", PASSWORD)
    page.click("main .buttons button")
    expect(page.locator("#f-checked")).to_have_value("3")
    page.locator(STATUS % "photo" + " a").wait_for()
    assert clerks.sent(village) == []
