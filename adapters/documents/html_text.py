"""The text of an HTML page, with a line for each block or table row."""

from __future__ import annotations

import re

from lxml import etree, html

from adapters.documents.html_frame import without_frame
from adapters.documents.left_out import DocumentText, left_out_of_html
from adapters.documents.plain_text import decoded
from rules.sentences.refusal import N_, Refusal

_BLOCKS = frozenset(
    [
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "blockquote",
        "pre",
        "table",
        "tr",
        "caption",
        "body",
        "center",
        "form",
        "fieldset",
        "hr",
    ]
)
_SKIPPED = frozenset(
    ["script", "style", "head", "title", "noscript", "template", "svg", "nav", "select", "button"]
)
_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.I)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_BETWEEN_HAN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])")


def html_text(content: bytes) -> DocumentText:
    """The visible text of the page. Raises `Refusal` for a page that cannot be parsed."""
    source = _source(content)
    try:
        root = html.document_fromstring(
            source.encode(), parser=html.HTMLParser(encoding="utf-8", no_network=True)
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Refusal(N_("网页文件里没有文字，请检查后重新上传。")) from error
    frames = without_frame(root)
    pieces: list[str] = []
    _walk(root, pieces)
    return DocumentText(_lines("".join(pieces)), tuple(left_out_of_html(frames)))


def _source(content: bytes) -> str:
    declared = _DECLARED.search(content[:4096])
    name = declared[1].decode("ascii").lower() if declared else ""
    if name.startswith("gb"):
        try:
            return content.decode("gb18030")
        except UnicodeDecodeError:
            return decoded(content)
    return decoded(content)


def _walk(root: html.HtmlElement, pieces: list[str]) -> None:
    """Add the text in reading order. No recursion is used, because pages nest without limit."""
    skipped = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event in ("comment", "pi"):
            _add(pieces, element.tail, skipped)
            continue
        tag = element.tag
        if event == "start":
            skipped += tag in _SKIPPED
            pieces.append(_before(tag) if not skipped else "")
            _add(pieces, element.text, skipped)
        else:
            pieces.append(_after(element) if not skipped else "")
            skipped -= tag in _SKIPPED
            _add(pieces, element.tail, skipped)


def _add(pieces: list[str], text: str | None, skipped: int) -> None:
    if text and not skipped:
        pieces.append(_SPACES.sub(" ", _BETWEEN_HAN.sub("", text)))


def _before(tag: str) -> str:
    return "\n" if tag in _BLOCKS or tag == "br" else ""


def _after(element: html.HtmlElement) -> str:
    if element.tag in ("td", "th"):
        return "\t" if element.getnext() is not None else ""
    return "\n" if element.tag in _BLOCKS else ""


def _lines(text: str) -> str:
    """The text without blank lines. A break inside a table cell, next to a tab, is no end of a
    line."""
    text = re.sub(r"\n[ \n]*\t", "\t", text)
    text = re.sub(r"\t[ \n]*\n(?=[^\n])", "\t", text)
    lines = (re.sub(r" +(?=\t)|(?<=\t) +", "", line).strip(" ") for line in text.split("\n"))
    return "\n".join(line for line in lines if line.strip())
