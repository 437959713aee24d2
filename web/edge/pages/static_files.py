"""Styles and scripts; the address of a file changes with its content."""

import gzip
import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

FOLDER = Path(__file__).parents[2] / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
JOINED = {
    "jieli.css": ("../../templates/reports/report.css", "jieli.css"),
    "form.js": (
        "rules/limits.js",
        "rules/reading.js",
        "form/states.js",
        "form/page.js",
        "form/answers.js",
        "form/status_line.js",
        "form/copies.js",
        "form/autosave.js",
        "form/sending.js",
        "form/offers.js",
        "form/waiting.js",
        "form/faults.js",
        "form/buttons.js",
        "form/bounds.js",
        "form/choices.js",
        "form/missing.js",
        "form/start.js",
    ),
    "outbox.js": (
        "outbox/store.js",
        "outbox/blobs.js",
        "outbox/requests.js",
        "outbox/elements.js",
        "outbox/items.js",
        "outbox/shown.js",
        "outbox/files.js",
        "outbox/behind.js",
        "outbox/delivery.js",
        "outbox/signing_out.js",
        "outbox/start.js",
    ),
    "worker.js": ("worker/delivery.js", "worker/pages.js"),
    "photos.js": (
        "photos/fingerprint.js",
        "photos/shrinking.js",
        "photos/inputs.js",
        "photos/uploads.js",
    ),
    "form_rules.js": (
        "rules/limits.js",
        "rules/values.js",
        "rules/patterns.js",
        "rules/operators.js",
        "rules/expressions.js",
        "rules/reading.js",
        "rules/numbers.js",
        "rules/today.js",
        "rules/repeats.js",
        "rules/judging.js",
        "rules/conditions.js",
    ),
}
"""Scripts and styles that are one file for the browser, in this order: on a slow network a request
costs more than what it brings."""
COMMENT = re.compile(r"^ */\*.*?\*/ *\n", re.MULTILINE | re.DOTALL)
INDENT = re.compile(r"^ +", re.MULTILINE)
FOR_EVER = "public, max-age=31536000, immutable"

router = APIRouter()


@dataclass(frozen=True)
class StaticFile:
    """One file in memory; the beginning of its checksum stands in `address`."""

    address: str
    media_type: str
    content: bytes
    packed: bytes


@lru_cache
def static_files() -> dict[str, StaticFile]:
    """Every file of the folder by its plain name; joined files by the name of the whole."""
    parts = {part for parts in JOINED.values() for part in parts}
    alone = {path.name for path in FOLDER.iterdir() if path.suffix in TYPES} - parts
    whole = {name: (name,) for name in sorted(alone)} | JOINED
    return {name: _read(name, parts) for name, parts in whole.items()}


def _read(name: str, parts: tuple[str, ...]) -> StaticFile:
    content = b"".join((FOLDER / part).read_bytes() for part in parts)
    stem, suffix = Path(name).stem, Path(name).suffix
    if suffix in (".js", ".css"):
        content = lightened(content.decode()).encode()
    mark = sha256(content).hexdigest()[:12]
    packed = gzip.compress(content, 9, mtime=0)
    return StaticFile(f"/static/{stem}.{mark}{suffix}", TYPES[suffix], content, packed)


def lightened(source: str) -> str:
    """A script or style without indentation, and without comments that have lines of their own.

    No text of a script may go over the end of a line (`tools/check_scripts.py`).
    """
    return INDENT.sub("", COMMENT.sub("", source))


def static(name: str) -> str:
    """The address of a file of web/static."""
    return static_files()[name].address


@router.get("/static/{name}")
def get_static(name: str, request: Request) -> Response:
    """One file, packed for a browser that can unpack files."""
    found = [file for file in static_files().values() if file.address == f"/static/{name}"]
    if not found:
        raise HTTPException(404)
    headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
    content = found[0].content
    if "gzip" in request.headers.get("accept-encoding", ""):
        content = found[0].packed
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type=found[0].media_type, headers=headers)
