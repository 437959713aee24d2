"""Which programs work on one PostgreSQL database, on which machines, and whether they fit together.

Each program names its sessions: what it is, a mark of its key, a mark of its folder of attachments,
its machine. The database knows who is connected, so that nothing has to be kept up to date
(docs/decisions/0022-several-machines.md).
"""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from tempfile import NamedTemporaryFile
from typing import NamedTuple

from sqlalchemy import Connection, text

from adapters.private import make_folder
from adapters.settings import Settings, get_settings

PROGRAM = "JIELI_PROGRAM"
"""The environment variable that names a program of `jieli run`, such as `web-2`."""
COMMAND = "command"
"""What a process is called that `jieli run` has not started."""
KEY_FILE = "workbook.key"
"""The name of the file of the key that signs what goes out and comes back. Workbooks were signed
first, and those handed out before still come in."""
STORE_FILE = ".store"
"""The file in the folder of attachments by which the folder is known again from other machines."""
NONE = "-"
LONGEST = 63
"""Bytes of a session's name that PostgreSQL keeps."""


class ConnectedProgram(NamedTuple):
    """A program that is connected to the database."""

    name: str
    key: str
    """A mark of the machine's key."""
    store: str
    """A mark of the folder of attachments that the machine sees."""
    machine: str


def keep_secret(path: Path) -> str:
    """The random text in a file, which is made where there is none. Two processes that make the
    file at once end with the same text."""
    if not path.exists():
        make_folder(path.parent)
        with NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            file.write(token_urlsafe(32))
        with suppress(FileExistsError):
            os.link(file.name, path)
        os.unlink(file.name)
    return path.read_text()


def make_marks(settings: Settings) -> None:
    """Make the files by which machines are compared, where they are missing."""
    for file in _marked(settings):
        keep_secret(file)


def this_program(settings: Settings) -> ConnectedProgram:
    """This process, as others see it."""
    key, store = map(_mark, _marked(settings))
    return ConnectedProgram(os.environ.get(PROGRAM, COMMAND), key, store, socket.gethostname())


def session_name() -> str:
    """What the sessions of this process are called in PostgreSQL."""
    return f"jieli {' '.join(this_program(get_settings()))}"[:LONGEST]


def list_programs(connection: Connection) -> Sequence[ConnectedProgram]:
    """The programs of `jieli run` that are connected to this database, each once."""
    names = connection.scalars(_CONNECTED).all()
    found = {ConnectedProgram(*parts) for name in names if len(parts := name.split(" ")[1:]) == 4}
    return sorted(program for program in found if program.name != COMMAND)


_CONNECTED = text(
    "SELECT DISTINCT application_name FROM pg_stat_activity"
    " WHERE datname = current_database() AND starts_with(application_name, 'jieli ')"
)


def _marked(settings: Settings) -> tuple[Path, Path]:
    return settings.shared / KEY_FILE, settings.files_dir / STORE_FILE


def _mark(file: Path) -> str:
    try:
        return sha256(file.read_bytes()).hexdigest()[:8]
    except OSError:
        return NONE
