"""Documents that are zip packages: Word, Excel, PowerPoint, OFD. Looked into, never unpacked."""

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
"""Bytes of a zip's table of contents; a large document has 100,000."""
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
"""What a part is by its name."""
_TYPES_OF_PARTS = {
    Active.MACROS: ("vbaproject", "macroenabled", "macrosheet"),
    Active.OBJECT: ("activex", "oleobject"),
}
"""What it is by its type."""


class Package(NamedTuple):
    """What a zip package is."""

    media: str
    """Its content type; empty for any other archive, and for a damaged one."""
    active: Active | None = None
    """It has macros, objects of other programs, or loads something from outside."""


def package_type(content: bytes) -> Package:
    """What the package in `content` is, from its table of contents and its list of types."""
    if not _directory_is_small(content):
        return Package("")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, struct.error,
            NotImplementedError, RuntimeError):  # fmt: skip
        return Package("")


def _directory_is_small(content: bytes) -> bool:
    """Before anything reads it: the size the end record gives."""
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
    """The list of types says what a part is, whatever the part is called."""
    with archive.open(entry) as file:
        raw = file.read(LARGEST_TYPES + 1)
    text = raw.decode("utf-8-sig").lower()
    if len(raw) > LARGEST_TYPES or "&" in text or "<!" in text or "<types" not in text:
        return Package("")
    for active, words in _TYPES_OF_PARTS.items():
        if any(word in text for word in words):
            return Package("", active)
    return Package(media)
