"""Who on this machine may read what is stored: the product's own account and nobody else.

Where `JIELI_GROUP_READS` is on, the account's group may read too, for a backup by another account.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from adapters.settings import Settings, get_settings


def hidden_bits(settings: Settings) -> int:
    """The rights that nobody gets, as `umask` takes them."""
    return 0o027 if settings.group_reads else 0o077


def hide_new_files(settings: Settings) -> None:
    """Make everything private that this process and its children create from now on. Only edges
    call this: the rights of a process are not a library's to change."""
    os.umask(hidden_bits(settings))


def make_folder(folder: Path) -> None:
    """Make a private folder where there is none yet."""
    folder.mkdir(mode=0o777 & ~hidden_bits(get_settings()), parents=True, exist_ok=True)


def make_file(path: Path) -> None:
    """Make a private empty file where there is none yet. Files that SQLite puts beside its database
    get the database's rights."""
    path.touch(mode=0o666 & ~hidden_bits(get_settings()))


def file_rights() -> int:
    """The rights of a file of data."""
    return 0o640 & ~hidden_bits(get_settings())


def narrow(settings: Settings) -> int:
    """Take away the rights of others on what is stored already. Returns the number of changed
    entries.

    Entries that belong to another account stay as they are. A store of attachments that is private
    itself is not walked through, because it may hold a million files.
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
    for top in {settings.data_dir.resolve(), settings.shared.resolve(), store}:
        for folder, folders, files in os.walk(top):
            here = Path(folder)
            if here == store and not stat.S_IMODE(here.stat().st_mode) & bits:
                folders.clear()
            yield here
            yield from (here / name for name in files)
