"""What makes a form quick on a phone: it answers at once, says what is allowed, and leads."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.second_try import REAL
from tests.web.phones import SAVE, SEND, Phones, phones, until
from tests.web.site import browser

pytestmark = [pytest.mark.long, REAL]

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1"
)
MANY = [{"value": f"v{place}", "label": f"{place}号嘎查"} for place in range(30)]
YES_NO = [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}]
FORM: list[dict[str, Any]] = [
    {"name": "homes", "label": "户数", "type": "integer", "required": True, "min": 1, "max": 500},
    {"name": "shaky", "label": "危房户数", "type": "integer", "min": 0,
     "constraint": ". <= ${homes}", "constraint_message": "不能多于户数。"},
    {"name": "change", "label": "比上月", "type": "decimal"},
    {"name": "both", "label": "合计", "type": "decimal", "calculation": "${homes} + ${change}",
     "constraint": ". <= 600", "constraint_message": "合计太大。"},
    {"name": "day", "label": "完成日期", "type": "date", "min": "2026-11-01",
     "constraint": ". <= today()", "constraint_message": "还没有到这一天。"},
    {"name": "old", "label": "是否老旧", "type": "select_one", "choices": YES_NO},
    {"name": "place", "label": "嘎查", "type": "select_one", "required": True, "choices": MANY},
    {"name": "beside", "label": "相邻嘎查", "type": "select_multiple", "choices": MANY},
    {"name": "rooms", "label": "房间", "type": "repeat"},
    {"name": "who", "label": "门牌", "type": "text", "within": "rooms", "required": True},
    {"name": "beds", "label": "床位", "type": "integer", "within": "rooms"},
    {"name": "late", "label": "逾期说明", "type": "text", "required": True,
     "relevant": "today() > date('2026-11-25')"},
    {"name": "base", "label": "基本情况", "type": "group"},
    {"name": "line", "label": "一句话", "type": "text", "within": "base"},
    {"name": "end", "label": "总体情况", "type": "group"},
    {"name": "story", "label": "做法", "type": "text", "multiline": True, "within": "end"},
]  # fmt: skip
IN_VIEW = """id => { var box = document.getElementById(id).getBoundingClientRect();
    return box.top >= -1 && box.bottom <= innerHeight; }"""


@pytest.fixture(scope="module")
def clerks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phones]:
    """The site of this file's tests, with a form of its own."""
    with (
        browser() as chromium,
        phones(tmp_path_factory.mktemp("site"), chromium, FORM) as made,
    ):
        yield made


def filled(page: Page) -> None:
    page.fill("#f-homes", "12")
    page.select_option("#f-place", "v3")


def test_the_button_says_at_once_what_it_is_at(clerks: Phones, page: Page, village: str) -> None:
    held = []
    page.route("**/form", lambda route: held.append(route))
    filled(page)
    page.click(SAVE)
    expect(page.locator(SAVE)).to_have_text("正在保存…")
    expect(page.locator(SAVE)).to_be_disabled()
    expect(page.locator(SEND)).to_be_enabled()
    held.pop().continue_()
    expect(page.locator(SAVE)).to_have_text("已保存")
    page.click(SEND)
    expect(page.locator(SEND)).to_have_text("正在报送…")
    expect(page.locator(SEND)).to_be_disabled()
    held.pop().continue_()
    page.wait_for_url("**/receipts/**")
    assert len(clerks.sent(village)) == 1


def test_a_button_whose_act_was_refused_can_be_pressed_again(page: Page) -> None:
    page.click(SEND)
    expect(page.locator("[role=alert] a")).to_have_count(2)
    expect(page.locator(SEND)).to_be_enabled()
    expect(page.locator(SEND)).to_have_text("报送")


def test_a_link_of_the_list_shows_label_and_message_and_leads_into_the_field(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 420})
    filled(page)
    page.fill("#f-homes", "多")
    page.fill("[id='f-rooms.0.beds']", "2")
    page.click(SEND)
    for name in ("f-rooms.0.who", "f-homes"):
        page.evaluate("scrollTo(0, 0)")
        page.click(f"[role=alert] a[href='#{name}']")
        for part in (f"{name}-fault", name):
            until(page, f"({IN_VIEW})('{part}')")
        until(page, f"({IN_VIEW.replace('getElementById(id)', 'querySelector(id)')})"
              f"(`label[for='{name}']`)")  # fmt: skip
        assert page.evaluate("document.activeElement.id") == name


