"""From a document's bytes to its text, whatever its kind.

The bytes decide the kind, not the name alone. A document that cannot be read is refused with a
sentence that says what the person can do.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile

from adapters.documents.docx_text import docx_text
from adapters.documents.html_text import html_text
from adapters.documents.left_out import DocumentText
from adapters.documents.pdf_text import pdf_text
from adapters.documents.plain_text import decoded
from rules.sentences.held import held
from rules.sentences.refusal import N_, Refusal

SIZE_LIMIT = 20 * 1024 * 1024
TEXT_LIMIT = 2_000_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_OTHER_PACKAGES = {
    "xl/workbook.xml": "Excel",
    "ppt/presentation.xml": "PowerPoint",
    "OFD.xml": "OFD",
}
_HTML_OPENING = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|div|p|table)\b",
    re.I | re.S,
)
_PAGE_LINE = re.compile(
    r"(?m)^[ \t]*(?:[-—–－―_~·]{1,3}[ \t]*\d{1,4}[ \t]*[-—–－―_~·]{1,3}|"
    r"第[ \t]*\d{1,4}[ \t]*页(?:[ \t，,/]*共[ \t]*\d{1,4}[ \t]*页)?|[Pp]age[ \t]*\d{1,4})[ \t]*$"
)
_BLANKS = dict.fromkeys(
    map(ord, "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"), " "
)
_BLANKS |= dict.fromkeys(map(ord, "\u2009\u200a\u205f\u3000"), " ")
_LINE_ENDS = {0x0B: "\n", 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
_RADICALS = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0x2F00, 0x2FD6), 0x2E9F, 0x2EF3)
    if len(unicodedata.normalize("NFKC", chr(code))) == 1
}
_TYPED: dict[int, str] = {**_BLANKS, **_LINE_ENDS, **_RADICALS}


def extracted_text(content: bytes, filename: str = "") -> str:
    """The text of `read_document` alone."""
    return read_document(content, filename).text


def read_document(content: bytes, filename: str = "") -> DocumentText:
    """The text of a .docx, .pdf, .html or text document, with a line for each paragraph or table
    row.

    Tabs separate the cells of a table row. Raises `Refusal` for a document with nothing to read.
    """
    if not content:
        raise Refusal(N_("文件是空的，请重新选择。"))
    if len(content) > SIZE_LIMIT:
        raise Refusal(
            N_("文件超过了 %(limit)s MB 的上限。请删去图片等附件后再上传。"),
            limit=SIZE_LIMIT // 1024 // 1024,
        )
    read = _read(content, filename.lower())
    return read._replace(text=cleaned(read.text))


def pasted_text(text: str) -> str:
    """Pasted text in the form of an extracted text. Raises `Refusal` where it is empty."""
    if len(text) > TEXT_LIMIT:
        raise Refusal(N_("粘贴的文字太长，请改为上传文件。"))
    return cleaned(text)


def cleaned(text: str) -> str:
    """`text` with plain line ends, blanks and page numbers. Every blank stays one blank."""
    text = held(text.replace("\r\n", "\n").replace("\r", "\n").translate(_TYPED))
    text = _PAGE_LINE.sub(lambda line: " " * len(line.group()), text)
    if not text.strip():
        raise Refusal(N_("文件里没有文字，请检查后重新上传。"))
    return text


def _read(content: bytes, name: str) -> DocumentText:
    if b"%PDF-" in content[:1024]:
        return pdf_text(content)
    if content.startswith(_OLE):
        raise _legacy(content)
    if content.startswith(b"PK"):
        return _read_package(content, name)
    _refuse_known_others(content, name)
    if name.endswith((".html", ".htm")) or _HTML_OPENING.match(content[:4000]):
        return html_text(content)
    return DocumentText(decoded(content))


def _legacy(content: bytes) -> Refusal:
    if _ENCRYPTED in content:
        return Refusal(N_("这个 Word 文件加了密码，请去掉密码后再上传。"))
    return Refusal(N_("这是旧版 .doc 或 .wps 文件，请在 Word 或 WPS 里另存为 .docx 后再上传。"))


def _refuse_known_others(content: bytes, name: str) -> None:
    if content.startswith(_IMAGES):
        raise Refusal(N_("这是一张图片，无法读取文字。请上传 Word 文件，或把文字粘贴进来。"))
    if content.startswith(b"{\\rtf"):
        raise Refusal(N_("这是 .rtf 文件，请在 Word 或 WPS 里另存为 .docx 后再上传。"))
    if name.endswith((".docx", ".docm")):
        raise Refusal(N_("这个文件名是 .docx，但内容不是 Word 文件，可能已损坏或改过名。"))
    if name.endswith((".doc", ".wps")) and b"\x00" in content:
        raise Refusal(N_("这是旧版 .doc 或 .wps 文件，请在 Word 或 WPS 里另存为 .docx 后再上传。"))
    if name.endswith(".pdf"):
        raise Refusal(N_("这个文件名是 .pdf，但内容不是 PDF 文件，可能已损坏或改过名。"))


_OFD = "OFD.xml"
"""GB/T 33190-2016, 7.4: the entry of every OFD package."""


def _read_package(content: bytes, name: str) -> DocumentText:
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Refusal(N_("文件已损坏，无法打开。请在 Word 里重新保存后再上传。")) from error
    names = set(package.namelist())
    if _OFD in names:
        raise Refusal(
            N_("这是 .ofd 版式文件，请用原来的 .docx 或另存为 .pdf，或者打开后把文字粘贴进来。")
        )
    for part, kind in _OTHER_PACKAGES.items():
        if part in names:
            raise Refusal(N_("这是 %(kind)s 文件，请上传 .docx、.pdf 或文本文件。"), kind=kind)
    if "[Content_Types].xml" not in names:
        if name.endswith(".docx"):
            raise Refusal(N_("这个文件名是 .docx，但内容不是 Word 文件，可能已损坏或改过名。"))
        raise Refusal(N_("这是压缩包或无法识别的文件，请上传 .docx、.pdf 或文本文件。"))
    return docx_text(package)
