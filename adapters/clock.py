"""The clock that every edge reads.

It is the machine's own clock, unless `JIELI_CLOCK_FILE` names a file. Then the clock runs from the
time written in that file. The demo moves through four weeks so; an installation has no such file.
"""

import json
import os
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from adapters.settings import get_settings


def now() -> datetime:
    """The time now, UTC-aware."""
    real = datetime.now(UTC)
    file = get_settings().clock_file
    if file is None or not file.exists():
        return real
    shown, set_at = _read(file, file.stat().st_mtime_ns)
    return shown + (real - set_at)


def set_clock(file: Path, shown: datetime) -> None:
    """Let the clock of `file` run from `shown`, from this moment on."""
    text = json.dumps({"shown": shown.isoformat(), "set_at": datetime.now(UTC).isoformat()})
    new = file.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, file)


@lru_cache(maxsize=1)
def _read(file: Path, _changed: int) -> tuple[datetime, datetime]:
    values = json.loads(file.read_text(encoding="utf-8"))
    return datetime.fromisoformat(values["shown"]), datetime.fromisoformat(values["set_at"])
