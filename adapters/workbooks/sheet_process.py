"""The process that reads an uploaded workbook. It imports little, in order to start fast."""

from __future__ import annotations

from typing import Any

from adapters.apart import Reply, reply
from adapters.tables import RawSheet, read_sheets
from rules.sentences.refusal import N_, Refusal

LIMIT = 5 * 1024 * 1024
"""The most bytes of a file that is accepted."""
MOST_LINES = 20_000
"""The most filled rows of all sheets together."""

MOST_MERGED = 200
"""The most ranges of merged cells in a sheet that are looked at."""


def _reply(content: bytes) -> Reply:
    sheets = read_sheets(content, LIMIT)
    _check_size(sheets)
    return Reply([_plain(sheet) for sheet in sheets])


def _check_size(sheets: list[RawSheet]) -> None:
    if sum(len(sheet.lines) for sheet in sheets) > MOST_LINES:
        raise Refusal(
            N_("这个文件里的行太多（超过 %(most)s 行）。请用下载的填报表重新填写。"),
            most=MOST_LINES,
        )


def _plain(sheet: RawSheet) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "lines": sheet.lines,
        "formulas": sheet.formulas,
        "merged": sheet.merged[:MOST_MERGED],
    }


if __name__ == "__main__":
    reply(_reply)
