"""Reading an uploaded workbook in a process of its own."""

from __future__ import annotations

from typing import Any

from adapters.apart import SECONDS, Apart
from adapters.workbooks.signing import FOREIGN, read_ticket
from rules.sentences.refusal import N_, Refusal
from rules.workbooks.columns import TICKET
from rules.workbooks.reading import ReadSheet

TOO_MUCH = N_("文件太大或太复杂，读不完。请用下载的填报表重新填写，不要加入别的内容。")
_APART = Apart("adapters.workbooks.sheet_process", TOO_MUCH)


def read_workbook(content: bytes) -> tuple[dict[str, Any], list[ReadSheet]]:
    """The ticket of one of our workbooks, and its sheets that are filled in.

    Raises `Refusal` for a file that is too big, no .xlsx, encrypted or damaged, that has macros,
    that is not ours, or that has none of our sheets.
    """
    tables = sheets_apart(content)
    ticket = read_ticket("".join(_ticket_texts(tables)))
    ours = {str(sheet["name"]) for sheet in ticket["sheets"]}
    return ticket, [table for table in tables if table.name in ours]


def _ticket_texts(tables: list[ReadSheet]) -> list[str]:
    found = [table for table in tables if table.name == TICKET]
    if not found:
        raise Refusal(FOREIGN)
    return [texts[0] for _, texts in found[0].lines]


def sheets_apart(content: bytes, *, seconds: int = SECONDS) -> list[ReadSheet]:
    """`read_sheets`, within `seconds` and with bounded memory. Raises `Refusal` as it does."""
    return [ReadSheet(**table) for table in _APART.run(content, seconds=seconds).answer]
