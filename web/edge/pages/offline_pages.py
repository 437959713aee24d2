"""Pages that a clerk may open again without a network, and the worker that keeps the pages."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from adapters.language import LANGUAGES, SOURCE, translate
from adapters.settings import get_settings
from rules.sentences.refusal import N_
from web.edge.pages.rendering import Page, drawn
from web.edge.pages.static_files import TYPES, static, static_files
from web.edge.viewer.security import Viewer

KEEP_FOR = "X-Keep-For"
"""Header of a page that the worker may keep: the unit and the account of the page."""
AN_HOUR = "max-age=3600"
"""How long a browser keeps the worker; with every page it looks for a new one."""
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
SENTENCES = (
    N_("现在没有网络"),
    N_("这一页没有在本机留存，要有网络才能打开。您在本机填写过的内容和待发箱都还在，不会丢失。"),
    N_("再试一次"),
    N_("本机留存的页面"),
    N_("本机没有留存的页面。"),
)
"""The page without a network: title, explanation, button, heading of what is kept, nothing kept."""
LEAVING = """
self.addEventListener('install', function () { self.skipWaiting(); });
self.addEventListener('activate', function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    return Promise.all(names.map(function (name) { return caches.delete(name); }));
  }).then(function () { return self.registration.unregister(); }));
});
"""
"""Takes the place of a worker that is no longer wanted: forgets everything and goes."""

router = APIRouter()


@dataclass(frozen=True)
class OfflinePage(Page):
    """The page without a network; it stands alone and says everything in every language."""

    TEMPLATE = "pages/edge/offline.html"

    said: Mapping[str, Sequence[str]]
    """Language → `SENTENCES` in that language."""


@router.get("/sw.js")
def show_worker() -> Response:
    """The worker. Its address stands at the top: a worker sees only what lies below its address."""
    content = _worker() if get_settings().offline_pages else LEAVING
    return Response(content, media_type=TYPES[".js"], headers={"Cache-Control": AN_HOUR})


def _worker() -> str:
    said = {
        language: [translate(language, sentence) for sentence in SENTENCES]
        for language in LANGUAGES
    }
    page = drawn(OfflinePage(said), SOURCE)
    none = "".join(f"<p>{sentences[-1]}</p>" for sentences in said.values())
    begin = json.dumps(
        {
            "keepFor": KEEP_FOR,
            "style": static("jieli.css"),
            "headers": HEADERS,
            "page": page,
            "none": none,
        }
    )
    return f"var jieli = {begin};\n{static_files()['worker.js'].content.decode()}"


def keepable(answer: Response, viewer: Viewer) -> Response:
    """`answer`, marked as a page that the phone of a clerk may keep for times without a network.

    Nothing of an office is kept: other people sit down at an office's desk, too.
    """
    if answer.status_code == 200 and not viewer.is_office and get_settings().offline_pages:
        answer.headers[KEEP_FOR] = f"{viewer.unit_id}.{viewer.account.id}"
    return answer
