"""Names of attachments: what people called the file, made harmless and true to the content."""

from __future__ import annotations

import re
import unicodedata

from rules.filling.attachments.kinds import FILE_TYPES
from rules.forms.field_values import clean_text
from rules.sentences.held import on_one_line
from rules.sentences.refusal import N_

LONGEST = 120
"""The most characters of a name, with its ending."""
UNNAMED = N_("附件")
_FOREIGN = frozenset({
    "apk", "app", "asp", "aspx", "avif", "bat", "bin", "bmp", "chm", "cmd", "com", "cpl",
    "dll", "docm", "dotm", "exe", "gif", "gz", "hta", "htm", "html", "heic", "heif", "iso",
    "jar", "js", "jse", "lnk", "mht", "mhtml", "mjs", "msi", "php", "ps1", "pptm", "psd", "py",
    "rar", "reg", "rtf", "scr", "sh", "svg", "svgz", "sys", "tar", "tif", "tiff", "url", "vb",
    "vbe", "vbs", "webp", "wsf", "xhtml", "xlsb", "xlsm", "xml", "zip", "7z",
})  # fmt: skip
"""Endings of types that the content does not have."""
_ENDINGS = _FOREIGN | {ending for file_type in FILE_TYPES.values() for ending in file_type.endings}
_NOT_IN_NAMES = re.compile(r'[<>:"|?*%]+')
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)")


def clean_name(typed: str, media: str = "") -> str:
    """`typed` without folders and harmful characters, ending as the type `media` does.

    At most `LONGEST` characters; with no type known yet the ending stays as it is.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", typed))[-1]
    visible = clean_text(last, multiline=False)
    plain = on_one_line(_NOT_IN_NAMES.sub("_", visible)).strip(". ")
    return _fitted(plain, FILE_TYPES[media].endings) if media else plain[:LONGEST] or UNNAMED


def _fitted(plain: str, endings: tuple[str, ...]) -> str:
    stem, dot, ending = plain.rpartition(".")
    own = ending.lower() if dot and ending.lower() in endings else endings[0]
    while dot and ending.lower() in _ENDINGS:
        plain = stem.rstrip(". ")
        stem, dot, ending = plain.rpartition(".")
    named = plain[: LONGEST - len(own) - 1].rstrip(". ") or UNNAMED
    return f"_{named}.{own}" if _DEVICES.fullmatch(named) else f"{named}.{own}"
