"""The form editor in a real browser: the preview follows while an officer types."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page

from adapters.passwords import hash_password
from models import Role
from tests.building import REGION
from tests.present import present
from tests.second_try import REAL
from tests.web.conftest import account_of
from tests.web.office import drafted
from tests.web.site import Site, browser

pytestmark = REAL

PASSWORD = "Caoyuan-2026"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served editor."""
    site = Site(tmp_path_factory.mktemp("editor"))
    with site.session() as session:
        account_of(session, REGION, Role.OFFICE).password_hash = hash_password(PASSWORD)
        measure = drafted(session).id
    with site.serving() as address:
        yield f"{address}/measures/{measure}/form"


def opened(chromium: Browser, editor: str, **options: Any) -> Page:
    page = chromium.new_context(viewport={"width": 1280, "height": 900}, **options).new_page()
    page.goto(editor)
    page.fill("#login", f"office-{REGION}")
    page.fill("#password", PASSWORD)
    page.click("main .buttons button")
    page.goto(editor)
    return page


def test_the_preview_follows_what_is_typed_and_is_as_wide_as_a_phone(
    chromium: Browser, editor: str
) -> None:
    page = opened(chromium, editor)
    assert present(page.locator(".phone").bounding_box())["width"] == 360
    page.fill("#label-0", "查了多少户")
    page.locator("[data-preview] label", has_text="查了多少户").wait_for()
    page.check("#multiline-2")
    page.uncheck("#multiline-2")
    page.locator("[data-preview] input#f-note").wait_for()
    page.context.close()


def test_another_type_brings_its_inputs_and_keeps_the_rest(chromium: Browser, editor: str) -> None:
    page = opened(chromium, editor)
    page.fill("#label-1", "改过的标题")
    page.select_option("#type-1", "select_one")
    page.fill("#choices-1", "甲\n乙")
    assert page.url.endswith("#row-1")
    assert page.input_value("#label-1") == "改过的标题"
    page.locator("[data-preview] input[type=radio]").nth(1).wait_for()
    page.context.close()


def asked_when_leaving(page: Page) -> list[str]:
    """The questions a browser asks before it leaves the page; the answer is to stay."""
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    return asked


def test_what_is_not_kept_yet_is_not_left_without_a_question(
    chromium: Browser, editor: str
) -> None:
    page = opened(chromium, editor)
    asked = asked_when_leaving(page)
    page.route("**/form/preview", lambda route: route.abort())  # the network is away
    page.fill("#label-1", "写了很久的一项")
    page.click("a[href$='/form/choose']", no_wait_after=True)
    page.wait_for_function("true")
    page.locator("#label-1").wait_for()
    assert asked == ["beforeunload"]
    assert page.url.startswith(editor)
    page.context.close()


def test_a_step_back_after_some_buttons_loses_nothing(chromium: Browser, editor: str) -> None:
    page = opened(chromium, editor)
    asked = asked_when_leaving(page)
    page.fill("#label-0", "写了很久的一项")
    for count in (4, 5):
        page.click("button[value='add:0']")
        page.locator(f"#label-{count - 1}").wait_for()
    page.go_back()
    page.locator("#label-4").wait_for()
    assert page.input_value("#label-0") == "写了很久的一项"
    with page.expect_response("**/form/preview") as kept:
        page.fill("#label-1", "没有按按钮")
    assert kept.value.headers["x-kept"] == "1"
    page.locator("[data-preview] label", has_text="没有按按钮").wait_for()
    page.click("a[href$='/form/choose']")
    page.locator("h1", has_text="选用已有的表单").wait_for()
    assert asked == []
    page.goto(editor)
    assert page.input_value("#label-1") == "没有按按钮"
    page.context.close()


def test_without_javascript_the_button_does_the_same(chromium: Browser, editor: str) -> None:
    page = opened(chromium, editor, java_script_enabled=False)
    page.select_option("#type-1", "select_one")
    page.click("button[data-update]")
    page.fill("#choices-1", "甲\n乙")
    page.click("button[data-update]")
    shown = page.locator("[data-preview] input[type=radio]")
    shown.nth(1).wait_for()  # a click returns when its page begins to arrive
    assert shown.count() == 2
    page.context.close()


_OFF_CENTRE = """element => {
  const ring = getComputedStyle(element.nextElementSibling, '::before');
  const dot = getComputedStyle(element.nextElementSibling, '::after');
  const middle = (style, side, size) => parseFloat(style[side]) + parseFloat(style[size]) / 2
    + parseFloat(style.borderTopWidth);
  return [['left', 'width'], ['top', 'height']].map(
    ([side, size]) => middle(ring, side, size) - middle(dot, side, size));
}"""


def test_the_dot_of_a_radio_button_is_in_the_middle_of_its_circle(
    chromium: Browser, editor: str
) -> None:
    page = opened(chromium, editor)
    page.select_option("#type-1", "select_one")
    page.fill("#choices-1", "甲\n乙")
    first = page.locator("[data-preview] input[type=radio]").first
    first.wait_for()
    assert first.evaluate(_OFF_CENTRE) == [0, 0]
    page.context.close()


def test_another_item_of_a_condition_brings_its_own_signs_and_values(
    chromium: Browser, editor: str
) -> None:
    page = opened(chromium, editor)
    page.select_option("#type-0", "select_one")
    page.locator("#choices-0").wait_for()
    page.fill("#choices-0", "有\n没有")
    page.click("button[value='if:2']")
    page.locator("#relevant-2").wait_for()
    page.select_option("#relevant-2", label=page.input_value("#label-0"))
    page.locator("select#if_value-2-0").wait_for()
    page.select_option("#if_value-2-0", label="没有")
    assert page.locator("#if_sign-2-0 option").count() == 4
    page.context.close()
