"""What the parts of an Office package point to."""

from __future__ import annotations

import re
import zipfile
from urllib.parse import unquote
from xml.parsers import expat

from rules.attachments.kinds import MB

LARGEST_IN_ALL = 32 * MB
"""Bytes of all lists of relationships; a workbook with 60,000 links has 10 MB."""
_RUNS = frozenset({"oleobject", "control", "vbaproject", "xlmacrosheet"})
"""Last words of types whose target runs, or is loaded as one that does."""
_OWN_FILE = re.compile(r"(file:(///|/)?(?!/))?([a-z]:/?)?[^/:][^:]*")
"""A path on the disk of whoever opens it: an office's own template, a picture that was linked."""


def points_to_active(archive: zipfile.ZipFile) -> bool:
    """Whether a part belongs to another program, or anything but a link lies on another machine.

    What lies there (a template, a picture, another workbook) is fetched when the document is
    opened; a link only when somebody follows it. Raises ValueError for what cannot be read.
    """
    room = LARGEST_IN_ALL
    for entry in archive.infolist():
        if not entry.filename.lower().endswith(".rels"):
            continue
        with archive.open(entry) as file:
            raw = file.read(room + 1)
        room -= len(raw)
        if room < 0:
            raise ValueError("relationships")
        if _has_active(raw):
            return True
    return False


def _has_active(raw: bytes) -> bool:
    found: list[bool] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == "Relationship":
            found.append(_is_active(attributes))

    def refuse(*_: object) -> None:
        raise ValueError("doctype")

    parser = expat.ParserCreate(None, " ")
    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise ValueError("relationships") from error
    return any(found)


def _is_active(relationship: dict[str, str]) -> bool:
    kind = relationship.get("Type", "").lower().rpartition("/")[2]
    external = relationship.get("TargetMode", "").strip().lower() == "external"
    return kind in _RUNS or (
        external and kind != "hyperlink" and _is_elsewhere(relationship.get("Target", ""))
    )


def _is_elsewhere(target: str) -> bool:
    path = unquote(target).strip().replace("\\", "/").lower()
    return not _OWN_FILE.fullmatch(path)
