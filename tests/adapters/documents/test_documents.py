"""Documents to text: every kind gives the same notice, and what cannot be read is refused."""

import io
import zipfile
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.documents.documents import SIZE_LIMIT, extracted_text, pasted_text
from adapters.documents.docx_numbering import written_number
from rules.campaigns.notice.notice import read_notice
from rules.sentences.refusal import Refusal

SAMPLES = Path(__file__).parent.parent.parent / "samples"
TEXT = "关于做好工作的通知\n各盟市：\n一、重点任务\n（一）开展排查。各旗县要在12月20日前完成。\n"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
BLANK_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


def docx(*blocks: str, numbering: str = "") -> bytes:
    """A .docx whose body is these pieces of WordprocessingML."""
    document = Document()
    for block in reversed(blocks):
        document.element.body.insert(0, parse_xml(block))
    if numbering:
        root = document.part.numbering_part.element
        for element in parse_xml(f"<w:x {nsdecls('w')}>{numbering}</w:x>"):
            root.append(element)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def paragraph(inner: str, properties: str = "") -> str:
    return f"<w:p {nsdecls('w')}><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def run(words: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>'


def numbered(words: str, level: int) -> str:
    listed = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>'
    return paragraph(run(words), listed)


def levels(*formats: tuple[str, str]) -> str:
    written = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
        for at, (kind, pattern) in enumerate(formats)
    )
    return (
        f'<w:abstractNum w:abstractNumId="77">{written}</w:abstractNum>'
        '<w:num w:numId="77"><w:abstractNumId w:val="77"/></w:num>'
    )


def refusal(content: bytes, name: str = "") -> str:
    with pytest.raises(Refusal) as refused:
        extracted_text(content, name)
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_text_is_read_in_every_usual_encoding(encoding: str) -> None:
    assert extracted_text(TEXT.encode(encoding), "通知.txt") == TEXT


def test_line_ends_blanks_and_page_numbers_are_made_plain() -> None:
    text = "一、甲\r\n\u3000\u2003乙\r\n— 2 —\r\n第 3 页 共 9 页\r\n丙\ufeff"
    assert extracted_text(text.encode()) == "一、甲\n  乙\n     \n           \n丙"


def test_automatic_numbering_is_written_out_and_starts_again_below() -> None:
    content = docx(
        *(numbered(words, level) for words, level in [("甲", 0), ("子", 1), ("丑", 1)]),
        *(numbered(words, level) for words, level in [("乙", 0), ("寅", 1), ("卯", 2)]),
        numbering=levels(
            ("japaneseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3.")
        ),
    )
    lines = extracted_text(content).split()
    assert lines == ["一、甲", "（一）子", "（二）丑", "二、乙", "（一）寅", "1.卯"]


def test_tracked_insertions_are_kept_and_deletions_dropped() -> None:
    content = docx(
        paragraph(
            run("各盟市")
            + f'<w:ins w:id="1" w:author="a">{run("于12月20日前")}</w:ins>'
            + '<w:del w:id="2" w:author="a"><w:r><w:delText>尽快</w:delText></w:r></w:del>'
            + run("报送")
        )
    )
    assert "各盟市于12月20日前报送" in extracted_text(content)


def test_a_table_becomes_lines_of_cells_and_merged_cells_repeat() -> None:
    document = Document()
    table = document.add_table(3, 2)
    for row, cells in enumerate([("任务", "责任单位"), ("排查", "水利局"), ("检修", "")]):
        for column, words in enumerate(cells):
            table.cell(row, column).text = words
    table.cell(1, 1).merge(table.cell(2, 1))
    written = io.BytesIO()
    document.save(written)
    lines = extracted_text(written.getvalue()).splitlines()
    assert lines[:3] == ["任务\t责任单位", "排查\t水利局", "检修\t水利局"]


def test_a_printed_pdf_gives_whole_paragraphs_without_page_numbers() -> None:
    text = extracted_text((SAMPLES / "notice.pdf").read_bytes(), "通知.pdf")
    lines = [line for line in text.splitlines() if line.strip()]
    assert any(line.startswith("（一）排查供水设施。") and "台账。" in line for line in lines)
    assert not any("—" in line for line in lines)
    assert [m.path for m in read_notice(text).measures] == ["一/（一）", "一/（二）", "二/（一）"]


@pytest.mark.parametrize(("declared", "encoding"), [("utf-8", "utf-8"), ("gb2312", "gb18030")])
def test_a_web_page_gives_its_blocks_and_no_scripts(declared: str, encoding: str) -> None:
    page = (
        f'<!DOCTYPE html><html><head><meta charset="{declared}"><title>站名</title></head><body>'
        "<script>var a=1;</script><p>一、重点<b>任务</b></p><p>&emsp;&emsp;（一）开展排查。"
        "<br>完成。</p>"
        "<table><tr><th><p>任务</p></th><th>单位</th></tr>\n<tr>\n<td>排查</td>\n<td>水利局</td>\n</tr>"
        "</table></body></html>"
    )
    lines = [line.strip() for line in extracted_text(page.encode(encoding), "a.html").splitlines()]
    assert lines == ["一、重点任务", "（一）开展排查。", "完成。", "任务\t单位", "排查\t水利局"]


