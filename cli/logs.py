"""The log files of the programs. They are bounded while they are written, and for their owner only.

A program appends to a file of its own, so that nothing blocks the program, and nothing is lost when
the supervisor is killed. A file that has grown is copied and then emptied while the program writes.
A file that is open for appending goes on at the new end. A rotating writer behind a pipe would stop
the program when the writer stops. `logging.handlers` see only what Python logs, not what a crash
prints.
"""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

LOG_BYTES = 10 * 1024 * 1024
"""The size in bytes from which on a log file is set aside."""
KEPT = 2
"""The number of older files: `name.log.1` and `name.log.2`. A program has no more on the disk than
30 MiB and what it writes in a tenth of a second. A file set aside has at most twice `LOG_BYTES`."""
OWNER_ONLY = 0o600
_CHUNK = 1024 * 1024


def open_log(log: Path) -> BinaryIO:
    """Open the log for appending. It is made where it is missing, and closed to other accounts."""
    file = os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, OWNER_ONLY), "ab", 0)
    for path in (log, *older(log)):
        with suppress(FileNotFoundError):
            path.chmod(OWNER_ONLY)
    return file


def older(log: Path) -> list[Path]:
    """The paths of the files that are or would be set aside, the youngest first."""
    return [log.with_name(f"{log.name}.{number}") for number in range(1, KEPT + 1)]


def keep_bounded(log: Path) -> None:
    """Set the log aside if it is too large, while its program goes on writing.

    A line written between copying and emptying is lost. Where the disk is full the log is emptied
    all the same, because the bound keeps the disk for the database.
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
    """Copy the end of the log up to what was written a moment ago, at most twice `LOG_BYTES`."""
    source.seek(max(0, os.fstat(source.fileno()).st_size - 2 * LOG_BYTES))
    left = 2 * LOG_BYTES
    with os.fdopen(
        os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "wb", 0
    ) as to:
        while left > 0 and (piece := source.read(min(left, _CHUNK))):
            to.write(piece)
            left -= len(piece)
