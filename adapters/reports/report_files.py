"""Files of rendered reports, under `<shared>/reports/<campaign>/<date>/<unit code>.<ending>`.

The time of a file is the time its snapshot was made. A file of an earlier snapshot of the same day
is recognised by that, and never handed out for the later one.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from multiprocessing import get_context
from multiprocessing.context import BaseContext
from pathlib import Path

from adapters.language import SOURCE
from adapters.private import file_rights, make_folder
from adapters.reports.excel import render_excel
from adapters.reports.report_page import render_page
from adapters.reports.report_view import Report, report_of
from adapters.reports.word import render_word
from adapters.settings import get_settings
from models import Snapshot

FACES: dict[str, Callable[[Report, str], bytes]] = {
    "html": render_page,
    "docx": render_word,
    "xlsx": render_excel,
}
"""Ending of the file → the function that renders it."""
FEW = 12
"""So many reports are rendered sooner than a second process has started."""
AT_ONCE = 4
"""The number of reports that a process takes at a time."""


def report_file(snapshot: Snapshot, face: str, language: str = SOURCE) -> bytes:
    """One face (`html`, `docx`, `xlsx`) of a stored snapshot, rendered where its file is missing.

    The caller decides whether the reader may see the unit. Raises `KeyError` for an unknown face.
    """
    folder = folder_of(snapshot.campaign_id, snapshot.as_of)
    report = report_of(snapshot)
    path = _path(folder, report, face, language)
    if not _is_of(path, report):
        write_face(folder, report, face, language)
    return path.read_bytes()


def folder_of(campaign_id: int, as_of: date) -> Path:
    """The folder of a campaign's reports of one date."""
    return get_settings().shared / "reports" / str(campaign_id) / as_of.isoformat()


def write_reports(
    folder: Path,
    reports: Sequence[Report],
    *,
    processes: int | None = None,
    told: Callable[[int], object] = lambda written: None,
) -> int:
    """Write every face of the reports. Returns the number of units.

    Many reports are spread over `processes` (None: one for each processor the machine lets us use).
    After each report, `told` is called with the number of reports written so far.
    """
    workers = processes or len(os.sched_getaffinity(0))
    write = partial(_write_all, folder)
    if workers == 1 or len(reports) <= FEW:
        return _count(map(write, reports), told)
    with ProcessPoolExecutor(workers, mp_context=_forks()) as pool:
        return _count(pool.map(write, reports, chunksize=AT_ONCE), told)


def _forks() -> BaseContext:
    """A context whose processes are forked from a process that has loaded what they need, once for
    all calls.

    They are not forked from this process, which has threads and connections that a copy must not
    touch.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__, *_main()])
    return context


def _main() -> list[str]:
    """The module that this process was started with (such as `prefect.engine`), except a module
    with no other name than `__main__`. multiprocessing loads that module in each of its
    processes."""
    spec = sys.modules["__main__"].__spec__
    return [spec.name] if spec and not spec.name.endswith("__main__") else []


def _count(written: Iterable[object], told: Callable[[int], object]) -> int:
    total = 0
    for total, _ in enumerate(written, 1):
        told(total)
    return total


def write_face(folder: Path, report: Report, face: str, language: str = SOURCE) -> Path:
    """Render one face and put its file in place, whole, in one step."""
    path = _path(folder, report, face, language)
    content = FACES[face](report, language)
    make_folder(folder)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
        file.write(content)
    os.chmod(file.name, file_rights())
    os.utime(file.name, ns=(_made_at(report), _made_at(report)))
    os.replace(file.name, path)
    return path


def _write_all(folder: Path, report: Report) -> None:
    for face in FACES:
        write_face(folder, report, face)


def _path(folder: Path, report: Report, face: str, language: str) -> Path:
    tongue = "" if language == SOURCE else f".{language}"
    return folder / f"{report.code}{tongue}.{face}"


def _is_of(path: Path, report: Report) -> bool:
    return path.exists() and path.stat().st_mtime_ns == _made_at(report)


def _made_at(report: Report) -> int:
    """When the report was made, in nanoseconds, cut to whole milliseconds, which every file system
    keeps."""
    return int(report.made_at.timestamp() * 1000) * 1_000_000
