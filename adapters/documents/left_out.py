"""What a document holds beside the text that is read, told in sentences."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lxml import etree

from rules.sentences.sentence import N_, Sentence

LONGEST_QUOTE = 40


class DocumentText(NamedTuple):
    """The text of a document, and what of the document the text leaves out."""

    text: str
    left_out: tuple[Sentence, ...] = ()


_COUNTED: dict[str, tuple[frozenset[str], str]] = {
    "pictures": (frozenset(("pic", "imagedata")), N_("图片 %(count)s 张")),
    "charts": (frozenset(("chart",)), N_("图表 %(count)s 个")),
    "diagrams": (frozenset(("relIds",)), N_("示意图（SmartArt）%(count)s 个")),
    "objects": (frozenset(("OLEObject",)), N_("嵌入的文件 %(count)s 个")),
    "footnotes": (
        frozenset(("footnoteReference", "endnoteReference")),
        N_("脚注和尾注 %(count)s 条"),
    ),
    "comments": (frozenset(("commentReference",)), N_("批注 %(count)s 条")),
    "deletions": (frozenset(("delText",)), N_("修订中删去的文字 %(count)s 处")),
}
"""Elements of a .docx that are left out, by their local names, and how they are told."""
_PAGE_FRAME = re.compile(r"word/(?:header|footer)\d*\.xml")
_HEADS = N_("页眉、页脚：%(text)s")
_REPEATED = N_("每页都有的文字：%(text)s")
_AROUND = N_("网页的菜单、页脚等：%(text)s")
_PDF_PICTURES = N_("图片 %(count)s 张")


def left_out_of_docx(package: zipfile.ZipFile, body: etree._Element) -> list[Sentence]:
    """What is left out of a .docx whose body this is."""
    counts = Counter(_local(element) for element in _seen(body))
    told = [
        Sentence(msgid, {"count": total})
        for names, msgid in _COUNTED.values()
        if (total := sum(counts[name] for name in names))
    ]
    heads = dict.fromkeys(filter(None, _page_frames(package)))
    return [*told, *_quoted(_HEADS, heads)]


def left_out_of_pdf(repeated: Iterable[str], pictures: int) -> list[Sentence]:
    """What is left out of a PDF: texts that stand on every page, and pictures."""
    told = [Sentence(_PDF_PICTURES, {"count": pictures})] if pictures else []
    return [*told, *_quoted(_REPEATED, repeated)]


def left_out_of_html(frames: Iterable[str]) -> list[Sentence]:
    """What is left out of a web page: the texts around the notice."""
    return list(_quoted(_AROUND, frames))


def _quoted(msgid: str, texts: Iterable[str]) -> Iterator[Sentence]:
    quotes = [_short(text) for text in texts if text.strip()]
    if quotes:
        yield Sentence(msgid, {"text": quotes})


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_QUOTE else f"{words[:LONGEST_QUOTE]}…"


def _seen(element: etree._Element) -> Iterator[etree._Element]:
    """The elements of the body, without what is said a second time for older programs."""
    for child in element:
        if _local(child) != "Fallback":
            yield child
            yield from _seen(child)


def _page_frames(package: zipfile.ZipFile) -> Iterator[str]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    for name in package.namelist():
        if not _PAGE_FRAME.fullmatch(name):
            continue
        try:
            root = etree.fromstring(package.read(name), parser)
        except etree.XMLSyntaxError:
            continue
        yield "".join(element.text or "" for element in root.iter("{*}t"))


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
