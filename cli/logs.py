"""The log files of the programs: bounded while they are written, and for their owner alone.

A program appends to a file of its own, so nothing can block it and nothing of it is lost when the
supervisor is killed. A file that has grown is copied and emptied under the program: what is opened
for appending goes on at the new end. Rotating writers behind a pipe would stop the program when
they stop, and `logging.handlers` see only what Python logs, not what a crash prints.
"""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

LOG_BYTES = 10 * 1024 * 1024
"""A log file larger than this is set aside."""
KEPT = 2
"""Older files: `name.log.1` and `name.log.2`. Of one program no more lies on the disk than 30 MiB
and what it writes in a tenth of a second; a file set aside has twice `LOG_BYTES` at most."""
OWNER_ONLY = 0o600
_CHUNK = 1024 * 1024


def open_log(log: Path) -> BinaryIO:
    """The log, for appending; made if need be, and closed to other accounts of the machine."""
    file = os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, OWNER_ONLY), "ab", 0)
    for path in (log, *older(log)):
        with suppress(FileNotFoundError):
            path.chmod(OWNER_ONLY)
    return file


def older(log: Path) -> list[Path]:
    """The files that were set aside, or would be, the youngest first."""
    return [log.with_name(f"{log.name}.{number}") for number in range(1, KEPT + 1)]


def keep_bounded(log: Path) -> None:
    """Set the log aside if it is too large, while its program goes on writing.

    A line that is written between the last look and the emptying is lost. Where the disk is full
    the log is emptied all the same: the bound is what keeps the disk for the database.
    """
    if not log.exists() or log.stat().st_size <= LOG_BYTES:
        return
    files = older(log)
    for younger, elder in reversed(list(pairwise(files))):
        if younger.exists():
            younger.replace(elder)
    with log.open("rb+", buffering=0) as source:
        try:
            _copy(source, files[0])
        except OSError:
            files[0].unlink(missing_ok=True)
        finally:
            os.ftruncate(source.fileno(), 0)


def _copy(source: BinaryIO, target: Path) -> None:
    """The last `LOG_BYTES` twice over, at most, up to what was written a moment ago."""
    source.seek(max(0, os.fstat(source.fileno()).st_size - 2 * LOG_BYTES))
    left = 2 * LOG_BYTES
    with os.fdopen(
        os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "wb", 0
    ) as to:
        while left > 0 and (piece := source.read(min(left, _CHUNK))):
            to.write(piece)
            left -= len(piece)
