"""A browser without a screen: opens pages, fills in their forms and presses their buttons.

The demo's clerks work through it, so that they see and send what a person's browser would.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from lxml import html

TIMEOUT_SECONDS = 60.0


class PageMissing(Exception):
    """A page, form or button that the story needs is not there."""


@dataclass(frozen=True)
class Page:
    """A page as it came back."""

    path: str
    status: int
    tree: html.HtmlElement

    def form(self, action: str) -> html.FormElement:
        """The form whose action ends with `action`."""
        for form in self.tree.forms:
            if (form.action or self.path).split("?")[0].endswith(action):
                return form
        raise PageMissing(f"{self.path} ({self.status}): no form {action}: {self.words()[:300]}")

    def links(self, part: str) -> list[str]:
        """Where the links lead whose address holds `part`, each once."""
        found = [each for each in self.tree.xpath("//a/@href") if part in each]
        return list(dict.fromkeys(found))

    def words(self) -> str:
        """The text of the page, white space folded."""
        return " ".join(self.tree.text_content().split())


class Browser:
    """One person's browser, with its own cookies."""

    def __init__(self, base_url: str) -> None:
        self.client = httpx.Client(
            base_url=base_url,
            headers={"Origin": base_url},
            follow_redirects=True,
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
        )

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def sign_in(self, login: str, password: str) -> Page:
        """The unit's home page. Raises `PageMissing` when signing in fails."""
        page = self.submit(self.open("/sign-in"), "/sign-in", login=login, password=password)
        if page.status != 200:
            raise PageMissing(f"{login} cannot sign in: {page.words()[:300]}")
        return page

    def open(self, path: str) -> Page:
        """The page at `path`."""
        return _page(self.client.get(path))

    def submit(
        self, page: Page, action: str, *, button: tuple[str, str] | None = None, **values: Any
    ) -> Page:
        """Fill `values` into a form of the page and send it; a list ticks several boxes."""
        form = page.form(action)
        fields = {name: value for name, value in form.form_values() if name not in values}
        sent: dict[str, Any] = {**_several(form, fields), **values}
        if button:
            sent[button[0]] = button[1]
        return _page(self.client.post(form.action or page.path, data=sent))


def _several(form: html.FormElement, fields: dict[str, str]) -> dict[str, Any]:
    """What the form holds already; a name that stands more than once gives a list."""
    kept: dict[str, Any] = {}
    for name, value in form.form_values():
        if name in fields:
            kept.setdefault(name, []).append(value)
    return kept


def _page(answer: httpx.Response) -> Page:
    if answer.status_code >= 500:
        raise PageMissing(f"{answer.request.method} {answer.url.path}: {answer.status_code}")
    return Page(answer.url.path, answer.status_code, html.fromstring(answer.text))
