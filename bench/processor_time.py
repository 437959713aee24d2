"""Processor time of other processes, as the kernel counts it."""

import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine

TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _USER, _SYSTEM = 1, 11, 12
"""The places of these fields in /proc/…/stat after the name of the program."""


def of_children() -> float:
    """The seconds of user and system time that the children of this process have used so far."""
    stats = dict(_stats())
    return sum(_seconds(stat) for pid, stat in stats.items() if _is_child(pid, stats))


def of_backends(engine: Engine) -> float:
    """The seconds that PostgreSQL's processes for the engine's database have used; 0 on SQLite."""
    if engine.dialect.name != "postgresql":
        return 0.0
    return sum(
        _seconds(stat) for pid, stat in _stats() if f" {engine.url.database} " in _title(pid)
    )


def _stats() -> Iterator[tuple[int, list[str]]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                text = (folder / "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            yield int(folder.name), text.rpartition(") ")[2].split()


def _is_child(pid: int, stats: dict[int, list[str]]) -> bool:
    while pid in stats:
        pid = int(stats[pid][_PARENT])
        if pid == os.getpid():
            return True
    return False


def _seconds(stat: list[str]) -> float:
    return (int(stat[_USER]) + int(stat[_SYSTEM])) / TICKS


def _title(pid: int) -> str:
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_text().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""
