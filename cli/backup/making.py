"""Makes a backup while the installation works.

The database is copied first and the attachments afterwards, because a row's file is older than the
row (docs/decisions/0007).
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from adapters.attachment_store import AttachmentStore
from adapters.backup.archive import Writer, chunks_of, member_of, written_whole
from adapters.backup.copies import copied, write_copy
from adapters.backup.manifest import KEY_FILES, Manifest
from adapters.opening import find_reason
from queries.filling.attachments import list_digests
from rules.sentences.refusal import N_, Refusal

DISK_FULL = N_("没有写成备份：%(file)s（%(why)s）。没有留下半个文件；请腾出空间或换一个位置。")
SCRATCH = ".jieli-backup-"


def back_up(
    engine: Engine, store: AttachmentStore, shared: Path, file: Path, *, now: datetime
) -> Manifest:
    """Write a backup of everything to `file` while others work, and return its manifest.

    One backup is made at a time. Raises `Refusal`; then no file is left, whole or half.
    """
    try:
        with (
            _scratch(file.parent) as scratch,
            written_whole(file, scratch / "archive") as content,
            zipfile.ZipFile(content, "w", compresslevel=3) as archive,
            copied(engine, scratch, now=now) as (session, manifest),
        ):
            writer = Writer(archive, manifest)
            digests = list_digests(session)
            with store.pinned(digests) as files:
                write_copy(session, writer, scratch)
                _write_files(writer, digests, files)
            for name in KEY_FILES:
                if (shared / name).exists():
                    writer.add(f"keys/{name}", chunks_of(shared / name), packed=False)
            writer.finish()
    except sqlite3.Error as error:
        raise find_reason(engine.url, str(error)) or _unwritten(file, error) from error
    except OSError as error:
        raise _unwritten(file, error) from error
    return manifest


def _unwritten(file: Path, why: Exception) -> Refusal:
    return Refusal(DISK_FULL, file=file, why=why)


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A folder beside the backup, which goes at the end. Folders of killed backups go now."""
    for left in folder.glob(f"{SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=SCRATCH) as made:
        yield Path(made)


def _write_files(writer: Writer, digests: list[str], files: Path) -> None:
    """Write the attachments. The manifest names those that are missing or changed."""
    for digest in digests:
        path, name = files / digest, member_of(digest)
        found = path.exists() and writer.add(name, chunks_of(path), packed=True).sha256
        if found != digest:
            writer.manifest.lost.append(digest)
