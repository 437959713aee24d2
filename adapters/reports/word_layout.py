"""The layout of official documents (GB/T 9704—2012) for Word documents that are made here.

A4, margins 37/35/28/26 mm, a text block of 156 × 225 mm with 22 lines of 28 characters in 16 pt
仿宋. Page numbers stand 7 mm below the block, as “— n —”, odd ones right and even ones left. Two
values were measured on the converted page: the line pitch must be at most 28.95 pt (579 twips), or
the block holds 21 lines; and 16 pt needs −0.25 pt between characters for 28 of them. A document
grid is left out on purpose, because it halves the line in some programs.
"""

from dataclasses import dataclass
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, Twips

PITCH = Twips(579)
TIGHTER = "-5"
"""The space between characters, in twentieths of a point."""

BODY, TITLE, SUBTITLE, HEADING, SUBHEADING, CELL, HEAD_CELL, NOTE = (
    "公文正文",
    "公文标题",
    "公文副标题",
    "公文一级标题",
    "公文二级标题",
    "表格文字",
    "表头文字",
    "公文说明",
)
RIGHT, CENTRE, LEFT = (
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.LEFT,
)


@dataclass(frozen=True)
class Look:
    """One style: Chinese font, size in points, line pitch, indent of the first line."""

    name: str
    font: str
    size: float
    pitch: Any = PITCH
    indent: int = 0
    """The indent of the first line, in characters."""
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY
    keep: bool = False
    """Whether the paragraph stays on the page of the next one."""


LOOKS = (
    Look(BODY, "仿宋_GB2312", 16, indent=2),
    Look(TITLE, "方正小标宋简体", 22, pitch=Pt(32), align=CENTRE, keep=True),
    Look(SUBTITLE, "楷体_GB2312", 16, align=CENTRE),
    Look(HEADING, "黑体", 16, indent=2, keep=True),
    Look(SUBHEADING, "楷体_GB2312", 16, indent=2, keep=True),
    Look(CELL, "仿宋_GB2312", 10.5, pitch=Pt(16), align=LEFT),
    Look(HEAD_CELL, "黑体", 10.5, pitch=Pt(16), align=CENTRE, keep=True),
    Look(NOTE, "楷体_GB2312", 12, pitch=Pt(20)),
)


def new_document(*, latin: str = "") -> Any:
    """An empty document with the page, the styles and the page numbers of the standard.

    `latin`: another font for letters and digits. Empty: the Chinese font's own.
    """
    document = Document()
    _set_page(document.sections[0])
    for look in LOOKS:
        _add_style(document, look, latin)
    _number_pages(document, latin)
    return document


def _set_page(section: Any) -> None:
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    # 35 mm below the block, the number 7 mm under it: its line ends about 23 mm from the edge.
    section.footer_distance = Mm(23)
    for grid in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(grid)


def _add_style(document: Any, look: Look, latin: str) -> None:
    style = document.styles.add_style(look.name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = None
    style.quick_style = True
    style.font.size = Pt(look.size)
    set_fonts(style.element.get_or_add_rPr(), look.font, latin)
    if look.size == 16 and not latin:
        spacing = OxmlElement("w:spacing")
        spacing.set(qn("w:val"), TIGHTER)
        style.element.rPr.append(spacing)
    form = style.paragraph_format
    form.alignment = look.align
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    form.line_spacing = look.pitch
    form.keep_with_next = look.keep
    form.widow_control = False
    if look.indent:
        indent = style.element.get_or_add_pPr().get_or_add_ind()
        indent.set(qn("w:firstLineChars"), str(100 * look.indent))
        indent.set(qn("w:firstLine"), str(int(20 * look.size * look.indent)))


def set_fonts(properties: Any, font: str, latin: str) -> None:
    """Set the font for Chinese, and for letters and digits the same font or `latin`."""
    fonts = properties.get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    for kind in ("w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(kind), latin or font)


def _number_pages(document: Any, latin: str) -> None:
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    for footer, align in ((section.footer, RIGHT), (section.even_page_footer, LEFT)):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = align
        # One character in from the edge of the block.
        side = "w:rightChars" if align == RIGHT else "w:leftChars"
        paragraph._element.get_or_add_pPr().get_or_add_ind().set(qn(side), "100")
        for part in ("— ", None, " —"):
            _add_part(paragraph, part, latin)


def _add_part(paragraph: Any, text: str | None, latin: str) -> None:
    run = paragraph.add_run(text or "")
    run.font.size = Pt(14)
    set_fonts(run._element.get_or_add_rPr(), "宋体", latin)
    if text is not None:
        return
    for kind in ("begin", "PAGE", "end"):
        tag = "w:instrText" if kind == "PAGE" else "w:fldChar"
        part = OxmlElement(tag)
        if kind == "PAGE":
            part.text = "PAGE"
        else:
            part.set(qn("w:fldCharType"), kind)
        run._element.append(part)


def add_table(document: Any, widths: list[float], rows: int) -> Any:
    """Add a centred grid of single lines. `widths` are in millimetres. The first row is repeated on
    each page."""
    table = document.add_table(rows, len(widths))
    table.style = document.styles["Table Grid"]
    table.alignment = 1
    table.autofit = False
    _set_cell_margins(table)
    for column, width in enumerate(widths):
        table.columns[column].width = Mm(width)
        for cell in table.columns[column].cells:
            cell.width = Mm(width)
    for row in table.rows:
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
    head = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(head)
    return table


def _set_cell_margins(table: Any) -> None:
    """Set 0.35 mm at both sides instead of Word's 1.9 mm. Ten columns of numbers then fit 156 mm,
    even in a font with wider digits that stands in for a missing 仿宋."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("w:left", "w:right"):
        margin = OxmlElement(side)
        margin.set(qn("w:w"), "20")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)


def write_cell(cell: Any, text: str, style: str, align: WD_ALIGN_PARAGRAPH | None = None) -> None:
    """Write the text of a cell, in the middle of the cell's height."""
    cell.vertical_alignment = 1
    paragraph = cell.paragraphs[0]
    paragraph.style = cell._parent._parent.part.document.styles[style]
    paragraph.add_run(text)
    if align is not None:
        paragraph.alignment = align
