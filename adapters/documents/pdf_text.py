"""The text of a PDF that has text: wrapped lines are joined, page numbers are dropped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from adapters.documents.left_out import DocumentText, left_out_of_pdf
from adapters.documents.pdf_tables import PdfTable, tables_by_page
from rules.campaigns.notice.unit_names import looks_like_unit
from rules.sentences.refusal import N_, Refusal

_PAGES = 500
_FEWEST = 20
_PASSWORD_ERROR = 4
_PAGES_ASKED, _MOST_UNMAPPED = 5, 0.3
_SAME_PLACE = 4
"""Points within which two lines of two pages stand at the same place."""
_SHARE_OF_PAGES = 0.4
"""Odd and even pages may have heads of their own."""
_PAGE_NUMBER = re.compile(
    r"[-—–－―_~·\s]*\d{1,4}[-—–－―_~·\s]*|第\s*\d{1,4}\s*页(?:[\s，,/]*共\s*\d{1,4}\s*页)?|\d{1,4}\s*/\s*\d{1,4}"
)
_ENDS = "。！？；："
_MARK = re.compile(
    r"\s*(?:第[一二三四五六七八九十]{1,3}[章节条]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]|"
    r"\d{1,2}[.．、](?!\d)|[（(]\d{1,2}[）)]|附件)"
)
_BETWEEN_HAN = re.compile(
    r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])"
    r"|(?<=[\u4e00-\u9fff]) (?=\d)|(?<=\d) (?=[\u4e00-\u9fff])"
)


@dataclass(frozen=True)
class _Line:
    """A printed line and its place, in points from the left and the bottom of the page."""

    text: str
    left: float
    right: float
    bottom: float
    height: float
    is_row: bool = False
    """A row of a table, tabs between its cells: never joined with another line."""


def pdf_text(content: bytes) -> DocumentText:
    """The text, with a line for each paragraph. Raises `Refusal` for scans and for encrypted or
    broken files."""
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD_ERROR or "password" in str(error).lower():
            raise Refusal(N_("这个 PDF 加了密码，请去掉密码后再上传。")) from error
        raise Refusal(N_("PDF 文件已损坏，无法打开。请重新导出后再上传。")) from error
    try:
        return _document_text(document, tables_by_page(content, document))
    except pdfium.PdfiumError as error:  # a page that is not there, or leads back to itself
        raise Refusal(N_("PDF 文件已损坏，无法打开。请重新导出后再上传。")) from error
    finally:
        document.close()


def _document_text(
    document: pdfium.PdfDocument, tables: Mapping[int, Sequence[PdfTable]]
) -> DocumentText:
    if len(document) > _PAGES:
        raise Refusal(
            N_("PDF 有 %(pages)s 页，超过了 %(limit)s 页的上限。"),
            pages=len(document),
            limit=_PAGES,
        )
    pages = [_page_lines(document[number]) for number in range(len(document))]
    characters = sum(len(line.text.strip()) for page in pages for line in page)
    if characters < _FEWEST * max(1, len(pages)):
        raise Refusal(
            N_(
                "这个 PDF 是扫描件，里面没有文字。请上传 Word 文件或能复制文字的 PDF，"
                "或把文字粘贴进来。"
            )
        )
    _refuse_unmapped(document)
    repeated = _repeated(pages)
    own = (
        _with_rows([line for line in page if _at(line) not in repeated], tables.get(number, ()))
        for number, page in enumerate(pages)
    )
    text = "\n".join(_paragraphs([line for page in own for line in _without_number(page)]))
    heads = dict.fromkeys(line.text for page in pages for line in page if _at(line) in repeated)
    left_out = left_out_of_pdf(_told_once(heads), _count_pictures(document))
    return DocumentText(text, tuple(left_out))


def _told_once(texts: Iterable[str]) -> Iterable[str]:
    """The texts without page numbers, each once whatever number is in it."""
    kept = {re.sub(r"[0-9]+", "0", text): text for text in reversed(list(texts))}
    return [text for text in reversed(kept.values()) if not _PAGE_NUMBER.fullmatch(text.strip())]


def _count_pictures(document: pdfium.PdfDocument) -> int:
    count = 0
    for number in range(len(document)):
        page = document[number]
        count += sum(1 for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]))
        page.close()
    return count


def _with_rows(lines: Sequence[_Line], tables: Sequence[PdfTable]) -> list[_Line]:
    """The lines of a page, those inside a table replaced by the table's rows."""
    placed: list[_Line] = []
    written: set[PdfTable] = set()
    for line in lines:
        inside = [table for table in tables if table.holds(line.left, line.bottom)]
        if not inside:
            placed.append(line)
        elif inside[0] not in written:
            written.add(inside[0])
            rows = ("\t".join(row) for row in inside[0].rows)
            placed.extend(_Line(row, 0.0, 0.0, 0.0, 0.0, is_row=True) for row in rows)
    return placed


