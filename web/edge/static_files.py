"""Style and script, served under addresses that change with their content."""

import gzip
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

FOLDER = Path(__file__).parent.parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
FOR_EVER = "public, max-age=31536000, immutable"

router = APIRouter()


@dataclass(frozen=True)
class StaticFile:
    """One file in memory; `address` carries the beginning of its checksum."""

    address: str
    media_type: str
    content: bytes
    packed: bytes


@lru_cache
def static_files() -> dict[str, StaticFile]:
    """Every file of the folder by its plain name."""
    return {path.name: _read(path) for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES}


def _read(path: Path) -> StaticFile:
    content = path.read_bytes()
    mark = sha256(content).hexdigest()[:12]
    address = f"/static/{path.stem}.{mark}{path.suffix}"
    packed = gzip.compress(content, 9, mtime=0)
    return StaticFile(address, TYPES[path.suffix], content, packed)


def static(name: str) -> str:
    """The address of a file of web/static."""
    return static_files()[name].address


@router.get("/static/{name}")
def get_static(name: str, request: Request) -> Response:
    """One file, packed where the browser can unpack it."""
    found = [file for file in static_files().values() if file.address == f"/static/{name}"]
    if not found:
        raise HTTPException(404)
    headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
    content = found[0].content
    if "gzip" in request.headers.get("accept-encoding", ""):
        content = found[0].packed
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type=found[0].media_type, headers=headers)
