"""What the parts of an Office package point to."""

from __future__ import annotations

import re
import zipfile
from enum import Enum
from urllib.parse import unquote
from xml.parsers import expat

from rules.filling.attachments.kinds import MB

LARGEST_IN_ALL = 32 * MB
"""The most bytes of all lists of relationships. A workbook with 60,000 links has 10 MB."""


class Active(Enum):
    """What makes a document more than what is read in it, in the order in which it is told."""

    MACROS = "macros"
    OBJECT = "object"
    """A part that another program opens: an embedded object, a control."""
    OUTSIDE = "outside"
    """Something that is fetched from another machine when the document is opened."""


_RUNS = {
    "vbaproject": Active.MACROS, "xlmacrosheet": Active.MACROS,
    "oleobject": Active.OBJECT, "control": Active.OBJECT,
}  # fmt: skip
"""Last words of relationship types whose target runs, or is loaded as code."""
_OWN_FILE = re.compile(r"(file:(///|/)?(?!/))?([a-z]:/?)?[^/:][^:]*")
"""A path on the disk of the person who opens the document: an office's own template, a linked
picture."""


def find_active(archive: zipfile.ZipFile) -> Active | None:
    """What the package's parts point to that belongs to another program, or lies on another machine
    and is more than a link; None where there is no such thing.

    A target on another machine (a template, a picture, another workbook) is fetched when the
    document is opened. A link is fetched only when somebody follows the link. Raises ValueError for
    a package that cannot be read.
    """
    actives: set[Active] = set()
    room = LARGEST_IN_ALL
    for entry in archive.infolist():
        if not entry.filename.lower().endswith(".rels"):
            continue
        with archive.open(entry) as file:
            raw = file.read(room + 1)
        room -= len(raw)
        if room < 0:
            raise ValueError("relationships")
        actives |= _list_active(raw)
    return next((active for active in Active if active in actives), None)


def _list_active(raw: bytes) -> set[Active]:
    found: set[Active | None] = set()

    def begin(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == "Relationship":
            found.add(_active(attributes))

    def refuse(*_: object) -> None:
        raise ValueError("doctype")

    parser = expat.ParserCreate(None, " ")
    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise ValueError("relationships") from error
    return {active for active in found if active}


def _active(relationship: dict[str, str]) -> Active | None:
    kind = relationship.get("Type", "").lower().rpartition("/")[2]
    if kind in _RUNS:
        return _RUNS[kind]
    external = relationship.get("TargetMode", "").strip().lower() == "external"
    if external and kind != "hyperlink" and _is_elsewhere(relationship.get("Target", "")):
        return Active.OUTSIDE
    return None


def _is_elsewhere(target: str) -> bool:
    path = unquote(target).strip().replace("\\", "/").lower()
    return not _OWN_FILE.fullmatch(path)
