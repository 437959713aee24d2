"""Pages in a real browser: on a phone 360 px wide and on a desk, with and without JavaScript."""

from collections.abc import Iterator
from secrets import token_urlsafe
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from sqlmodel import Session

from adapters.passwords import hash_password
from models import Role
from services.review.reviews import return_
from tests.answering import arrived, try_to_send
from tests.building import REGION, TOWNSHIP, VILLAGE, assignment_of, make_measure, release_down
from tests.conftest import NOW
from tests.present import present
from tests.second_try import REAL
from tests.web.conftest import account_of
from tests.web.site import Site, browser

pytestmark = [pytest.mark.long, REAL]

SECOND, THIRD = "150402005003", "150402005004"
FOURTH, FIFTH = "150402102200", "150402102201"
PASSWORD = "Caoyuan-2026"
LONG = "内蒙古自治区赤峰市红山区南新街街道红星社区居民委员会第一网格站"
WIDER = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"

LENGTHEN = "(rows => rows.innerHTML = rows.innerHTML.repeat(40))(document.querySelector('tbody'))"
"""A long list of the one row there is."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[dict[str, Any]]:
    """A served site with long names and assignments in every state a page shows."""
    site = Site(tmp_path_factory.mktemp("site"))
    with site.session() as session:
        ids = fill(session)
    with site.serving() as address:
        yield {"address": address, **ids}


def fill(session: Session) -> dict[str, Any]:
    office = account_of(session, REGION, Role.OFFICE)
    people = {
        code: account_of(session, code)
        for code in (VILLAGE, SECOND, THIRD, FOURTH, FIFTH, TOWNSHIP)
    }
    secret = hash_password(PASSWORD)
    for account in (office, *people.values()):
        account.password_hash = secret
    measure = make_measure(session, office, title=LONG)
    release_down(session, measure, office)
    ids = {code: assignment_of(session, measure, code).id for code in (*people, REGION)}
    for code in (SECOND, THIRD):
        sent = arrived(try_to_send(
            session, ids[code], {"checked": ["12"], "spent": ["1.5"], "note": [LONG * 3]},
            send_key=token_urlsafe(12), actor=people[code], now=NOW,
        )).submission  # fmt: skip
    reason = "请核对户数，写明原因。" + LONG
    return_(session, sent.id, reason=reason, fields=["checked"], actor=people[TOWNSHIP], now=NOW)
    return {"ids": ids, "measure": measure.id, "receipt": sent.receipt}


def signed_in(
    chromium: Browser, site: dict[str, Any], login: str, width: int, **options: Any
) -> Page:
    page = chromium.new_context(viewport={"width": width, "height": 740}, **options).new_page()
    page.goto(site["address"] + "/sign-in")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("main .buttons button")
    return page


def pages_of(site: dict[str, Any]) -> dict[str, list[str]]:
    """Login → the addresses that account looks at."""
    ids = site["ids"]
    village = [
        "/",
        "/assignments",
        f"/assignments/{ids[VILLAGE]}",
        f"/assignments/{ids[VILLAGE]}/form",
        "/complaints",
        "/complaints/new",
        "/nothing-here",
    ]
    returned = [f"/assignments/{ids[THIRD]}/form", f"/receipts/{site['receipt']}"]
    township = [
        "/",
        f"/assignments/{ids[TOWNSHIP]}",
        f"/assignments/{ids[TOWNSHIP]}/form",
        f"/assignments/{ids[TOWNSHIP]}/workbook",
        "/review",
        f"/review/{ids[SECOND]}",
    ]
    region = [
        "/",
        f"/assignments/{ids[REGION]}",
        f"/measures/{site['measure']}/progress",
        f"/measures/{site['measure']}/progress?unit={TOWNSHIP}",
        f"/measures/{site['measure']}/form",
        f"/measures/{site['measure']}/form/import",
        f"/measures/{site['measure']}/form/change",
        "/forms",
    ]
    return {
        f"clerk-{VILLAGE}": village,
        f"clerk-{THIRD}": returned,
        f"clerk-{TOWNSHIP}": township,
        f"office-{REGION}": region,
    }


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_the_screen_and_every_target_is_large(
    chromium: Browser, site: dict[str, Any], width: int
) -> None:
    for login, paths in pages_of(site).items():
        page = signed_in(chromium, site, login, width)
        for path in paths:
            page.goto(site["address"] + path)
            assert page.evaluate(WIDER) <= 0, path
            for button in page.query_selector_all("main button, main input:not([type=hidden])"):
                box = button.bounding_box()
                least = 24 if width > 700 and button.get_attribute("name") == "ids" else 44
                assert box is None or box["height"] >= least, (path, button.inner_html())
        page.context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_what_is_chosen_in_the_review_list_is_counted_in_a_bar_that_stays_in_sight(
    chromium: Browser, site: dict[str, Any], width: int
) -> None:
    page = signed_in(chromium, site, f"clerk-{TOWNSHIP}", width)
    page.goto(site["address"] + "/review")
    page.click("text=勾选本页全部")
    assert page.is_checked("[name=ids]")
    assert page.inner_text(".chosen") == "已勾选 1 份"
    page.focus("[name=ids]")
    page.keyboard.press("Space")
    assert page.inner_text(".chosen") == ""
    page.evaluate(LENGTHEN)
    box = present(page.locator(".bar").bounding_box())
    assert box["y"] + box["height"] == pytest.approx(present(page.viewport_size)["height"], abs=1)
    page.click(".bar summary")
    button = present(page.locator(".bar button[value=return]").bounding_box())
    assert page.locator(".bar").bounding_box() == box
    assert 0 < button["y"] < box["y"] - button["height"]
    page.context.close()


@pytest.mark.parametrize(("javascript", "code"), [(True, FOURTH), (False, FIFTH)])
def test_a_form_is_filled_mended_and_sent_on_a_phone(
    chromium: Browser, site: dict[str, Any], javascript: bool, code: str
) -> None:
    page = signed_in(chromium, site, f"clerk-{code}", 360, java_script_enabled=javascript)
    page.goto(f"{site['address']}/assignments/{site['ids'][code]}/form")
    page.fill("#f-checked", "十五")
    page.click(".buttons button[value=save]")
    assert page.input_value("#f-checked") == "十五"
    page.click(".buttons button[value=send]")
    page.locator("[role=alert]").wait_for()
    page.locator("[role=alert] a").click()
    assert page.url.endswith("#f-checked")
    page.fill("#f-checked", "15")
    page.click(".buttons button[value=send]")
    page.wait_for_url("**/receipts/**")
    assert "15" in page.locator("table.answers").inner_text()
    page.go_back()
    page.wait_for_url("**/receipts/**")


def test_what_has_not_reached_the_server_comes_back_from_the_phone(
    chromium: Browser, site: dict[str, Any]
) -> None:
    page = signed_in(chromium, site, f"clerk-{VILLAGE}", 360)
    path = f"{site['address']}/assignments/{site['ids'][VILLAGE]}/form"
    page.goto(path)
    page.fill("#f-note", "断网前写的一段话")
    page.locator("#f-note").blur()
    page.goto("about:blank")
    page.goto(path)
    assert page.input_value("#f-note") == "断网前写的一段话"
    assert page.locator("[data-restored]").is_visible()
    page.fill("#f-checked", "9")
    page.click(".buttons button[value=save]")  # what came back is text: the button still only saves
    page.get_by_text("已保存到服务器").wait_for()
    page.click(".buttons button[value=send]")
    page.wait_for_url("**/receipts/**")
    assert page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('jieli.form'))") == []
    page.go_back()
    page.wait_for_url("**/receipts/**")


@pytest.mark.parametrize("role", [Role.CLERK, Role.OFFICE])
def test_at_twice_the_size_the_head_leaves_the_screen_to_the_page(
    chromium: Browser, site: dict[str, Any], role: Role
) -> None:
    """A phone 360 px wide at 200 % has 180 px; the menu opens with a tap or the space bar."""
    code, path = (REGION, "/campaigns") if role == Role.OFFICE else (VILLAGE, "/receipts")
    page = signed_in(chromium, site, f"{role}-{code}", 180, java_script_enabled=False)
    page.goto(site["address"] + path)
    assert page.evaluate("document.querySelector('header').offsetHeight") < 90
    assert not page.locator("header nav").is_visible()
    page.focus("#menu")
    page.keyboard.press("Space")
    assert page.locator("header nav").is_visible()
    assert page.locator("header .tools").is_visible()
    assert page.evaluate(WIDER) <= 0
