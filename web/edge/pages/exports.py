"""Lists as Excel files: the rows of a page's list, with the page's filter, of all its pages.

The address of a list with `format=xlsx` gives the file. Rows are read some at a time and written to
disk, so that memory does not grow with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple, TypeVar

from fastapi import Response
from fastapi.responses import StreamingResponse

from adapters.reports.excel_sheets import Ledger, LedgerColumn
from rules.dates.calendar import local_time
from rules.sentences.refusal import N_, Refusal
from web.edge.pages.downloads import saved_as
from web.edge.viewer.context import Context

MOST = 50_000
"""The most rows of one file."""
AT_ONCE = 2_000
"""Rows that are read at once."""
PART = 64 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Row = TypeVar("Row")


class Column(NamedTuple):
    """One column of the file. Kinds are those of `LedgerColumn`."""

    title: str
    """A msgid."""
    width: float = 16
    kind: str = "text"


def wants_file(query: Mapping[str, str]) -> bool:
    """Whether the address asks for the list as a file; `query` is what stands behind its `?`."""
    return query.get("format") == "xlsx"


def in_pages(read: Callable[[int, int], Sequence[Row]]) -> Iterator[Row]:
    """Every row that `read(page, size)` gives, page by page."""
    number, rows = 1, read(1, AT_ONCE)
    while rows:
        yield from rows
        if len(rows) < AT_ONCE:
            return
        number += 1
        rows = read(number, AT_ONCE)


def exported(
    context: Context, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]
) -> Response:
    """The rows as an Excel file named after `title`, a finished text.

    Raises `Refusal` for more than `MOST` rows.
    """
    file: IO[bytes] = TemporaryFile()  # noqa: SIM115 (closed when it has been sent)
    ledger = Ledger(file, created=context.now, footer="", streamed=True)
    made = context.words.say(
        N_("%(unit)s，%(at)s 导出"),
        unit=context.viewer.unit.name,
        at=f"{local_time(context.now):%Y-%m-%d %H:%M}",
    )
    sheet = ledger.sheet(context.words.say(N_("名单")), title, made)
    heads = [LedgerColumn(context.words.say(column.title), *column[1:]) for column in columns]
    sheet.table(heads, _bounded(rows), frozen=True)
    ledger.close()
    size = file.tell()
    headers = {
        "Content-Disposition": saved_as(f"{title}.xlsx", "list.xlsx"),
        "Content-Length": str(size),
        "Cache-Control": "no-store",
    }
    return StreamingResponse(_parts(file), media_type=XLSX, headers=headers)


def _bounded(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    for number, row in enumerate(rows):
        if number == MOST:
            raise Refusal(N_("这份名单超过 %(most)s 行，请先缩小范围再导出。"), most=f"{MOST:,}")
        yield row


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while part := file.read(PART):
            yield part


def when(at: datetime | None) -> str:
    """A time as a cell shows it; empty where there is none."""
    return f"{local_time(at):%Y-%m-%d %H:%M}" if at else ""
