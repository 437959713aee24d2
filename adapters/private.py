"""Who on this machine may read what is stored: the product's own account and nobody else.

Where `JIELI_GROUP_READS` is on, its group may read as well, for a backup by another account.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from adapters.settings import Settings, get_settings


def hidden_bits(settings: Settings) -> int:
    """The rights nobody gets: what `umask` takes."""
    return 0o027 if settings.group_reads else 0o077


def hide_new_files(settings: Settings) -> None:
    """Whatever this process and its children make from here on is private. For the edges only:
    the right of a process is not a library's to change."""
    os.umask(hidden_bits(settings))


def make_folder(folder: Path) -> None:
    """A private folder, if it is not there yet."""
    folder.mkdir(mode=0o777 & ~hidden_bits(get_settings()), parents=True, exist_ok=True)


def make_file(path: Path) -> None:
    """A private empty file, if it is not there yet; what SQLite puts beside its database gets the
    database's rights."""
    path.touch(mode=0o666 & ~hidden_bits(get_settings()))


def file_rights() -> int:
    """The rights of a file of data."""
    return 0o640 & ~hidden_bits(get_settings())


def narrow(settings: Settings) -> int:
    """Take away the rights of others on what is stored already; on how many files and folders.

    What belongs to another account stays as it is. A store of attachments that is private itself is
    not walked through: there may be a million files in it.
    """
    bits, count = hidden_bits(settings), 0
    for path in _stored(settings, bits):
        with suppress(FileNotFoundError, PermissionError):
            rights = stat.S_IMODE(path.lstat().st_mode)
            if rights & bits and not path.is_symlink():
                path.chmod(rights & ~bits)
                count += 1
    return count


def _stored(settings: Settings, bits: int) -> Iterator[Path]:
    store = settings.files_dir.resolve()
    for top in {settings.data_dir.resolve(), store}:
        for folder, folders, files in os.walk(top):
            here = Path(folder)
            if here == store and not stat.S_IMODE(here.stat().st_mode) & bits:
                folders.clear()
            yield here
            yield from (here / name for name in files)
