"""Where a restored installation is made ready, and how it replaces what was there.

What is restored is made ready under `restoring/` of the folder it belongs to. What was there moves
to `before-restore-<time>/` of the same folder (Beijing time). Both are renames, and the database
comes last. A restore that was killed is recognised by its note, and the next restore goes on. From
the attachments it moves aside those that the note names and that are still there. All other
attachments were put there by the killed restore.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from adapters.backup.archive import sync_folder
from adapters.backup.manifest import KEY_FILES
from adapters.settings import Settings
from rules.dates.calendar import SHANGHAI

READY = "restoring"
ASIDE = "before-restore-"
NOTE = "begun.json"
BUCKET = re.compile("[0-9a-f]{2}")
"""Names of the folders that hold finished attachments (`adapters.attachment_store`)."""
DATABASE_ENDS = ("", "-wal", "-shm")
"""Endings of a database's files. A database moves together with its log, because SQLite would write
an old log into a new database."""


class Placing:
    """One restore into an installation. `database`: the installation's SQLite file; None:
    PostgreSQL."""

    def __init__(self, settings: Settings, database: Path | None, *, now: datetime) -> None:
        self.shared, self.files_dir = settings.shared, settings.files_dir
        self.database = database
        self.stamp = f"{now.astimezone(SHANGHAI):%Y%m%d-%H%M%S}"
        self.note = self.shared / READY / NOTE
        begun = json.loads(self.note.read_text()) if self.note.exists() else None
        self.goes_on = begun is not None
        self.files: dict[str, str] = begun or {}
        """Name in the folder of attachments when the restore began → the folder that the entry
        moves to."""
        self.moved: set[str] = set()
        """Where the things set aside are now: folders, and for PostgreSQL a schema."""

    @property
    def folders(self) -> list[Path]:
        """The folders that are filled, each once."""
        database = [self.database.parent] if self.database else []
        return list(dict.fromkeys([self.files_dir, self.shared, *database]))

    @property
    def schema(self) -> str:
        """The schema of PostgreSQL into which tables are set aside."""
        return f"{ASIDE}{self.stamp}".replace("-", "_")

    @property
    def ready_database(self) -> Path:
        """Where the SQLite database is made ready."""
        assert self.database is not None
        return self.database.parent / READY / self.database.name

    def has_files(self) -> bool:
        """Whether there are attachments that no killed restore has put there."""
        return not self.goes_on and any(map(BUCKET.fullmatch, self._list_files()))

    def prepare(self) -> None:
        """Empty the folders in which things are made ready. Of a killed restore only the note
        stays."""
        for folder in self.folders:
            (folder / READY).mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in (folder / READY).iterdir():
                if path != self.note:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()

    def path_of(self, member: str) -> Path:
        """Where a member of the archive (`files/…`, `keys/…`) is made ready. Makes the folder of
        that path."""
        kind, _, name = member.partition("/")
        path = (self.files_dir if kind == "files" else self.shared) / READY / name
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        return path

    def give_up(self) -> None:
        """Remove what was made ready, unless things that were there have been touched already."""
        if not self.goes_on:
            self.finish()

    def set_aside(self) -> None:
        """Move away what is there, the database first."""
        if not self.goes_on:
            self.files = dict.fromkeys(self._list_files(), f"{ASIDE}{self.stamp}")
            _write_note(self.note, self.files)
        if self.database:
            names = [f"{self.database.name}{end}" for end in DATABASE_ENDS]
            self._move(self.database.parent, names, f"{ASIDE}{self.stamp}")
        self._move(self.shared, KEY_FILES, f"{ASIDE}{self.stamp}")
        for name, to in self.files.items():
            self._move(self.files_dir, [name], to)

    def put_in_place(self) -> None:
        """Rename what is ready to where it belongs, the database last."""
        os.sync()
        last = [self.ready_database] if self.database else []
        for folder in self.folders:
            ready = [path for path in (folder / READY).rglob("*") if path.is_file()]
            for path in ready:
                if path not in (self.note, *last) and path.suffix != ".lock":
                    _put(path, folder)
        os.sync()
        for path in last:
            _put(path, path.parent.parent)
            sync_folder(path.parent.parent)

    def finish(self) -> None:
        """Remove the empty folders and the note."""
        for folder in self.folders:
            shutil.rmtree(folder / READY, ignore_errors=True)

    def _list_files(self) -> list[str]:
        """The entries in the folder of attachments that do not belong to a restore."""
        if self.files_dir == self.shared or not self.files_dir.is_dir():
            return []
        apart = (READY, ASIDE, "lost+found", ".lock")
        return sorted(name for name in os.listdir(self.files_dir) if not name.startswith(apart))

    def _move(self, folder: Path, names: Iterable[str], to: str) -> None:
        for name in names:
            if (folder / name).exists() and not (folder / to / name).exists():
                (folder / to).mkdir(mode=0o700, exist_ok=True)
                (folder / name).rename(folder / to / name)
                self.moved.add(str(folder / to))


def _put(path: Path, folder: Path) -> None:
    to = folder / path.relative_to(folder / READY)
    to.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    path.replace(to)


def _write_note(note: Path, values: object) -> None:
    new = note.with_suffix(".new")
    new.write_text(json.dumps(values))
    new.replace(note)
    sync_folder(note.parent)
