"""A file that somebody uploaded, checked and made clean before it is stored (decision 0007)."""

from typing import NamedTuple

from adapters.attachment_store import digest_of
from adapters.photo_process import clean_photo_apart
from models import AttachmentKind
from rules.filling.attachments.content import type_of
from rules.filling.attachments.kinds import PHOTOS, check_size
from rules.filling.attachments.names import clean_name


class Prepared(NamedTuple):
    """A file that is checked and clean."""

    name: str
    content_type: str
    size: int
    digest: str


def identify(name: str, content: bytes, kind: AttachmentKind) -> tuple[Prepared, bytes]:
    """Check and clean what was sent as a file of `kind`. Returns what the file is, and the bytes to
    be stored. Raises `Refusal` for a file that is not taken."""
    check_size(kind, len(content))
    media = type_of(content, name, kind)
    if media in PHOTOS:
        content, media = clean_photo_apart(content)
    found = Prepared(clean_name(name, media), media, len(content), digest_of(content))
    return found, content


def identify_original(name: str, content: bytes) -> tuple[Prepared, bytes]:
    """As `identify`, for the file that a notice was read from, which may be a web page.

    A web page has no content type of ours: it is handed out as bytes and never opened here.
    """
    if not name.lower().endswith((".html", ".htm")):
        return identify(name, content, AttachmentKind.FILE)
    check_size(AttachmentKind.FILE, len(content))
    return Prepared(clean_name(name), "", len(content), digest_of(content)), content
