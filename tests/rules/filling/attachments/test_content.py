"""Types are found in the bytes, never in the name."""

import struct

import pytest

from models import AttachmentKind
from rules.filling.attachments import content as rules
from rules.filling.attachments.content import type_of
from rules.filling.attachments.kinds import EMPTY
from rules.sentences.refusal import Refusal
from tests.attachments import TYPES_PART, docx, old_office, package, photo, png

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TAKEN = {
    "photo": (photo(64, 48), "image/jpeg"),
    "png": (png(), "image/png"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "application/pdf"),
    "docx": (docx(), WORD),
    "xlsx": (package(_T=TYPES_PART, xl__workbook_x="<w/>"), SHEET),
    "ofd": (package(**{"OFD_x": "<ofd:OFD/>"}), "application/ofd"),
    "doc": (old_office("Root Entry", "WordDocument"), "application/msword"),
    "xls": (old_office("Root Entry", "Workbook"), "application/vnd.ms-excel"),
    "utf-8": ("单位,户数\n红星社区,12\n".encode(), "text/plain"),
    "utf-8 with a mark": ("\ufeff单位".encode(), "text/plain"),
    "gb18030": ("单位,户数\r\n红星社区,12\r\n".encode("gb18030"), "text/plain"),
}
REFUSED = {
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40, rules.HEIC),
    "zip": (package(a="x"), rules.PACKED),
    "rar": (b"Rar!\x1a\x07\x01\0" + b"\0" * 40, rules.PACKED),
    "exe": (b"MZ\x90\0\x03\0\0\0" + b"\0" * 200, rules.RUNS),
    "elf": (b"\x7fELF\x02\x01\x01" + b"\0" * 60, rules.RUNS),
    "script": (b"#!/bin/sh\nrm -rf /\n", rules.RUNS),
    "html": (b"  <!DOCTYPE html><p>x", rules.RUNS),
    "html after text": (b"hello <ScRipT>alert(1)</script>", rules.RUNS),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', rules.RUNS),
    "xml": (b'<?xml version="1.0"?><a/>', rules.RUNS),
    "docm by its part": (
        package(_T=TYPES_PART, word__document_x="", **{"word__vbaProject.bin": ""}), rules.MACROS,
    ),
    "docm by its type": (docx("vnd.ms-word.document.macroEnabled.main"), rules.MACROS),
    "hidden project": (docx("vnd.ms-office.vbaProject"), rules.MACROS),
    "old sheets of macros": (package(_T=TYPES_PART, xl__workbook_x="", xl__macrosheets__s_x=""),
                             rules.MACROS),
    "type written with entities": (docx("vnd.ms-office.&#118;baProject"), rules.PACKED),
    "macros of an old file": (old_office("WordDocument", "_VBA_PROJECT"), rules.MACROS),
    "password": (old_office("EncryptedPackage"), rules.ENCRYPTED),
    "installer": (old_office("Root Entry", "Property"), rules.NOT_TAKEN),
    "binary": (bytes(range(256)), rules.NOT_TAKEN),
    "half a zip": (docx()[:60], rules.PACKED),
    "empty": (b"", EMPTY),
}  # fmt: skip


@pytest.mark.parametrize("case", TAKEN)
@pytest.mark.parametrize("name", ["附件.exe", "a.csv.html", ""])
def test_the_content_says_what_it_is_whatever_it_is_called(case: str, name: str) -> None:
    content, media = TAKEN[case]
    assert type_of(content, name, AttachmentKind.FILE) == media


@pytest.mark.parametrize("case", REFUSED)
def test_what_runs_or_hides_something_is_refused_with_its_sentence(case: str) -> None:
    content, sentence = REFUSED[case]
    with pytest.raises(Refusal) as refused:
        type_of(content, "现场.jpg", AttachmentKind.FILE)
    assert refused.value.sentence.msgid == sentence


@pytest.mark.parametrize(
    ("name", "program"),
    [("台账.xlsx", "Excel"), ("总结.DOCX", "Word"), ("汇报.pptx", "PPT"), ("公文.ofd", "OFD")],
)
@pytest.mark.parametrize("content", [docx()[:60], package(a="x"), bytes(range(256))])
def test_a_document_that_cannot_be_read_is_called_damaged(
    name: str, program: str, content: bytes
) -> None:
    with pytest.raises(Refusal) as refused:
        type_of(content, name, AttachmentKind.FILE)
    assert str(refused.value).startswith(f"这个 {program} 文件打不开，可能已损坏。")


def test_an_archive_is_still_called_one() -> None:
    with pytest.raises(Refusal, match="不能上传压缩包"):
        type_of(package(a="x"), "现场.docx.zip", AttachmentKind.FILE)


@pytest.mark.parametrize("case", sorted(set(TAKEN) - {"photo", "png"}))
def test_a_field_for_photos_takes_nothing_else(case: str) -> None:
    with pytest.raises(Refusal) as refused:
        type_of(TAKEN[case][0], "现场.jpg", AttachmentKind.IMAGE)
    assert refused.value.sentence.msgid == rules.NOT_A_PHOTO


def test_the_name_decides_only_between_text_and_table() -> None:
    assert type_of(b"a,b\n1,2\n", "数据.CSV", AttachmentKind.FILE) == "text/csv"


def test_a_table_of_contents_that_would_fill_the_memory_is_not_read() -> None:
    end = docx()[-22:]
    huge = struct.pack("<H", 60_000) + struct.pack("<L", 400 * 1024 * 1024)
    forged = docx()[:-22] + end[:10] + huge + end[16:]
    with pytest.raises(Refusal):
        type_of(forged, "a.docx", AttachmentKind.FILE)
