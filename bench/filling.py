"""Filling in a form of twelve fields with the keyboard, in Chromium, as a fast clerk types."""

import shutil
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, update

from adapters.settings import Settings
from bench.browser import sign_in_clerks
from bench.databases import transaction
from models import FormVersion
from web.edge.viewer.security import SESSION_COOKIE

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
TWO_G = {"offline": False, "latency": 500, "downloadThroughput": 30_000, "uploadThroughput": 15_000}
"""Second-generation mobile: milliseconds there and back, bytes per second."""
YES_NO = [{"value": "yes", "label": "有"}, {"value": "no", "label": "没有"}]
FIELDS: list[dict[str, Any]] = [
    {"name": "homes", "label": "总户数", "type": "integer", "required": True},
    {"name": "checked", "label": "排查户数", "type": "integer", "constraint": ". <= ${homes}"},
    {"name": "left", "label": "未排查户数", "type": "calculate",
     "calculation": "${homes} - ${checked}"},
    {"name": "spent", "label": "投入资金（万元）", "type": "decimal"},
    {"name": "found", "label": "是否发现隐患", "type": "select_one", "choices": YES_NO},
    {"name": "faults", "label": "隐患户数", "type": "integer", "relevant": "${found} = 'yes'"},
    {"name": "mended", "label": "已整改户数", "type": "integer", "relevant": "${found} = 'yes'"},
    {"name": "done_on", "label": "完成日期", "type": "date"},
    {"name": "people", "label": "参加人数", "type": "integer"},
    {"name": "leader", "label": "负责科室", "type": "text"},
    {"name": "trained", "label": "宣传场次", "type": "integer"},
    {"name": "leaflets", "label": "发放资料（份）", "type": "integer"},
    {"name": "note", "label": "工作情况", "type": "text", "multiline": True},
]  # fmt: skip
"""Twelve fields to fill in, and one that is calculated."""
NEXT = "Enter"
KEYS = [
    *"352", NEXT, *"340", NEXT, *"3.5", NEXT, "Space", NEXT, *"12", NEXT, *"10", NEXT,
    *"11202026", NEXT, *"6", NEXT, *"bangongshi", NEXT, *"4", NEXT, *"300", NEXT, *"zhengchang",
    "Tab", "Tab", NEXT,
]  # fmt: skip
"""Every key press from the first field to the receipt. Two Tabs go past “save” to “send”."""


def make_form(engine: Engine) -> None:
    """Replace the fields of the sample's form, before anything is released."""
    with transaction(engine) as session:
        session.execute(update(FormVersion).values(fields=FIELDS))


def measure(engine: Engine, settings: Settings, measure_id: int) -> dict[str, Any]:
    """The figures of filling in the form once, typed without a pause.

    `presses` counts the keys. `ms` is the time from the first press to the receipt on the screen,
    on this machine; `ms_2g` is the same at the speed of the second generation. `ms_typing` is the
    part of `ms` before the send button is pressed. `load_2g` is the time until the form can be
    filled in. All times are in milliseconds.
    """
    clerks = sign_in_clerks(engine, measure_id, 2)
    names = ("chromium", "chromium-browser", "chromium-headless-shell")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        return {"chromium": None}
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(Path(path)), args=FLAGS)
        fast = _fill_in(browser, settings.web_url, *clerks[0], slow=False)
        slow = _fill_in(browser, settings.web_url, *clerks[1], slow=True)
        browser.close()
    return {
        "presses": len(KEYS), "ms": fast["sent"], "ms_typing": fast["typed"],
        "ms_2g": slow["sent"], "load_2g": slow["loaded"],
    }  # fmt: skip


def _fill_in(
    browser: Any, web_url: str, token: str, assignment: int, *, slow: bool
) -> dict[str, Any]:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": web_url}])
    page = context.new_page()
    if slow:
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", TWO_G)
    start = time.perf_counter()
    page.goto(f"{web_url}/assignments/{assignment}/form")
    page.focus("#f-homes")
    loaded = time.perf_counter()
    for key in KEYS:
        page.keyboard.press(key)
    typed = time.perf_counter()
    page.wait_for_url("**/receipts/**")
    sent = time.perf_counter()
    context.close()
    return {
        "loaded": round((loaded - start) * 1000),
        "typed": round((typed - loaded) * 1000),
        "sent": round((sent - loaded) * 1000),
    }
