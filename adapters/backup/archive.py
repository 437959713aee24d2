"""The archive of a backup: a ZIP file, written once from front to back, and read with distrust.

ZIP was chosen because every system opens it. Its list of contents is found without reading the
whole, and each member is packed by itself. A file that was cut off is recognised at once, because
the directory stands at the end.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from adapters.backup.manifest import (
    DAMAGED,
    FOREIGN,
    KEY_FILES,
    MANIFEST,
    Manifest,
    Member,
    read_manifest,
)
from rules.sentences.refusal import N_, Refusal, Term

CHUNK = 1024 * 1024
LARGEST_MANIFEST = 512 * 1024 * 1024
"""The most bytes of a manifest. A million attachments take half of it."""
NAMES = re.compile(
    r"database\.sqlite|tables/[a-z_]{1,63}\.copy|keys/[a-z]{1,40}\.key"
    r"|files/([0-9a-f]{2})/([0-9a-f]{2})/\1\2[0-9a-f]{60}"
)
"""Every name that a member can have. Other names are not read, so no name leads out of a folder."""
KEYS = frozenset(f"keys/{name}" for name in KEY_FILES)
OTHER_KEY = N_(
    "备份 %(file)s 里有本版本不认识的密钥文件 %(name)s。没有改动任何内容；请先安装制作它的版本。"
)
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)
"""What reading a damaged archive raises."""


def member_of(digest: str) -> str:
    """The name of an attachment in the archive."""
    return f"files/{digest[:2]}/{digest[2:4]}/{digest}"


class Writer:
    """An archive that is being written. `manifest` lists what was added."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self.archive = archive
        self.manifest = manifest

    def add(self, name: str, chunks: Iterable[bytes | memoryview], *, packed: bool) -> Member:
        """Write a member. `packed`: its content is compressed already, as photos are, and is stored
        as it is."""
        info = zipfile.ZipInfo(name, self.manifest.made_at.timetuple()[:6])
        info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        info.external_attr = (stat.S_IFREG | 0o600) << 16
        digest, size = hashlib.sha256(), 0
        with self.archive.open(info, "w", force_zip64=True) as member:
            for chunk in chunks:
                member.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        added = Member(name=name, sha256=digest.hexdigest(), size=size)
        self.manifest.members.append(added)
        return added

    def finish(self) -> None:
        """Write the manifest, the last member."""
        self.archive.writestr(MANIFEST, self.manifest.written(), zipfile.ZIP_DEFLATED)


@contextmanager
def written_whole(file: Path, part: Path) -> Iterator[IO[bytes]]:
    """A new file (rights 0600) that moves from `part` to its name once it is whole and on the
    disk."""
    handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w+b") as content:
        yield content
        content.flush()
        os.fsync(content.fileno())
    os.replace(part, file)
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def chunks_of(path: Path) -> Iterator[bytes]:
    """The bytes of a file, a piece at a time."""
    with path.open("rb") as file:
        yield from read_chunks(file)


def read_chunks(file: IO[bytes]) -> Iterator[bytes]:
    """The rest of an open file, a piece at a time."""
    while chunk := file.read(CHUNK):
        yield chunk


class Reader:
    """An archive that is read. Nothing in it is believed before it has been checked.

    Raises `Refusal` for an archive that is damaged, cut off, not ours, or larger than it says.
    """

    def __init__(self, file: Path, archive: zipfile.ZipFile) -> None:
        self.file = file
        self.archive = archive
        self.manifest = read_manifest(self._read_manifest(), file)
        self.members = {member.name: member for member in self.manifest.members}
        self._check_directory()

    def verify(self) -> None:
        """Read everything once and compare it with the manifest."""
        for name in self.members:
            for _ in self.chunks(name):
                pass

    def extract(self, name: str, to: Path) -> None:
        """Write a member to a new file (rights 0600)."""
        handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            for chunk in self.chunks(name):
                file.write(chunk)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a member. Raises `Refusal` at the end where they are not the bytes that were
        written."""
        member = self.members[name]
        digest, size = hashlib.sha256(), 0
        with self._open(name) as content:
            while chunk := self._piece(content, name):
                digest.update(chunk)
                size += len(chunk)
                yield chunk
        if (size, digest.hexdigest()) != (member.size, member.sha256):
            raise Refusal(DAMAGED, file=self.file, what=name)

    def _piece(self, content: IO[bytes], name: str) -> bytes:
        try:
            return content.read(CHUNK)
        except UNREADABLE as error:
            raise Refusal(DAMAGED, file=self.file, what=name) from error

    def _open(self, name: str) -> IO[bytes]:
        try:
            return self.archive.open(name)
        except (*UNREADABLE, KeyError, RuntimeError) as error:
            raise Refusal(DAMAGED, file=self.file, what=name) from error

    def _read_manifest(self) -> bytes:
        try:
            size = self.archive.getinfo(MANIFEST).file_size
        except KeyError as error:
            raise Refusal(FOREIGN, file=self.file) from error
        if size > LARGEST_MANIFEST:
            raise Refusal(DAMAGED, file=self.file, what=MANIFEST)
        with self._open(MANIFEST) as content:
            return b"".join(iter(lambda: self._piece(content, MANIFEST), b""))

    def _check_directory(self) -> None:
        """Check that the archive holds the members of the manifest, once each, of that size, and
        nothing else."""
        infos = [info for info in self.archive.infolist() if info.filename != MANIFEST]
        listed = {name: member.size for name, member in self.members.items()}
        names = [info.filename for info in infos]
        if len(self.archive.infolist()) != len(names) + 1 or len(set(names)) != len(names):
            raise Refusal(DAMAGED, file=self.file, what=Term(N_("目录")))
        for info in infos:
            kind = stat.S_IFMT(info.external_attr >> 16)
            if not NAMES.fullmatch(info.filename) or kind not in (0, stat.S_IFREG):
                raise Refusal(FOREIGN, file=self.file)
            if info.filename.startswith("keys/") and info.filename not in KEYS:
                raise Refusal(OTHER_KEY, file=self.file, name=info.filename)
            if listed.get(info.filename) != info.file_size:
                raise Refusal(DAMAGED, file=self.file, what=info.filename)
        if len(listed) != len(self.manifest.members) or len(listed) != len(names):
            raise Refusal(DAMAGED, file=self.file, what=Term(N_("目录")))


@contextmanager
def opened(file: Path) -> Iterator[Reader]:
    """The archive in `file`. Raises `Refusal` for a missing file and for one that is no backup of
    ours."""
    if not file.is_file():
        raise Refusal(N_("没有这个备份文件：%(file)s。"), file=file)
    if not zipfile.is_zipfile(file):
        raise Refusal(DAMAGED, file=file, what=Term(N_("没有目录")))
    try:
        archive = zipfile.ZipFile(file)
    except UNREADABLE as error:
        raise Refusal(DAMAGED, file=file, what=Term(N_("目录"))) from error
    with archive:
        yield Reader(file, archive)