def test_the_kind_is_decided_by_content_not_by_name() -> None:
    assert "甲" in extracted_text(docx(paragraph(run("甲"))), "notice.txt")
    assert extracted_text((SAMPLES / "notice.pdf").read_bytes(), "notice.docx").strip()


def test_a_pdf_without_text_is_refused_as_a_scan() -> None:
    assert "扫描件" in refusal(BLANK_PDF, "a.pdf")


def test_an_encrypted_pdf_is_refused() -> None:
    assert "密码" in refusal((SAMPLES / "encrypted.pdf").read_bytes(), "a.pdf")


def test_a_broken_pdf_is_refused() -> None:
    assert "损坏" in refusal(b"%PDF-1.7\nnothing of the kind", "a.pdf")


def test_a_docx_that_is_none_is_refused() -> None:
    assert "不是 Word 文件" in refusal(b"just text", "a.docx")
    assert "损坏" in refusal(b"PK\x03\x04 and then nothing", "a.docx")


def test_other_packages_are_refused_by_their_name() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        package.writestr("xl/workbook.xml", "<x/>")
    assert "Excel" in refusal(written.getvalue(), "a.docx")


@pytest.mark.parametrize("name", ["通知.ofd", "通知.docx", ""])
def test_an_ofd_is_refused_by_its_name_and_told_what_to_do(name: str) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        package.writestr("OFD.xml", "<x/>")
    assert ".ofd 版式文件" in refusal(written.getvalue(), name)
    assert "粘贴" in refusal(written.getvalue(), name)


def test_a_legacy_document_is_sent_back_to_be_saved_as_docx() -> None:
    assert ".docx" in refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.doc")
    assert ".docx" in refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.wps")


def test_a_docx_with_a_password_is_refused() -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    assert "密码" in refusal(content, "a.docx")


def test_a_docx_that_unpacks_to_too_much_is_refused() -> None:
    bomb = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(docx(paragraph(run("甲"))))) as sound,
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package,
    ):
        for name in sound.namelist():
            package.writestr(name, sound.read(name))
        package.writestr("word/media/zeros.bin", bytes(410 * 1024 * 1024))
    assert "太大" in refusal(bomb.getvalue(), "a.docx")


def test_entities_in_a_docx_are_not_resolved() -> None:
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(docx(paragraph(run("甲"))))) as sound,
        zipfile.ZipFile(changed, "w") as package,
    ):
        for name in sound.namelist():
            content = sound.read(name)
            if name == "word/document.xml":
                content = (
                    '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
                    f'<w:document xmlns:w="{WORD}">'
                    "<w:body><w:p><w:r><w:t>甲&e;</w:t></w:r></w:p></w:body></w:document>"
                ).encode()
            package.writestr(name, content)
    assert "root:" not in extracted_text(changed.getvalue(), "a.docx")


def test_a_file_over_the_limit_is_refused_with_the_limit() -> None:
    assert "20 MB" in refusal(bytes(SIZE_LIMIT + 1), "a.txt")


@pytest.mark.parametrize("content", [b"", b" \r\n\t ", b"\xef\xbb\xbf"])
def test_empty_text_is_refused(content: bytes) -> None:
    assert refusal(content, "a.txt")


def test_bytes_that_are_no_text_are_refused() -> None:
    assert "编码" in refusal(bytes(range(128, 256)) * 20 + b"\xff\xfe\xfd", "a.txt")
    assert "图片" in refusal(b"\x89PNG\r\n\x1a\n" + bytes(100), "a.txt")


def test_pasted_text_is_cleaned_and_an_empty_one_refused() -> None:
    assert pasted_text("一、甲\r\n乙") == "一、甲\n乙"
    with pytest.raises(Refusal):
        pasted_text("  \n")


@settings(max_examples=100)
@given(st.binary(max_size=300), st.sampled_from(["a.docx", "a.pdf", "a.txt", "a.html", "a"]))
def test_any_bytes_give_text_or_a_sentence(content: bytes, name: str) -> None:
    try:
        told = extracted_text(content, name)
    except Refusal as refused:
        told = str(refused)
    assert told.strip()


def test_numbers_are_written_as_word_writes_them() -> None:
    kinds = {"chineseCounting": "十二", "ideographDigital": "一二", "decimalEnclosedCircle": "⑫"}
    kinds |= {"upperRoman": "XII", "lowerLetter": "l", "chineseLegalSimplified": "拾贰"}
    assert {kind: written_number(12, kind) for kind in kinds} == kinds


def test_a_pdf_whose_pages_lead_back_to_themselves_is_damaged() -> None:
    looping = BLANK_PDF.replace(b"/Kids[3 0 R]/Count 1", b"/Kids[2 0 R 3 0 R]/Count 2")
    with pytest.raises(Refusal, match="损坏"):
        extracted_text(looping, "a.pdf")


def test_control_characters_are_left_out_and_line_ends_stay() -> None:
    assert pasted_text("关于\x01做\x1b好\ud800\n一、\x0b工作\x85") == "关于做好\n一、\n工作\n"
