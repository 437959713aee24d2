"""What a document holds and its text does not is told, and nothing is told of what is read."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import nsdecls
from PIL import Image

from adapters.documents.documents import read_document
from tests.adapters.documents.test_documents import docx, paragraph, run
from tests.adapters.documents.test_html_frame import MENU, NOTICE
from tests.adapters.documents.test_pdf_pages import body, pdf

SAMPLES = Path(__file__).parent.parent.parent / "samples"


def told(content: bytes, name: str) -> list[str]:
    return [str(sentence) for sentence in read_document(content, name).left_out]


def word(write: Callable[[WordDocument], object]) -> bytes:
    document = Document()
    document.add_paragraph("一、甲。")
    write(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_pictures_heads_and_feet_of_a_docx_are_told() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")

    def write(document: WordDocument) -> None:
        document.add_picture(picture)
        section = document.sections[0]
        section.header.paragraphs[0].text = "内部 资料"
        section.footer.paragraphs[0].text = "长" * 50

    assert told(word(write), "a.docx") == ["图片 1 张", f"页眉、页脚：内部 资料、{'长' * 40}…"]


@pytest.mark.parametrize(
    ("inner", "sentence"),
    [
        ('<w:r><w:footnoteReference w:id="2"/></w:r>', "脚注和尾注 1 条"),
        ('<w:r><w:commentReference w:id="2"/></w:r>', "批注 1 条"),
        ("<w:del><w:r><w:delText>删</w:delText></w:r></w:del>", "修订中删去的文字 1 处"),
        ("<w:r><w:object><o:OLEObject xmlns:o='urn:o'/></w:object></w:r>", "嵌入的文件 1 个"),
        ("<w:r><w:drawing><c:chart xmlns:c='urn:c'/></w:drawing></w:r>", "图表 1 个"),
        ("<w:r><w:drawing><d:relIds xmlns:d='urn:d'/></w:drawing></w:r>", "示意图（SmartArt）1 个"),
    ],
)
def test_what_a_paragraph_holds_beside_its_text_is_told(inner: str, sentence: str) -> None:
    content = docx(f"<w:p {nsdecls('w')}><w:r><w:t>甲</w:t></w:r>{inner}</w:p>")
    assert told(content, "a.docx") == [sentence]


def test_a_plain_document_leaves_nothing_out() -> None:
    assert told(docx(paragraph(run("甲"))), "a.docx") == []
    assert told("一、甲。".encode(), "a.txt") == []
    assert told(pdf(body(0)), "a.pdf") == []
    assert told(f"<html><body>{NOTICE}</body></html>".encode(), "a.html") == []


def test_a_broken_head_does_not_keep_a_docx_from_being_read() -> None:
    file = io.BytesIO(docx(paragraph(run("甲"))))
    with zipfile.ZipFile(file, "a") as package:
        package.writestr("word/header9.xml", "<no xml")
    assert told(file.getvalue(), "a.docx") == []


def test_running_heads_of_a_pdf_are_told_once_and_page_numbers_are_not() -> None:
    pages = [
        [(72, 800, "Office"), *body(number), (280, 50, f"Part {number + 1}"),
         (280, 30, f"{number + 1}")]
        for number in range(3)
    ]  # fmt: skip
    assert told(pdf(*pages), "a.pdf") == ["每页都有的文字：Office、Part 1"]


def test_the_frame_of_a_web_page_is_told() -> None:
    page = f"<html><body><div><div>{MENU}</div></div>{NOTICE}<footer>版权</footer></body></html>"
    assert told(page.encode(), "a.html") == ["网页的菜单、页脚等：首页 政务公开 办事服务、版权"]