def test_bounds_are_shown_and_told_on_leaving_the_field(page: Page) -> None:
    assert "1 至 500 之间" in page.inner_text("#f-homes-hint")
    assert "不早于 2026-11-01" in page.inner_text("#f-day-hint")
    for text, told in (
        ("501", "不能大于 500。"), ("0", "不能小于 1。"), ("1.5", "请填整数。"),
        ("很多", "读不出这个数：只填数字，不带单位，小数最多 4 位。"),
    ):  # fmt: skip
        page.fill("#f-homes", text)
        page.locator("#f-homes").blur()
        expect(page.locator("#f-homes-fault")).to_have_text(told)
    page.fill("#f-homes", "500")
    page.locator("#f-homes").blur()
    expect(page.locator("#f-homes-fault")).to_have_count(0)
    page.fill("#f-day", "2026-10-31")
    page.locator("#f-day").blur()
    expect(page.locator("#f-day-fault")).to_have_text("不能早于 2026-11-01。")


def test_an_optional_choice_can_be_taken_back(clerks: Phones, page: Page, village: str) -> None:
    assert page.get_by_text("清除选择").count() == 0
    page.check("#f-old")
    filled(page)
    page.get_by_text("清除选择").click()
    assert page.locator("input[name=f-old]:checked").count() == 0
    assert page.get_by_text("清除选择").count() == 0
    page.click(SEND)
    page.wait_for_url("**/receipts/**")
    assert "old" not in clerks.sent(village)[0].answers


