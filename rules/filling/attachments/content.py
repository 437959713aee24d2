"""What a file is, judged by its bytes. The name of a file is not believed."""

from __future__ import annotations

import re

import filetype

from models import AttachmentKind
from rules.filling.attachments.kinds import EMPTY, PHOTOS
from rules.filling.attachments.packages import package_type
from rules.filling.attachments.relationships import Active
from rules.sentences.refusal import N_, Refusal

ENCRYPTED = N_("这个文件加了密码，无法检查。请取消密码后再上传。")
MACROS = N_("这个文件带有宏。请另存为不带宏的文件（.docx、.xlsx）后再上传。")
OBJECTS = N_(
    "这个文件里嵌有其他程序的对象（如嵌入的文件、公式编辑器的公式、控件）。"
    "请删去，或者换成图片，另存后再上传。"
)
OUTSIDE = N_(
    "这个文件一打开就会到别处取内容（如网上的图片、别的电脑上的模板或表格）。"
    "请把图片插入到文件里，断开这些链接，另存后再上传。文字上的网页链接不用删。"
)
NOT_TAKEN = N_(
    "不能上传这种文件。可以上传：照片（JPG、PNG），"
    "PDF、OFD、Word、Excel、PPT、WPS 文档，文本和 CSV。"
)
NOT_A_PHOTO = N_("这不是照片。请选择 JPG、PNG 或 WebP 格式的照片。")
HEIC = N_("HEIC 格式的照片打不开。请在手机的相机设置里改为“兼容性最佳”，或者转成 JPG 后再上传。")
PACKED = N_("不能上传压缩包。请解压后把文件逐个上传。")
DAMAGED = N_("这个 %(program)s 文件打不开，可能已损坏。请打开原来的文件，另存一份再上传。")
RUNS = N_("不能上传网页或程序文件。")
_ACTIVE = {Active.MACROS: MACROS, Active.OBJECT: OBJECTS, Active.OUTSIDE: OUTSIDE}
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_PROGRAMS = {
    "docx": "Word", "doc": "Word", "xlsx": "Excel", "xls": "Excel", "pptx": "PPT", "ppt": "PPT",
    "wps": "WPS", "et": "WPS", "dps": "WPS", "pdf": "PDF", "ofd": "OFD",
}  # fmt: skip
"""Ending of a document's name → the program that people name such a file after."""
_STREAMS = (
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
)
"""(Name of a stream in an old Office file, content type of that file)."""
_REFUSED = {
    "image/heic": HEIC, "image/heif": HEIC, "application/x-rar-compressed": PACKED,
    "application/x-7z-compressed": PACKED, "application/gzip": PACKED, "application/x-tar": PACKED,
    "application/x-msdownload": RUNS, "application/x-executable": RUNS,
}  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_PAGE = re.compile(
    r"\s*<(\?|%|!doctype|!--|/?[a-z][a-z0-9]*[\s/>])|.*<(html|script|svg|iframe)\b", re.S
)
"""Matches a text that begins as a web page does, or has the heart of a page near its beginning."""
_MUCH = 64 * 1024


def type_of(content: bytes, name: str, kind: AttachmentKind) -> str:
    """The content type of what was sent for a field of `kind`.

    The result is a key of `FILE_TYPES`, or `image/webp`. The name of the file decides only between
    plain text and CSV, and which sentence tells that a document is damaged. Raises `Refusal` for a
    file that is not taken.
    """
    if not content:
        raise Refusal(EMPTY)
    found = _guess(content)
    if found in PHOTOS:
        return found
    if kind == AttachmentKind.IMAGE:
        raise Refusal(HEIC if found in _REFUSED and _REFUSED[found] == HEIC else NOT_A_PHOTO)
    return _document_type(content, name, found)


def _guess(content: bytes) -> str:
    return filetype.guess_mime(content[:8192]) or ""


def _document_type(content: bytes, name: str, found: str) -> str:
    if found in _REFUSED:
        raise Refusal(_REFUSED[found])
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(b"PK"):
        return _checked_package(content, name)
    if content.startswith(_OLE):
        return _ole_type(content, name)
    return _text_type(content, name)


def _not_taken(msgid: str, name: str) -> Refusal:
    """The refusal `msgid`. A file with the ending of a document is called damaged instead, because
    whoever sent the file believes that it is a document."""
    program = _PROGRAMS.get(name.rpartition(".")[2].strip().lower())
    return Refusal(DAMAGED, program=program) if program else Refusal(msgid)


def _checked_package(content: bytes, name: str) -> str:
    found = package_type(content)
    if found.active:
        raise Refusal(_ACTIVE[found.active])
    if not found.media:
        raise _not_taken(PACKED, name)
    return found.media


def _ole_type(content: bytes, name: str) -> str:
    """The type of an old Office file, found by the names of its streams. Such a name stands in one
    piece, as UTF-16, wherever the directory lies."""
    if _stream("_VBA_PROJECT") in content:
        raise Refusal(MACROS)
    if _stream("EncryptedPackage") in content:
        raise Refusal(ENCRYPTED)
    found = next((media for name, media in _STREAMS if _stream(name) in content), "")
    if not found:
        raise _not_taken(NOT_TAKEN, name)
    return found


def _stream(name: str) -> bytes:
    return name.encode("utf-16-le")


def _text_type(content: bytes, name: str) -> str:
    text = _decoded(content)
    if text is None or _CONTROL.search(text):
        raise _not_taken(NOT_TAKEN, name)
    if text.startswith("#!") or _PAGE.match(text[:_MUCH].lower()):
        raise Refusal(RUNS)
    return "text/csv" if name.lower().endswith(".csv") else "text/plain"


def _decoded(content: bytes) -> str | None:
    """The text, read as UTF-8 or as GB 18030, which Chinese systems write; None for neither."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
