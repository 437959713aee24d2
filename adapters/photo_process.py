"""Cleaning photos in processes of their own.

A photo is decoded by C libraries from bytes a stranger may have made. What breaks or fills the
memory there breaks a process that has one photo, no database and no file.
"""

from __future__ import annotations

import json

from adapters.apart import SECONDS, Apart
from rules.refusal import N_, Refusal

DAMAGED = N_("这张照片打不开，可能已经损坏。请重新拍照或另选一张。")
APART = Apart("adapters.photos", DAMAGED)
"""The largest photo takes two seconds."""


class Busy(Exception):
    """Other photos are being cleaned; ask again in a moment."""


def clean_photo_apart(
    content: bytes, *, wait: float = SECONDS, seconds: int = SECONDS
) -> tuple[bytes, str]:
    """`adapters.photos.clean_photo`, within `seconds` and bounded in memory.

    Raises `Refusal` for what cannot be opened, and `Busy` when no process is free within `wait`
    seconds: on the web nobody waits in a thread, which others would miss.
    """
    if not APART.free.acquire(timeout=wait):
        raise Busy
    try:
        return _answer(APART.run_now(content, seconds=seconds))
    finally:
        APART.free.release()


def _answer(output: bytes) -> tuple[bytes, str]:
    head, _, content = output.partition(b"\n")
    answer = json.loads(head)
    if "msgid" in answer:
        raise Refusal(answer["msgid"], **answer["values"])
    return content, str(answer["media"])
