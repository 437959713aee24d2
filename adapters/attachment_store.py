"""The bytes of attachments on disk, outside the database.

`<files>/ab/cd/abcd…` holds what is ready under the SHA-256 of its content, once, however often it
was uploaded. `<files>/partial/<token>/<offset>` holds the pieces of what is under way. Every file
is written under another name, forced to the disk and only then named, so that what has its name
is whole, whatever was killed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from adapters.private import file_rights, make_folder
from adapters.settings import get_settings

BUCKETS = 256
"""Folders on the top, the first byte of the digest."""
PINNED = "pinned"
"""Folder of second names, while a backup is made."""


class WrongOffset(Exception):
    """The piece does not follow what is here; `received` bytes are."""

    def __init__(self, received: int) -> None:
        super().__init__(received)
        self.received = received


class AttachmentStore:
    """One folder of attachments. Tokens and digests come from the database, never from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Store `content`, safe on the disk when this returns; its SHA-256 in hex."""
        self.put_marked(content)
        return digest_of(content)

    def put_marked(self, content: bytes) -> int:
        """As `put`; the mark to `take_back` it by, or 0 where it was here before."""
        path = self._path(digest_of(content))
        marks: list[int] = []

        def name_new(name: str, path: Path) -> None:
            mark = os.stat(name).st_mtime_ns
            os.link(name, path)
            marks.append(mark)

        with self._locked(fcntl.LOCK_SH):
            if path.exists() and path.stat().st_size != len(content):
                self._write(path, content, os.replace)
                return 0
            try:
                if not path.exists():
                    self._write(path, content, name_new)
            except FileExistsError:
                marks.clear()  # stored by another at the same moment
            if not marks:
                _make_young(path)
        return marks[0] if marks else 0

    def take_back(self, digest: str, mark: int) -> None:
        """Remove what `put_marked` has just stored, unless it was stored again since."""
        path = self._path(digest)
        with self._locked(fcntl.LOCK_EX):
            if mark and path.exists() and path.stat().st_mtime_ns == mark:
                path.unlink()

    def read(self, digest: str) -> bytes | None:
        """The content with this digest; None where it is missing or no longer what it was."""
        try:
            content = self._path(digest).read_bytes()
        except FileNotFoundError:
            return None
        return content if digest_of(content) == digest else None

    def received(self, token: str) -> int:
        """How many bytes of an upload are here, from its beginning without a gap."""
        return sum(size for _, size in self._pieces(token))

    def add_piece(self, token: str, offset: int, piece: bytes) -> int:
        """Store the piece that begins at `offset`, safe when this returns; bytes received then.

        Raises `WrongOffset` when it is not the next one. Of two at the same moment one is kept.
        """
        received = self.received(token)
        if offset != received:
            raise WrongOffset(received)
        try:
            self._write(self._partial(token) / str(offset), piece, os.link)
        except FileExistsError:
            raise WrongOffset(self.received(token)) from None
        return received + len(piece)

    def joined(self, token: str) -> bytes:
        """The pieces of an upload in one."""
        return b"".join(path.read_bytes() for path, _ in self._pieces(token))

    def forget(self, token: str) -> None:
        """Take the pieces of an upload away."""
        shutil.rmtree(self._partial(token), ignore_errors=True)

    def forget_old_pieces(self, age: timedelta) -> int:
        """Take away the pieces of uploads nothing was added to for `age`; how many.

        And what a killed process had not finished writing.
        """
        for path in (self.folder / "new").glob("*"):
            if _is_older(path, age):
                path.unlink(missing_ok=True)
        old = [path for path in _list(self.folder / "partial") if _is_older(path, age)]
        for path in old:
            shutil.rmtree(path, ignore_errors=True)
        return len(old)

    @contextmanager
    def pinned(self, digests: Iterable[str]) -> Iterator[Path]:
        """A folder with the files of these digests, whatever is swept meanwhile; for one at a time.

        They are second names of the files (hard links), so nothing is copied. What is missing in
        the store is missing there.
        """
        folder = self.folder / PINNED
        shutil.rmtree(folder, ignore_errors=True)  # of a backup that was killed
        folder.mkdir(parents=True)
        try:
            for digest in digests:
                with suppress(FileNotFoundError):
                    os.link(self._path(digest), folder / digest)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def list_old(self, bucket: int, age: timedelta) -> list[str]:
        """The digests of one of the `BUCKETS` whose files were last stored `age` ago or earlier."""
        folders = _list(self.folder / f"{bucket:02x}")
        files = [file for folder in folders for file in _list(folder)]
        return [file.name for file in files if _is_older(file, age)]

    def remove_old(self, digests: Sequence[str], age: timedelta) -> int:
        """Remove these files, unless they were stored again within `age`; how many."""
        removed = 0
        for digest in digests:
            path = self._path(digest)
            with self._locked(fcntl.LOCK_EX):
                if path.exists() and _is_older(path, age):
                    path.unlink()
                    removed += 1
        return removed

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest[2:4] / digest

    def _partial(self, token: str) -> Path:
        return self.folder / "partial" / token

    def _pieces(self, token: str) -> Iterator[tuple[Path, int]]:
        """The pieces in their order with their bytes; each is named after where it begins."""
        sizes = {path.name: _size_of(path) for path in _list(self._partial(token))}
        begins = 0
        while size := sizes.get(str(begins)):
            yield self._partial(token) / str(begins), size
            begins += size

    def _write(self, path: Path, content: bytes, name_it: Callable[[str, Path], None]) -> None:
        """Write a file, and the folders it is in, whole and to the disk itself."""
        make_folder(self.folder / "new")
        handle, name = tempfile.mkstemp(dir=self.folder / "new")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(handle)
            os.chmod(name, file_rights())
            made = _make_folders(path.parent)
            name_it(name, path)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(name)
        for folder in (path.parent, *made):
            _sync_folder(folder)

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """Whoever stores and whoever removes do not do so at the same time."""
        make_folder(self.folder)
        with (self.folder / ".lock").open("a") as lock:
            fcntl.flock(lock, how)
            yield


def digest_of(content: bytes) -> str:
    """The SHA-256 in hex, under which `content` is stored."""
    return hashlib.sha256(content).hexdigest()


def _make_young(path: Path) -> None:
    """No sweep takes it before its row is there, and nobody takes it back."""
    later = max(time.time_ns(), path.stat().st_mtime_ns + 1)
    os.utime(path, ns=(later, later))


def _make_folders(folder: Path) -> list[Path]:
    """Make what is missing of `folder`; the folders that got a new entry."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    make_folder(folder)
    return [path.parent for path in missing]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _list(folder: Path) -> list[Path]:
    """What lies in a folder; nothing where it is missing."""
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []


def _size_of(path: Path) -> int:
    """Bytes; 0 where it has just been taken away."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _is_older(path: Path, age: timedelta) -> bool:
    """By the machine's clock, which writes the times of files; a demo's runs ahead of it."""
    try:
        return path.stat().st_mtime < time.time() - age.total_seconds()
    except FileNotFoundError:
        return False


def get_store() -> AttachmentStore:
    """The attachments of this installation."""
    return AttachmentStore(get_settings().files_dir)
