"""The text of a .docx as a reader sees it: numbering is written out, insertions are kept."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree

from adapters.documents.docx_numbering import Numbering
from adapters.documents.left_out import DocumentText, left_out_of_docx
from rules.sentences.refusal import N_, Refusal

_PART_LIMIT = 60 * 1024 * 1024
_TOTAL_LIMIT = 400 * 1024 * 1024
_ENTRY_LIMIT = 10_000
_OFFICE_DOCUMENT = "/relationships/officeDocument"
_DROPPED = frozenset(
    [
        "del",
        "moveFrom",
        "instrText",
        "delText",
        "fldData",
        "pPr",
        "rPr",
        "sectPr",
        "tblPr",
        "tblGrid",
        "trPr",
        "tcPr",
        "Fallback",
        "footnoteReference",
        "endnoteReference",
        "commentReference",
        "annotationRef",
        "drawing",
        "pict",
        "object",
    ]
)
_LEFT_OUT = frozenset(("del", "moveFrom", "Fallback"))
"""What is deleted, or said a second time."""
_BREAKS = {"br": "\n", "cr": "\n", "tab": " ", "noBreakHyphen": "-", "ptab": " "}


def docx_text(package: zipfile.ZipFile) -> DocumentText:
    """A line for each paragraph and for each table row. Tabs separate the cells of a row.

    Raises `Refusal` for a package that is no Word document, or that unpacks to too much.
    """
    _check_size(package)
    main = _main_part(package)
    body = _child(_parsed(package, main), "body")
    if body is None:
        raise _broken()
    folder = posixpath.dirname(main)
    numbering = Numbering(
        _optional(package, f"{folder}/numbering.xml"), _optional(package, f"{folder}/styles.xml")
    )
    text = "\n".join(_blocks(body, numbering))
    return DocumentText(text, tuple(left_out_of_docx(package, body)))


def _broken() -> Refusal:
    return Refusal(N_("这个文件名是 .docx，但内容不是 Word 文件，可能已损坏或改过名。"))


def _too_large() -> Refusal:
    return Refusal(N_("文件解压后太大，可能不是正常的 Word 文件，没有读取。"))


def _check_size(package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    if len(entries) > _ENTRY_LIMIT or sum(entry.file_size for entry in entries) > _TOTAL_LIMIT:
        raise _too_large()


def _content(package: zipfile.ZipFile, part: str) -> bytes:
    """The bytes of one part, never more than the limit, whatever its header says."""
    try:
        with package.open(part) as file:
            content = file.read(_PART_LIMIT + 1)
    except KeyError as error:
        raise _broken() from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Refusal(N_("文件已损坏，无法打开。请在 Word 里重新保存后再上传。")) from error
    except RuntimeError as error:  # zipfile's word for a part that needs a password
        raise Refusal(N_("这个 Word 文件加了密码，请去掉密码后再上传。")) from error
    if len(content) > _PART_LIMIT:
        raise _too_large()
    return content


def _parsed(package: zipfile.ZipFile, part: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(_content(package, part), parser)
    except etree.XMLSyntaxError as error:
        raise Refusal(N_("文件已损坏，无法打开。请在 Word 里重新保存后再上传。")) from error


def _optional(package: zipfile.ZipFile, part: str) -> etree._Element | None:
    return _parsed(package, part) if part in package.namelist() else None


def _main_part(package: zipfile.ZipFile) -> str:
    relations = _optional(package, "_rels/.rels")
    if relations is None:
        raise _broken()
    for relation in relations:
        if str(relation.get("Type", "")).endswith(_OFFICE_DOCUMENT):
            return str(relation.get("Target", "")).lstrip("/")
    raise _broken()


def local(element: etree._Element) -> str:
    """The element's name without its namespace. The usual and the strict namespace both occur."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    if element is None:
        return None
    return next((child for child in element if local(child) == name), None)


def _blocks(body: etree._Element, numbering: Numbering) -> Iterator[str]:
    for element in body:
        name = local(element)
        if name == "p":
            yield _paragraph(element, numbering)
            for box in _text_boxes(element):
                yield from _blocks(box, numbering)
        elif name == "tbl":
            yield from _rows(element, numbering)
        elif name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"):
            yield from _blocks(element, numbering)


def _paragraph(paragraph: etree._Element, numbering: Numbering) -> str:
    properties = _child(paragraph, "pPr")
    return numbering.mark(properties) + "".join(_runs(paragraph))


def _text_boxes(element: etree._Element) -> Iterator[etree._Element]:
    """The text boxes that hang on a paragraph (DrawingML and VML), the outer ones only.

    Word writes a box twice, the second time (Fallback) for programs that know no DrawingML.
    """
    for child in element:
        name = local(child)
        if name == "txbxContent":
            yield child
        elif name not in _LEFT_OUT and not (name == "r" and _hidden(child)):
            yield from _text_boxes(child)


def _runs(element: etree._Element) -> Iterator[str]:
    for child in element:
        name = local(child)
        if name == "t":
            yield child.text or ""
        elif name in _BREAKS:
            yield _page_or_line(child, name)
        elif name == "r" and _hidden(child):
            continue
        elif name not in _DROPPED:
            yield from _runs(child)


def _page_or_line(element: etree._Element, name: str) -> str:
    kind = next((value for key, value in element.attrib.items() if str(key).endswith("}type")), "")
    return "" if name == "br" and kind == "column" else _BREAKS[name]


def _hidden(run: etree._Element) -> bool:
    vanish = _child(_child(run, "rPr"), "vanish")
    if vanish is None:
        return False
    return not any(value in ("0", "false", "off") for value in vanish.attrib.values())


def _rows(table: etree._Element, numbering: Numbering) -> Iterator[str]:
    """A line for each row. A cell that is merged with the cell above repeats its text."""
    above: dict[int, str] = {}
    for row in _of_kind(table, "tr"):
        if _child(_child(row, "trPr"), "del") is not None:
            continue
        cells: list[str] = []
        column = 0
        for cell in _of_kind(row, "tc"):
            properties = _child(cell, "tcPr")
            text = _cell(cell, numbering)
            if _continues(properties):
                text = text or above.get(column, "")
            above[column] = text
            cells.append(text)
            column += _span(properties)
        yield "\t".join(cells)


def _of_kind(element: etree._Element, name: str) -> Iterator[etree._Element]:
    for child in element:
        if local(child) == name:
            yield child
        elif local(child) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _of_kind(child, name)


def _cell(cell: etree._Element, numbering: Numbering) -> str:
    words = " ".join(" ".join(block.split()) for block in _blocks(cell, numbering))
    return words.strip()


def _continues(properties: etree._Element | None) -> bool:
    merge = _child(properties, "vMerge")
    return merge is not None and not any(value == "restart" for value in merge.attrib.values())


def _span(properties: etree._Element | None) -> int:
    span = _child(properties, "gridSpan")
    value = next(iter(span.attrib.values()), "1") if span is not None else "1"
    return int(str(value)) if str(value).isdigit() else 1
