"""The upload in a real browser: the network is cut in the middle, and it goes on by itself."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Request, Response
from PIL import Image
from playwright.sync_api import Browser, Page, Route
from sqlmodel import col, select

from adapters.attachment_store import AttachmentStore
from adapters.passwords import hash_password
from models import Attachment
from tests.attachments import PACKET, docx, open_assignment, photo
from tests.building import VILLAGE
from tests.present import present
from tests.second_try import REAL
from tests.web.conftest import account_of
from tests.web.site import Site, browser
from web.edge.pages.rendering import environment
from web.edge.pages.stored_files import get_files
from web.edge.viewer.context import SignedIn
from web.edge.viewer.security import form_token

pytestmark = [pytest.mark.long, REAL]

PASSWORD = "Caoyuan-2026"
PAGE = """{% extends "base.html" %}
{% from "macros/attachments.html" import upload, upload_head, upload_texts %}
{% from "macros/forms.html" import token %}
{% block title %}t{% endblock %}{% block width %}narrow{% endblock %}
{% block head %}{{ upload_head() }}{% endblock %}
{% block main %}
<form method="post" action="/assignments/{{ id }}/form" enctype="multipart/form-data">
{{ token(form_token) }}{{ upload_texts() }}
{% for asked in asked %}{{ upload(asked) }}{% endfor %}
</form>
{% endblock %}"""


@dataclass
class Served:
    site: Site
    address: str
    store: AttachmentStore
    assignment: int

    def rows(self) -> list[Attachment]:
        with self.site.session() as session:
            return list(session.exec(select(Attachment).order_by(col(Attachment.id))).all())


def asked_for(
    id: int, name: str, kind: str, attached: SimpleNamespace | None = None, fault: str = ""
) -> SimpleNamespace:
    return SimpleNamespace(
        id=f"f-{name}", type=kind, label="现场照片", hint="拍清楚设备铭牌。", fault=fault,
        required=False, attached=attached, upload_url=f"/assignments/{id}/uploads",
    )  # fmt: skip


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture
def served(chromium: Browser, tmp_path: Path) -> Iterator[Served]:
    site = Site(tmp_path)
    with site.session() as session:
        clerk = account_of(session, VILLAGE)
        clerk.password_hash = hash_password(PASSWORD)
        session.add(clerk)
        assignment = open_assignment(session).id
    store = AttachmentStore(tmp_path / "files")
    site.app.dependency_overrides[get_files] = lambda: store

    def show(request: Request, context: SignedIn) -> Response:
        attached = SimpleNamespace(
            token="t", name="旧的.pdf", size=1_500_000, type="application/pdf"
        )
        asked = [
            asked_for(assignment, "photo", "image", fault="请补照片。"),
            asked_for(assignment, "paper", "file", attached),
        ]
        page = environment("zh").from_string(PAGE)
        values = {"viewer": context.viewer, "path": "/x", "address": "/x", "act_done": ""}
        return Response(
            page.render(id=assignment, asked=asked, form_token=form_token(request), **values),
            media_type="text/html",
        )

    site.app.add_api_route("/uploads-page", show)
    with site.serving() as address:
        yield Served(site, address, store, assignment)


def opened(chromium: Browser, served: Served, width: int = 360, **options: Any) -> Page:
    page = chromium.new_context(viewport={"width": width, "height": 740}, **options).new_page()
    page.goto(served.address + "/sign-in")
    page.fill("#login", f"clerk-{VILLAGE}")
    page.fill("#password", PASSWORD)
    page.click("main .buttons button")
    page.goto(served.address + "/uploads-page")
    return page


def choose(page: Page, selector: str, name: str, content: bytes, media: str = "image/jpeg") -> None:
    page.set_input_files(selector, {"name": name, "mimeType": media, "buffer": content})


def test_a_big_photo_arrives_whole_although_the_network_is_cut_in_the_middle(
    chromium: Browser, served: Served
) -> None:
    page = opened(chromium, served)
    sent: list[int] = []

    def cut(route: Route) -> None:
        """The third piece never arrives; from then on there is no network."""
        sent.append(len(route.request.post_data_buffer or b""))
        if len(sent) == 3:
            page.context.set_offline(True)
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route("**/uploads/*?offset=*", cut)
    big = photo(4000, 3000, noise=True)
    assert len(big) > 2_000_000
    choose(page, "#f-photo", "现场.jpg", big)
    status = page.locator(".upload-status").first
    page.get_by_text("网络不通").wait_for()
    [row] = served.rows()
    part = served.store.received(row.token)
    assert 0 < part < row.size < len(big)  # made smaller on the phone
    assert page.input_value("input[type=hidden][name=f-photo]") == ""
    assert page.evaluate("document.querySelector('#f-photo').files.length") == 1
    page.context.set_offline(False)
    page.locator(".upload-status a").wait_for()
    assert page.input_value("input[type=hidden][name=f-photo]") == row.token
    assert page.evaluate("document.querySelector('#f-photo').files.length") == 0
    assert "现场.jpg" in status.inner_text()
    [done] = served.rows()
    stored = present(served.store.read(done.digest))
    assert Image.open(io.BytesIO(stored)).size == (1600, 1200)
    assert PACKET.encode() not in stored
    assert sum(sent) < row.size + 3 * max(sent)  # it went on, and did not begin again
    assert page.evaluate("document.querySelector('.upload-status img').naturalWidth") == 160


def test_a_photo_taken_upright_stands_upright(chromium: Browser, served: Served) -> None:
    page = opened(chromium, served)
    choose(page, "#f-photo", "a.jpg", photo(3000, 2000, turn=6))
    page.locator(".upload-status a").wait_for()
    [done] = served.rows()
    assert Image.open(io.BytesIO(present(served.store.read(done.digest)))).size == (1067, 1600)


def test_a_paper_takes_the_place_of_the_old_one_and_can_be_taken_away(
    chromium: Browser, served: Served
) -> None:
    page = opened(chromium, served)
    assert page.locator("#f-paper-remove").count() == 1
    choose(page, "#f-paper", "方案.docx", docx(), "application/zip")
    page.locator(".upload-status a").wait_for()
    [done] = served.rows()
    assert page.input_value("input[type=hidden][name=f-paper]") == done.token
    assert page.locator("#f-paper-remove").count() == 0
    page.click(".upload-status button")
    assert page.input_value("input[type=hidden][name=f-paper]") == ""


def test_a_refused_file_is_told_and_the_old_one_stays(chromium: Browser, served: Served) -> None:
    page = opened(chromium, served)
    choose(page, "#f-paper", "a.pdf", b"<html><script>alert(1)</script>")
    page.get_by_text("不能上传网页").wait_for()
    assert page.input_value("input[type=hidden][name=f-paper]") == "t"
    page.evaluate("document.querySelector('#f-paper').setAttribute('data-limit', '1048576')")
    choose(page, "#f-paper", "a.pdf", b"%PDF-" + b"x" * 1_100_000)
    page.get_by_text("最多 1 MB").wait_for()
    assert served.rows() == []


def test_the_same_file_chosen_again_after_a_reload_goes_on_where_it_stopped(
    chromium: Browser, served: Served
) -> None:
    page = opened(chromium, served)
    sent = ("各村均已完成。" * 30_000).encode()
    first = {"passed": 0}

    def stop(route: Route) -> None:
        first["passed"] += 1
        route.continue_() if first["passed"] < 3 else route.abort()

    page.route("**/uploads/*?offset=*", stop)
    choose(page, "#f-paper", "情况.txt", sent, "text/plain")
    page.get_by_text("网络不通").wait_for()
    part = served.store.received(served.rows()[0].token)
    assert part > 0
    page.unroute("**/uploads/*?offset=*")
    offsets: list[str] = []
    page.on(
        "request", lambda request: offsets.append(request.url) if "offset=" in request.url else None
    )
    page.reload()
    choose(page, "#f-paper", "情况.txt", sent, "text/plain")
    page.locator(".upload-status a").wait_for()
    assert offsets[0].endswith(f"offset={part}")
    [done] = served.rows()
    assert served.store.read(done.digest) == sent


def test_when_it_fails_for_good_the_file_goes_with_the_form(
    chromium: Browser, served: Served
) -> None:
    page = opened(chromium, served)
    page.route("**/uploads", lambda route: route.fulfill(status=400, body="no"))
    choose(page, "#f-paper", "情况.txt", b"text", "text/plain")
    page.get_by_text("暂时没有传上去").wait_for()
    assert page.evaluate("document.querySelector('#f-paper').files.length") == 1
    page.unroute("**/uploads")
    page.click(".upload-status button")
    page.locator(".upload-status a").wait_for()


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_question_fits_a_phone_and_is_large_enough_to_touch(
    chromium: Browser, served: Served, javascript: bool, width: int
) -> None:
    page = opened(chromium, served, width, java_script_enabled=javascript)
    wider = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wider) <= 0
    for field in page.query_selector_all("main button, main input:not([type=hidden])"):
        assert present(field.bounding_box())["height"] >= 44
