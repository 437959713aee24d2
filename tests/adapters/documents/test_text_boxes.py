"""What hangs on a paragraph of a .docx or goes on across its chapters is in the text, once."""

from collections.abc import Callable

import pytest
from docx.oxml.ns import nsdecls

from adapters.documents.documents import extracted_text
from adapters.documents.docx_numbering import written_number
from tests.adapters.documents.test_documents import docx, numbered, paragraph, run

SPACES = (
    f"{nsdecls('w')} "
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)


def box(*words: str) -> str:
    inner = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in words)
    return f"<w:txbxContent>{inner}</w:txbxContent>"


def drawing(*words: str) -> str:
    return f"<w:drawing><wps:txbx>{box(*words)}</wps:txbx></w:drawing>"


def vml(*words: str) -> str:
    return f"<w:pict><v:shape><v:textbox>{box(*words)}</v:textbox></v:shape></w:pict>"


def both(*words: str) -> str:
    """A box as Word writes it: for itself, and again for older programs."""
    return (
        f'<mc:AlternateContent><mc:Choice Requires="wps">{drawing(*words)}</mc:Choice>'
        f"<mc:Fallback>{vml(*words)}</mc:Fallback></mc:AlternateContent>"
    )


def with_box(shape: str, before: str = "") -> str:
    return f"<w:p {SPACES}><w:r><w:t>前</w:t></w:r><w:r>{before}{shape}</w:r></w:p>"


@pytest.mark.parametrize("shape", [drawing, vml, both])
def test_a_text_box_follows_its_paragraph_once(shape: Callable[..., str]) -> None:
    content = docx(with_box(shape("一、甲。", "二、乙。")), paragraph(run("后")))
    lines = extracted_text(content, "通知.docx").split("\n")
    assert [line for line in lines if line] == ["前", "一、甲。", "二、乙。", "后"]


def test_a_box_in_a_box_is_read_and_one_in_hidden_or_deleted_text_is_not() -> None:
    nested = f"<w:pict><v:textbox><w:txbxContent><w:p><w:r><w:t>外</w:t></w:r><w:r>{vml('内')}</w:r></w:p></w:txbxContent></v:textbox></w:pict>"  # fmt: skip  # noqa: E501
    text = extracted_text(docx(with_box(nested)), "a.docx")
    assert text.split() == ["前", "外", "内"]
    hidden = extracted_text(docx(with_box(vml("藏"), "<w:rPr><w:vanish/></w:rPr>")), "a.docx")
    assert "藏" not in hidden
    deleted = f"<w:p {SPACES}><w:r><w:t>前</w:t></w:r><w:del><w:r>{vml('删')}</w:r></w:del></w:p>"
    assert "删" not in extracted_text(docx(deleted), "a.docx")


def test_a_box_in_a_cell_stands_in_its_row() -> None:
    cell = f"<w:tc><w:p><w:r><w:t>甲</w:t></w:r><w:r>{vml('乙')}</w:r></w:p></w:tc>"
    table = f"<w:tbl {SPACES}><w:tr>{cell}<w:tc><w:p><w:r><w:t>丙</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"  # fmt: skip  # noqa: E501
    assert "甲 乙\t丙" in extracted_text(docx(table), "a.docx")


def restarting(restart: str) -> str:
    kinds = (("chineseCounting", "第%1章"), ("chineseCounting", "第%2条"), ("decimal", "%3."))
    written = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'{restart if at == 1 else ""}<w:lvlText w:val="{pattern}"/></w:lvl>'
        for at, (kind, pattern) in enumerate(kinds)
    )
    return (
        f'<w:abstractNum w:abstractNumId="77">{written}</w:abstractNum>'
        '<w:num w:numId="77"><w:abstractNumId w:val="77"/></w:num>'
    )


@pytest.mark.parametrize(
    ("restart", "numbers"),
    [
        ("", ["第一条", "第二条", "第一条"]),
        ('<w:lvlRestart w:val="0"/>', ["第一条", "第二条", "第三条"]),
        ('<w:lvlRestart w:val="1"/>', ["第一条", "第二条", "第一条"]),
    ],
)
def test_articles_go_on_across_chapters_where_the_document_says_so(
    restart: str, numbers: list[str]
) -> None:
    order = [0, 1, 1, 0, 1]
    content = docx(*(numbered("甲", level) for level in order), numbering=restarting(restart))
    lines = [line.split()[0] for line in extracted_text(content, "a.docx").split("\n") if line]
    assert [line for line in lines if line.startswith("第") and "条" in line] == numbers
    assert [line for line in lines if "章" in line] == ["第一章", "第二章"]


def test_a_lower_number_begins_again_after_any_higher_mark_and_never_after_its_own_or_a_lower() -> (
    None
):
    order = [0, 1, 2, 2, 1, 2]
    content = docx(*(numbered("甲", level) for level in order), numbering=restarting(""))
    lines = [line.split()[0] for line in extracted_text(content, "a.docx").split("\n") if line]
    assert lines == ["第一章", "第一条", "1.甲", "2.甲", "第二条", "1.甲"]


def test_stems_and_branches_are_counted_as_such() -> None:
    stems = [written_number(number, "ideographTraditional") for number in (1, 2, 10, 11)]
    assert stems == ["甲", "乙", "癸", "11"]
    assert written_number(12, "ideographZodiac") == "亥"
