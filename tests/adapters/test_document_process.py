"""Documents read in a process of their own: the same text, and no file keeps anybody waiting."""

import io
import zipfile
import zlib
from pathlib import Path

import pytest

from adapters.document_process import TOO_MUCH, document_apart
from adapters.documents.documents import read_document
from rules.sentences.refusal import Refusal
from tests.adapters.documents.test_documents import BLANK_PDF

pytestmark = pytest.mark.long

NOTICE = Path("samples/notice.docx")


def test_the_text_is_the_same() -> None:
    content = NOTICE.read_bytes()
    assert document_apart(content, "通知.docx") == read_document(content, "通知.docx")


def test_a_refusal_comes_through_with_its_values() -> None:
    with pytest.raises(Refusal, match="扫描件"):
        document_apart(BLANK_PDF, "a.pdf")
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as written:
        written.writestr("xl/workbook.xml", "")
    with pytest.raises(Refusal, match="Excel"):
        document_apart(package.getvalue(), "a.docx")


def test_a_file_that_takes_too_long_is_ended() -> None:
    with pytest.raises(Refusal, match=TOO_MUCH):
        document_apart(b"<p>" * 2_000_000, "a.html", seconds=1)


def test_a_pdf_that_unpacks_to_gigabytes_is_ended() -> None:
    packer = zlib.compressobj(9)
    first, again = (
        packer.compress(b" " * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2)
    )
    packed = first + again * 899  # as if all of it had been packed, which takes seconds
    stream = b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    page = b"/MediaBox[0 0 595 842]/Contents 4 0 R>>endobj\n" + stream + packed
    bomb = BLANK_PDF.replace(b"/MediaBox[0 0 595 842]>>endobj\n", page + b"\nendstream endobj\n")
    with pytest.raises(Refusal, match=TOO_MUCH):
        document_apart(bomb, "a.pdf")
