"""Reading pages the way a strict browser would."""

from collections import Counter
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any

from httpx import Response
from lxml import html

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
UNLABELLED = frozenset({"hidden", "submit", "button"})


class _Nesting(HTMLParser):
    """Finds what is opened and never closed, or closed and never opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[Any]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> at {self.getpos()} says an attribute twice")
        if tag == "form" and "form" in self.open:
            self.faults.append(f"form inside a form at {self.getpos()}")
        if any(name in ("style", "onclick", "onsubmit") for name in names):
            self.faults.append(f"inline style or script at {self.getpos()}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            self.faults.append(f"</{tag}> at {self.getpos()}")
        elif not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else at {self.getpos()}")
            self.open = [name for name in self.open if name != tag]


def check(response: Response) -> html.HtmlElement:
    """The tree of an answer's page; fails on bad nesting, double ids, inputs without a label."""
    text = response.text
    assert response.headers["content-type"].startswith("text/html"), text[:300]
    faults = _faults_of(text)
    assert not faults, "\n".join([*faults, text[:2000]])
    return html.document_fromstring(text)


@lru_cache(maxsize=64)
def _faults_of(text: str) -> list[str]:
    """A page is read slowly once, however often a test asks something of it."""
    nesting = _Nesting()
    nesting.feed(text)
    nesting.close()
    tree = html.document_fromstring(text)
    faults = nesting.faults + [f"<{tag}> is never closed" for tag in nesting.open]
    return faults + _double_ids(tree) + _unlabelled(tree) + _dead_ends(tree)


def _double_ids(tree: html.HtmlElement) -> list[str]:
    counts = Counter(tree.xpath("//@id"))
    return [f"id {name!r} {count} times" for name, count in counts.items() if count > 1]


def _unlabelled(tree: html.HtmlElement) -> list[str]:
    labelled = set(tree.xpath("//label/@for"))
    faults = []
    for field in tree.xpath("//input|//select|//textarea"):
        named = field.get("id") in labelled or field.get("aria-label")
        if field.get("type") not in UNLABELLED and not named:
            faults.append(f"no label for {html.tostring(field)[:120]!r}")
    return faults


def _dead_ends(tree: html.HtmlElement) -> list[str]:
    """References inside the page that lead nowhere, and images without words."""
    ids = set(tree.xpath("//@id"))
    faults = [f"#{name} leads nowhere" for name in tree.xpath("//label/@for") if name not in ids]
    for link in tree.xpath("//a[starts-with(@href,'#')]/@href"):
        if link[1:] not in ids:
            faults.append(f"{link} leads nowhere")
    for names in tree.xpath("//@aria-describedby|//@aria-labelledby"):
        faults += [f"#{name} describes nothing" for name in names.split() if name not in ids]
    return faults + [f"no words for {src}" for src in tree.xpath("//img[not(@alt)]/@src")]


def text_of(response: Response) -> str:
    """What a person reads on the page, with single blanks."""
    tree = check(response)
    for node in tree.xpath("//script|//style|//head"):
        node.getparent().remove(node)
    return " ".join(tree.text_content().split())


def fields_of(response: Response, action: str = "") -> dict[str, list[str]]:
    """What a browser without JavaScript would send from the form of that action, unchanged."""
    tree = check(response)
    wanted = "//form[@method='post']"
    if action:
        wanted = f"//form[@action='{action}']"
    forms = tree.xpath(wanted)
    assert forms, f"no form {action!r}"
    for template in forms[0].xpath(".//template"):
        template.drop_tree()
    fields: dict[str, list[str]] = {}
    for name, value in forms[0].form_values():
        # A browser drops the line break right after <textarea>, the parser does not.
        fields.setdefault(name, []).append(value.removeprefix("\n"))
    return fields


def labelled(response: Response) -> dict[str, str]:
    """What a page shows again of what was typed: label → text."""
    fields = check(response).xpath("//div[textarea[@readonly]]")
    return {
        field.find("label").text_content(): field.find("textarea").text.strip() for field in fields
    }
