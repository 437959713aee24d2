"""The bytes of attachments on disk, outside the database.

`<files>/ab/cd/abcd…` holds a finished attachment under the SHA-256 of its content, once, however
often it was uploaded. `<files>/partial/<token>/<offset>` holds the pieces of an upload under way.
Every file is written under another name, forced to the disk, and only then named. A file that has
its name is therefore whole, whatever was killed.
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
"""The number of folders at the top: one for each value of the first byte of a digest."""
PINNED = "pinned"
"""The folder of second names of files, which exists while a backup is made."""


class WrongOffset(Exception):
    """The piece does not follow the bytes that are here. `received`: how many bytes are here."""

    def __init__(self, received: int) -> None:
        super().__init__(received)
        self.received = received


class AttachmentStore:
    """One folder of attachments. Tokens and digests come from the database, never from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Store `content` and return its SHA-256 in hex. The content is safe on the disk then."""
        self.put_marked(content)
        return digest_of(content)

    def put_marked(self, content: bytes) -> int:
        """Store `content` as `put` does. Returns the mark for `take_back`; 0: the content was here
        before."""
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
                marks.clear()  # another process stored the same content meanwhile
            if not marks:
                _make_young(path)
        return marks[0] if marks else 0

    def take_back(self, digest: str, mark: int) -> None:
        """Remove what `put_marked` has just stored, unless the same content was stored again
        since."""
        path = self._path(digest)
        with self._locked(fcntl.LOCK_EX):
            if mark and path.exists() and path.stat().st_mtime_ns == mark:
                path.unlink()

    def read(self, digest: str) -> bytes | None:
        """The content with this digest. None: the file is missing, or its content has changed."""
        try:
            content = self._path(digest).read_bytes()
        except FileNotFoundError:
            return None
        return content if digest_of(content) == digest else None

    def received(self, token: str) -> int:
        """How many bytes of an upload are here, from its beginning up to the first gap."""
        return sum(size for _, size in self._pieces(token))

    def add_piece(self, token: str, offset: int, piece: bytes) -> int:
        """Store the piece that begins at `offset`, safe on the disk. Returns the bytes received by
        then.

        Raises `WrongOffset` for a piece that is not the next one. Of two pieces at the same moment
        one is kept.
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
        """The whole upload: its pieces in one."""
        return b"".join(path.read_bytes() for path, _ in self._pieces(token))

    def forget(self, token: str) -> None:
        """Remove the pieces of an upload."""
        shutil.rmtree(self._partial(token), ignore_errors=True)

    def forget_old_pieces(self, age: timedelta) -> int:
        """Remove the pieces of uploads to which nothing was added for `age`. Returns how many
        uploads.

        Files that a killed process had not finished writing are removed too.
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
        """A folder with the files of these digests, whatever is swept meanwhile. Only one such
        folder exists at a time.

        Its entries are second names of the files (hard links), so nothing is copied. A file that
        the store misses is missing in the folder too.
        """
        folder = self.folder / PINNED
        shutil.rmtree(folder, ignore_errors=True)  # left by a backup that was killed
        folder.mkdir(parents=True)
        try:
            for digest in digests:
                with suppress(FileNotFoundError):
                    os.link(self._path(digest), folder / digest)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def list_old(self, bucket: int, age: timedelta) -> list[str]:
        """The digests in one of the `BUCKETS` whose files were last stored at least `age` ago."""
        folders = _list(self.folder / f"{bucket:02x}")
        files = [file for folder in folders for file in _list(folder)]
        return [file.name for file in files if _is_older(file, age)]

    def remove_old(self, digests: Sequence[str], age: timedelta) -> int:
        """Remove the files of these digests, unless stored again within `age`. Returns how many
        were removed."""
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
        """The pieces in order, with their bytes. The name of a piece is the offset at which it
        begins."""
        sizes = {path.name: _size_of(path) for path in _list(self._partial(token))}
        begins = 0
        while size := sizes.get(str(begins)):
            yield self._partial(token) / str(begins), size
            begins += size

    def _write(self, path: Path, content: bytes, name_it: Callable[[str, Path], None]) -> None:
        """Write a whole file, and the folders that it lies in, to the disk itself."""
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
        """Hold the store's lock, so that storing and removing never happen at the same time."""
        make_folder(self.folder)
        with (self.folder / ".lock").open("a") as lock:
            fcntl.flock(lock, how)
            yield


def digest_of(content: bytes) -> str:
    """The SHA-256 in hex, under which `content` is stored."""
    return hashlib.sha256(content).hexdigest()


def _make_young(path: Path) -> None:
    """Give the file a later time, so that no sweep takes the file before its row exists, and no
    `take_back` removes it."""
    later = max(time.time_ns(), path.stat().st_mtime_ns + 1)
    os.utime(path, ns=(later, later))


def _make_folders(folder: Path) -> list[Path]:
    """Make the folders of `folder` that are missing. Returns the folders that got a new entry."""
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
    """The entries of a folder, sorted; none where the folder is missing."""
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []


def _size_of(path: Path) -> int:
    """The size of a file in bytes; 0 where the file has just been removed."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _is_older(path: Path, age: timedelta) -> bool:
    """Whether a file is older than `age` by the machine's clock, which also writes the times of
    files. The clock of a demo runs ahead of it."""
    try:
        return path.stat().st_mtime < time.time() - age.total_seconds()
    except FileNotFoundError:
        return False


def get_store() -> AttachmentStore:
    """The attachments of this installation."""
    return AttachmentStore(get_settings().files_dir)
