"""Which photos and files are taken, how large they may be, and under which type they are served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models import AttachmentKind
from rules.sentences.refusal import N_, Refusal

MB = 1024 * 1024
LARGEST = {AttachmentKind.IMAGE: 15 * MB, AttachmentKind.FILE: 20 * MB}
"""Kind of the field → the most bytes of one upload. A photo is made smaller afterwards."""
MOST_FILES = 30
MOST_BYTES = 50 * MB
"""The most bytes of all attachments that an assignment's fields hold at one time."""
MOST_TRIES = 4
"""How many times `MOST_BYTES` is kept while a clerk replaces attachments by others."""
LARGEST_PIECE = 256 * 1024
SMALLEST_PIECE = 4 * 1024
"""The fewest bytes of every piece but the last, so that an upload never has thousands of pieces."""
EMPTY = N_("这个文件是空的，请重新选择。")
TOO_MANY = N_("一项任务最多上传 %(most)s 个文件。")


@dataclass(frozen=True)
class FileType:
    """One type of file that is stored and served."""

    media: str
    """The content type the file is served with. None of these types can run in a browser."""
    endings: tuple[str, ...]
    """Endings that the name may have. A name with another ending gets the first of these."""
    shown: bool = False
    """Whether the browser opens the file instead of saving it: only for pictures that we drew
    anew."""


_OFFICE = "application/vnd.openxmlformats-officedocument"
FILE_TYPES: dict[str, FileType] = {
    file_type.media: file_type
    for file_type in (
        FileType("image/jpeg", ("jpg", "jpeg"), shown=True),
        FileType("image/png", ("png",), shown=True),
        FileType("application/pdf", ("pdf",)),
        FileType(f"{_OFFICE}.wordprocessingml.document", ("docx",)),
        FileType(f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",)),
        FileType(f"{_OFFICE}.presentationml.presentation", ("pptx",)),
        FileType("application/ofd", ("ofd",)),
        FileType("application/msword", ("doc", "wps")),
        FileType("application/vnd.ms-excel", ("xls", "et")),
        FileType("application/vnd.ms-powerpoint", ("ppt", "dps")),
        FileType("text/plain", ("txt",)),
        FileType("text/csv", ("csv",)),
    )
}
"""Content type → all that is ever stored."""
PHOTOS = frozenset({"image/jpeg", "image/png", "image/webp"})
"""Content types of pictures that we can draw anew. WebP becomes JPEG."""
ACCEPTED = {
    AttachmentKind.IMAGE: "image/jpeg,image/png,image/webp,image/*",
    AttachmentKind.FILE: ",".join(
        f".{ending}" for file_type in FILE_TYPES.values() for ending in file_type.endings
    ),
}
"""Kind of the field → what the browser offers to choose from."""


def check_size(kind: AttachmentKind, size: int) -> None:
    """Raises `Refusal` for an upload of `size` bytes that is empty or too large for its kind."""
    if size <= 0:
        raise Refusal(EMPTY)
    if size > LARGEST[kind]:
        raise Refusal(
            N_("这个文件有 %(size)s MB，最多 %(limit)s MB。请压缩或拆开后再上传。"),
            size=round(size / MB, 1),
            limit=LARGEST[kind] // MB,
        )


def check_room(held: Sequence[int], size: int, everything: Sequence[int]) -> None:
    """Raises `Refusal` where an assignment has no room for one more attachment of `size` bytes.

    `held`: the sizes of what its other fields hold. `everything`: the sizes of all that was
    uploaded for the assignment and is not swept yet, including replaced attachments.
    """
    if len(held) >= MOST_FILES:
        raise Refusal(TOO_MANY, most=MOST_FILES)
    if sum(held) + size > MOST_BYTES:
        raise Refusal(N_("一项任务的文件合计最多 %(most)s MB。"), most=MOST_BYTES // MB)
    too_many = len(everything) >= MOST_FILES * MOST_TRIES
    if too_many or sum(everything) + size > MOST_BYTES * MOST_TRIES:
        raise Refusal(N_("这项任务更换文件的次数太多，请过几天再上传。"))
