"""Cleaning photos in processes of their own.

C libraries decode a photo from bytes that a stranger may have made. A photo that breaks them or
fills the memory breaks only a process that has one photo, no database and no file.
"""

from __future__ import annotations

from adapters.apart import SECONDS, Apart
from rules.sentences.refusal import N_

DAMAGED = N_("这张照片打不开，可能已经损坏。请重新拍照或另选一张。")
_APART = Apart("adapters.photos", DAMAGED)
"""The largest photo takes two seconds."""


def clean_photo_apart(content: bytes, *, seconds: int = SECONDS) -> tuple[bytes, str]:
    """`adapters.photos.clean_photo`, within `seconds` and with bounded memory.

    Raises `Refusal` for a photo that cannot be opened.
    """
    media, content = _APART.run(content, seconds=seconds)
    return content, str(media)
