"""Documents that are zip packages: Word, Excel, PowerPoint, OFD. They are looked into, never
unpacked."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import NamedTuple

from rules.filling.attachments.kinds import MB
from rules.filling.attachments.relationships import Active, find_active

LARGEST_DIRECTORY = MB
"""The most bytes of a zip's table of contents. A large document has 100,000."""
LARGEST_TYPES = MB
_OFFICE = "application/vnd.openxmlformats-officedocument"
_MAIN = {
    "word/document.xml": f"{_OFFICE}.wordprocessingml.document",
    "xl/workbook.xml": f"{_OFFICE}.spreadsheetml.sheet",
    "ppt/presentation.xml": f"{_OFFICE}.presentationml.presentation",
}
_TYPES = "[content_types].xml"
_PARTS = {
    Active.MACROS: re.compile(r"(^|/)(vbaproject[^/]*|vbadata\.xml|macrosheets)(/|\.|$)"),
    Active.OBJECT: re.compile(r"(^|/)(activex|oleobject[^/]*)(/|\.|$)|(^|/)embeddings/[^/]*\.bin$"),
}
"""What a part is, by the name of the part."""
_TYPES_OF_PARTS = {
    Active.MACROS: ("vbaproject", "macroenabled", "macrosheet"),
    Active.OBJECT: ("activex", "oleobject"),
}
"""What a part is, by the type of the part."""


class Package(NamedTuple):
    """What a zip package is."""

    media: str
    """The package's content type. Empty for any other archive, and for a damaged package."""
    active: Active | None = None
    """What makes the package more than a document: macros, objects, or something loaded from
    outside."""


def package_type(content: bytes) -> Package:
    """What the package in `content` is, judged by its table of contents and its list of types."""
    if not _directory_is_small(content):
        return Package("")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, struct.error,
            NotImplementedError, RuntimeError):  # fmt: skip
        return Package("")


def _directory_is_small(content: bytes) -> bool:
    """Whether the zip's end record gives a small table of contents. Asked before anything reads
    that table."""
    end = content.rfind(b"PK\x05\x06", -(65_535 + 22))
    if end < 0 or len(content) < end + 22:
        return False
    entries, size = struct.unpack_from("<HL", content, end + 10)
    return bool(0 < entries < 0xFFFF and size <= LARGEST_DIRECTORY)


def _read(archive: zipfile.ZipFile) -> Package:
    names = {entry.filename.lower(): entry for entry in archive.infolist()}
    for active, parts in _PARTS.items():
        if any(parts.search(name) for name in names):
            return Package("", active)
    if "ofd.xml" in names:
        return Package("application/ofd")
    media = next((found for name, found in _MAIN.items() if name in names), "")
    if not media or _TYPES not in names:
        return Package("")
    if found := find_active(archive):
        return Package("", found)
    return _typed(archive, names[_TYPES], media)


def _typed(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, media: str) -> Package:
    """The package as its list of types describes it, whatever names the parts have."""
    with archive.open(entry) as file:
        raw = file.read(LARGEST_TYPES + 1)
    text = raw.decode("utf-8-sig").lower()
    if len(raw) > LARGEST_TYPES or "&" in text or "<!" in text or "<types" not in text:
        return Package("")
    for active, words in _TYPES_OF_PARTS.items():
        if any(word in text for word in words):
            return Package("", active)
    return Package(media)
