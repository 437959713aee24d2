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
class AnsweredPage:
    """A page as the server sent it."""

    path: str
    status: int
    tree: html.HtmlElement

    def button(self, words: str) -> html.HtmlElement:
        """The first button whose text begins with `words`. Raises `PageMissing`."""
        for button in self.tree.iter("button"):
            if button.text_content().strip().startswith(words):
                return button
        raise PageMissing(f"{self.path} ({self.status}): no button {words}: {self.words()[:300]}")

    def has_button(self, words: str) -> bool:
        """Whether there is a button that says `words`."""
        return any(button.text_content().strip() == words for button in self.tree.iter("button"))

    def link(self, words: str) -> str:
        """The address of the first link whose text begins with `words`. Raises `PageMissing`."""
        for link in self.tree.iter("a"):
            if link.text_content().strip().startswith(words):
                return str(link.get("href", ""))
        raise PageMissing(f"{self.path} ({self.status}): no link {words}: {self.words()[:300]}")

    def links(self, part: str) -> list[str]:
        """The addresses of links that hold `part`, without doubles."""
        found = [address for address in self.tree.xpath("//a/@href") if part in address]
        return list(dict.fromkeys(found))

    def words(self) -> str:
        """The text of the page, with white space folded."""
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

    def sign_in(self, login: str, password: str) -> AnsweredPage:
        """Sign in and return the unit's home page. Raises `PageMissing` when signing in fails."""
        page = self.press(self.open("/sign-in"), "登录", login=login, password=password)
        if page.status != 200:
            raise PageMissing(f"{login} cannot sign in: {page.words()[:300]}")
        return page

    def open(self, path: str) -> AnsweredPage:
        """The page at `path`."""
        return _page(self.client.get(path))

    def follow(self, page: AnsweredPage, words: str) -> AnsweredPage:
        """The page behind the first link whose text begins with `words`."""
        return self.open(page.link(words))

    def press(self, page: AnsweredPage, words: str, **values: Any) -> AnsweredPage:
        """Fill `values` into the form of the button that begins with `words`, and press the button.

        A list ticks several boxes. Everything else in the form is sent as it is.
        """
        button = page.button(words)
        form = _form_of(page, button)
        sent: dict[str, Any] = {}
        for name, value in form.form_values():
            if name not in values:
                sent.setdefault(name, []).append(value)
        if button.get("name"):
            sent[button.get("name")] = button.get("value", "")
        return _page(self.client.post(form.get("action") or page.path, data={**sent, **values}))

    def press_surely(self, page: AnsweredPage, words: str, **values: Any) -> AnsweredPage:
        """Press a button, and where a page asks first, such as before a release that reaches many
        units, press the button that says yes."""
        answered = self.press(page, words, **values)
        asking = answered.tree.xpath("//button[@name='sure']")
        if not asking:
            return answered
        return self.press(answered, asking[0].text_content().strip(), **values)


def _form_of(page: AnsweredPage, button: html.HtmlElement) -> html.FormElement:
    """The form of a button: the one around it, or the one whose id the button names."""
    named = button.get("form")
    return page.tree.get_element_by_id(named) if named else next(button.iterancestors("form"))


def _page(answer: httpx.Response) -> AnsweredPage:
    if answer.status_code >= 500:
        raise PageMissing(f"{answer.request.method} {answer.url.path}: {answer.status_code}")
    return AnsweredPage(answer.url.path, answer.status_code, html.fromstring(answer.text))