def test_a_choice_brought_back_can_be_taken_back_too(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    page.check("#f-old")
    page.click(SAVE)
    expect(page.locator("[data-kept]")).to_contain_text("已保存到服务器")
    again = clerks.form(phone, village)
    again.get_by_text("清除选择").click()
    assert again.locator("input[name=f-old]:checked").count() == 0


def test_a_long_list_is_searched_and_its_find_chosen_by_a_touch(
    clerks: Phones, page: Page, village: str
) -> None:
    page.locator("input[type=search]").first.fill("2号")
    found = page.locator(".found button")
    expect(found).to_have_count(3)
    page.get_by_role("button", name="22号嘎查").click()
    assert page.input_value("#f-place") == "v22"
    expect(found).to_have_count(0)
    page.locator("input[type=search]").first.fill("没有这个")
    expect(page.get_by_text("没有找到，请换几个字。")).to_be_visible()
    page.locator("input[type=search]").nth(1).fill("17号")
    expect(page.locator(".choice:has(input[name=f-beside]):visible")).to_have_count(1)
    page.get_by_label("17号嘎查").check()
    page.fill("#f-homes", "1")
    page.click(SEND)
    page.wait_for_url("**/receipts/**")
    sent = clerks.sent(village)[0].answers
    assert (sent["place"], sent["beside"]) == ("v22", ["v17"])


def test_it_says_how_many_answers_are_still_wanted_and_leads_to_the_first(page: Page) -> None:
    line = page.locator("[data-missing]")
    expect(line).to_have_text("还差 2 项必填")
    page.fill("[id='f-rooms.0.beds']", "2")
    expect(line).to_have_text("还差 3 项必填")  # a filling that was begun
    page.fill("#f-homes", "12")
    expect(line).to_have_text("还差 2 项必填")
    line.locator("a").click()
    until(page, "document.activeElement.id === 'f-place'")
    page.select_option("#f-place", "v3")
    page.fill("[id='f-rooms.0.who']", "一号")
    expect(line).to_be_hidden()


def test_a_repeat_is_jumped_to_like_a_group(page: Page) -> None:
    assert page.eval_on_selector_all(".parts a", "all => all.map(one => one.hash)") == [
        "#f-rooms", "#base", "#end",
    ]  # fmt: skip


def test_characters_are_counted_towards_the_limit(page: Page) -> None:
    page.fill("#f-line", "短")
    assert page.locator(".count").count() == 0
    page.fill("#f-line", "字" * 1_900 + "😀")
    expect(page.locator(".count")).to_have_text("1901/2000 字")
    page.fill("#f-line", "字" * 2_001)
    page.locator("#f-line").blur()
    expect(page.locator("#f-line-fault")).to_have_text("最多 2000 字，现在有 2001 字。")


def test_a_page_left_open_over_night_follows_the_day(page: Page) -> None:
    page.clock.install()
    page.reload()
    assert page.locator("#f-late").is_hidden()
    page.fill("#f-day", "2026-11-24")  # it is the 22nd
    page.locator("#f-day").blur()
    page.clock.fast_forward(1_000)
    expect(page.locator("#f-day-fault")).to_have_text("还没有到这一天。")
    page.clock.fast_forward(timedelta(days=4) // timedelta(milliseconds=1))
    page.fill("#f-homes", "1")
    page.clock.fast_forward(1_000)
    expect(page.locator("#f-late")).to_be_visible()
    expect(page.locator("#f-day-fault")).to_have_count(0)


def test_a_fault_of_a_question_the_page_hides_shows_it(page: Page) -> None:
    told = {"faults": {"late": "请填写这一项。"}, "sentence": "还没有报送", "version": 1}
    page.route("**/form", lambda route: route.fulfill(status=422, json=told))
    assert page.locator("#f-late").is_hidden()
    filled(page)
    page.click(SEND)
    expect(page.locator("#f-late")).to_be_visible()
    page.click("[role=alert] a")
    until(page, "document.activeElement.id === 'f-late'")


def test_a_browser_without_templates_sends_repeats(
    clerks: Phones, phone: BrowserContext, village: str
) -> None:
    page = phone.new_page()

    def old(route: Route) -> None:
        """As it reads the page: an element it does not know."""
        answer = route.fetch()
        route.fulfill(
            response=answer,
            body=answer.text()
            .replace("template", "unknown-one", 0)
            .replace("<template", "<oldtemplate")
            .replace("</template", "</oldtemplate"),
        )

    page.route("**/form", old)
    page.goto(clerks.path(village))
    assert page.locator("[id='f-rooms.__n__.who']").is_hidden()
    filled(page)
    page.fill("[id='f-rooms.0.who']", "一号")
    page.click("button[value='add:rooms']")
    page.fill("[id='f-rooms.1.who']", "二号")
    page.unroute("**/form")
    page.click(SEND)
    page.wait_for_url("**/receipts/**")
    assert clerks.sent(village)[0].answers["rooms"] == [{"who": "一号"}, {"who": "二号"}]


def test_what_a_constraint_ties_to_a_returned_field_can_be_mended_with_it(
    clerks: Phones, phone: BrowserContext, page: Page, village: str
) -> None:
    filled(page)
    page.fill("#f-shaky", "4")
    page.click(SEND)
    page.wait_for_url("**/receipts/**")
    clerks.return_(village, ["homes"])
    again = clerks.form(phone, village)
    expect(again.locator("#f-story")).to_have_count(0)
    again.fill("#f-homes", "3")
    again.click(SEND)
    expect(again.locator("#f-shaky-fault")).to_have_text("不能多于户数。")
    assert len(clerks.sent(village)) == 1
    again.click(".note-warn a[href='#f-shaky']")
    again.fill("#f-shaky", "1")
    again.click(SEND)
    again.wait_for_url("**/receipts/**")
    answers = clerks.sent(village)[-1].answers
    assert (answers["homes"], answers["shaky"], answers["place"]) == (3, 1, "v3")


def test_signing_out_asks_although_nothing_is_left(page: Page) -> None:
    page.click(".tools button")
    page.get_by_text("确定退出登录吗？").wait_for()
    page.get_by_text("先不退出").click()
    expect(page.get_by_text("确定退出登录吗？")).to_have_count(0)
    assert "/form" in page.url


def test_a_password_can_be_looked_at(clerks: Phones, phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto(clerks.address + "/password")
    page.fill("#old", "Caoyuan")
    page.locator(".field:has(#old) button").click()
    expect(page.locator("#old")).to_have_attribute("type", "text")
    expect(page.locator(".field:has(#old) button")).to_have_text("隐藏")
    page.locator(".field:has(#old) button").click()
    expect(page.locator("#old")).to_have_attribute("type", "password")


def test_a_number_below_nothing_can_be_typed_on_an_iphone(clerks: Phones, village: str) -> None:
    phone = clerks.phone(village, user_agent=IPHONE)
    page = clerks.form(phone, village)
    signs = page.get_by_role("button", name="正负号")
    assert signs.count() == 2  # neither at the count that begins with one, nor at the day
    page.fill("#f-change", "3.5")
    signs.first.click()
    assert page.input_value("#f-change") == "-3.5"
    signs.first.click()
    assert page.input_value("#f-change") == "3.5"
    phone.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_fit_at_twice_the_size_and_their_headings_follow(
    clerks: Phones, phone: BrowserContext, village: str, language: str
) -> None:
    phone.add_cookies([{"name": "lang", "value": language, "url": clerks.address}])
    page = phone.new_page()
    page.set_viewport_size({"width": 180, "height": 370})
    wider = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
    levels = "all => all.map(one => Number(one.tagName.slice(1)))"
    own = f"/assignments/{clerks.ids[village]}"
    for path in ("/", own, f"{own}/form", "/assignments", "/receipts", "/password"):
        page.goto(clerks.address + path)
        assert page.evaluate(wider) <= 0, path
        found = page.eval_on_selector_all("h1,h2,h3,h4", levels)
        steps = [after - before for before, after in zip([0, *found], found, strict=False)]
        assert max(steps) <= 1, (path, found)


def test_what_is_calculated_is_judged_once_all_it_comes_from_is_there(page: Page) -> None:
    fault = page.locator("#f-both-fault")
    page.fill("#f-homes", "400")
    page.fill("#f-change", "300")
    page.locator("#f-line").focus()
    expect(fault).to_have_text("合计太大。")
    page.fill("#f-change", "100")
    page.locator("#f-line").focus()
    expect(fault).to_have_count(0)
