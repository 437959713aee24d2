"""When the last backup was made, as a small file in the data folder."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

LAST = "last-backup.json"


class LastBackup(BaseModel):
    """The backup that was made last. `lost`: the number of attachments whose file was already
    missing."""

    made_at: datetime
    file: str
    size: int
    lost: int


def note_backup(data_dir: Path, last: LastBackup) -> None:
    """Remember the backup that has just been made."""
    new = data_dir / f".{LAST}.new"
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(last.model_dump_json())
    new.replace(data_dir / LAST)


def find_last(data_dir: Path) -> LastBackup | None:
    """The last backup of this installation. None: there was none, or its note cannot be read."""
    try:
        return LastBackup.model_validate_json((data_dir / LAST).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