def _refuse_unmapped(document: pdfium.PdfDocument) -> None:
    """Refuse a PDF whose fonts do not say which characters their signs are.

    What is read from such a PDF is other characters than those that are seen.
    """
    total = unmapped = 0
    for number in range(min(len(document), _PAGES_ASKED)):
        text_page = document[number].get_textpage()
        try:
            count = text_page.count_chars()
            total += count
            unmapped += sum(raw.FPDFText_HasUnicodeMapError(text_page, at) for at in range(count))
        finally:
            text_page.close()
    if unmapped > total * _MOST_UNMAPPED:
        raise Refusal(
            N_(
                "这个 PDF 没有带上文字的编码，读出来是乱码。请上传 Word 文件，"
                "或者打开后看看复制出来的文字对不对，再粘贴进来。"
            )
        )


Place = tuple[str, int, int]


def _at(line: _Line) -> Place:
    """What a line says, whatever page number is in it, and where it stands on the page."""
    words = re.sub(r"[0-9]+", "0", line.text.replace(" ", ""))
    return words, round(line.left / _SAME_PLACE), round(line.bottom / _SAME_PLACE)


def _repeated(pages: Sequence[Sequence[_Line]]) -> frozenset[Place]:
    """What stands at one place of many pages: running heads and feet, watermarks, and the heads of
    a table on the pages after its first."""
    counts = Counter(
        place for page in pages for place in {_at(line) for line in page if line.height}
    )
    fewest = max(2, len(pages) * _SHARE_OF_PAGES)
    return frozenset(place for place, count in counts.items() if count >= fewest)


def _page_lines(page: pdfium.PdfPage) -> list[_Line]:
    text_page = page.get_textpage()
    try:
        text = text_page.get_text_range()
        lines: list[_Line] = []
        at = 0
        for raw in text.split("\n"):
            printed = raw.rstrip("\r")
            if printed.strip():
                lines.append(_line(text_page, printed, at))
            at += len(raw) + 1
        return lines
    finally:
        text_page.close()
        page.close()


def _line(text_page: pdfium.PdfTextPage, printed: str, at: int) -> _Line:
    """The line with its place, from its first to its last character that is no blank.

    The size of the line is that of its middle, because brackets and digits often use another font.
    """
    first = at + len(printed) - len(printed.lstrip())
    last = at + len(printed.rstrip()) - 1
    try:
        left, _, _, _ = text_page.get_charbox(first, loose=True)
        _, _, right, _ = text_page.get_charbox(last, loose=True)
        _, bottom, _, top = text_page.get_charbox(_middle(printed, at), loose=True)
    except (pdfium.PdfiumError, ValueError):
        return _Line(printed, 0.0, 0.0, 0.0, 0.0)
    return _Line(_BETWEEN_HAN.sub("", printed.strip()), left, right, bottom, top - bottom)


def _middle(printed: str, at: int) -> int:
    """The place of the Chinese character nearest to the middle of the line."""
    middle = len(printed) // 2
    around = sorted(range(len(printed)), key=lambda place: abs(place - middle))
    return at + next((place for place in around if "\u4e00" <= printed[place] <= "\u9fff"), middle)


def _without_number(lines: list[_Line]) -> list[_Line]:
    """The lines of a page without a page number at the top or bottom."""
    kept = list(lines)
    while kept and _PAGE_NUMBER.fullmatch(kept[-1].text.strip()):
        kept.pop()
    while kept and _PAGE_NUMBER.fullmatch(kept[0].text.strip()):
        kept.pop(0)
    return kept


def _paragraphs(lines: list[_Line]) -> list[str]:
    left, right = _margins(lines)
    paragraphs: list[str] = []
    above: _Line | None = None
    for line in lines:
        if above is not None and _continues(above, line, left, right):
            paragraphs[-1] = _joined(paragraphs[-1], line.text)
        else:
            paragraphs.append(line.text)
        above = line
    return paragraphs


def _margins(lines: list[_Line]) -> tuple[float, float]:
    """The edges of the text block: the leftmost common start and the rightmost common end of
    lines."""
    placed = [line for line in lines if line.height]
    if not placed:
        return 0.0, 0.0
    lefts = sorted(line.left for line in placed)
    rights = sorted(line.right for line in placed)
    return lefts[len(lefts) // 20], rights[len(rights) * 19 // 20]


def _continues(above: _Line, line: _Line, left: float, right: float) -> bool:
    """Whether the line is the wrapped rest of the line above.

    Then the line starts at the left edge, the line above reaches the right edge (up to one
    character that did not fit), and both have the same size.
    """
    if above.is_row or line.is_row:
        return False
    if not above.height or not line.height:
        return not _MARK.match(line.text) and above.text.rstrip()[-1:] not in _ENDS
    size = max(above.height, 1.0)
    if abs(above.height - line.height) > size * 0.35:
        return False
    if above.text[-1:] in _ENDS and looks_like_unit(line.text):
        return False
    starts_left = line.left - left < size * 0.9
    full = right - above.right < size * 1.6
    return starts_left and full and not (_MARK.match(line.text) and above.text[-1:] in _ENDS)


def _joined(before: str, after: str) -> str:
    latin = before[-1:].isascii() and after[:1].isascii() and before[-1:].isalpha()
    return before + (" " if latin and after[:1].isalpha() else "") + after
