"""An uploaded file, carried through the page on which a person confirms it."""

import binascii
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

from starlette.datastructures import FormData, UploadFile

from adapters.settings import get_settings
from rules.sentences.refusal import N_, Refusal
from web.edge.requests.waiting import Crowded

STILL_HERE = N_(
    "正在读取别人上传的文件，这次没有轮到您。文件还在，请过一分钟按“再读一次这个文件”。"
)


def content_of(posted: FormData, *, none: str) -> bytes:
    """The file that was just chosen (`file`), or the one the page carries (`packed`).

    Raises `Refusal`: `none`, a msgid, where there is no file.
    """
    packed, upload = posted.get("packed"), posted.get("file")
    if isinstance(packed, str) and packed:
        return _unpack(packed)
    if isinstance(upload, UploadFile) and upload.filename:
        return upload.file.read()
    raise Refusal(none)


def carried(posted: FormData, crowded: Crowded) -> tuple[str, str]:
    """What stays of a file whose turn to be read has not come: the packed file, and what to say.

    The page carries a file that was packed before. A file that was just chosen is not kept, and
    the first value is empty. The second value is a msgid.
    """
    packed = posted.get("packed")
    kept = packed if isinstance(packed, str) else ""
    return kept, STILL_HERE if kept else crowded.sentence


def pack(content: bytes) -> str:
    """The file as the text of a hidden input."""
    return urlsafe_b64encode(zlib.compress(content)).decode()


def _unpack(packed: str) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        content = unpacking.decompress(urlsafe_b64decode(packed), get_settings().upload_limit)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise Refusal(_DAMAGED) from error
    if not unpacking.eof:
        raise Refusal(_DAMAGED)
    return content


_DAMAGED = N_("文件在确认时损坏了，请重新选择文件。")
