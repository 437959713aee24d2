"""Reading an uploaded workbook in a process of its own."""

from __future__ import annotations

from typing import Any

from adapters.apart import SECONDS, Apart
from adapters.tables import MOST_FORMULAS
from adapters.workbooks.signing import FOREIGN, read_ticket
from rules.sentences.refusal import N_, Refusal
from rules.workbooks.columns import TICKET
from rules.workbooks.reading import ReadSheet

TOO_MUCH = N_("文件太大或太复杂，读不完。请用下载的填报表重新填写，不要加入别的内容。")
_APART = Apart("adapters.workbooks.sheet_process", TOO_MUCH)


def read_workbook(content: bytes) -> tuple[dict[str, Any], list[ReadSheet]]:
    """The ticket of a workbook of ours, and the sheets that are filled in.

    Raises `Refusal` for what is too big, no .xlsx, encrypted, damaged, has macros, is not ours,
    or holds too many formulas.
    """
    tables = sheets_apart(content)
    ticket = read_ticket("".join(_ticket_texts(tables)))
    ours = {str(sheet["name"]) for sheet in ticket["sheets"]}
    found = [table for table in tables if table.name in ours]
    if any(len(table.formulas) >= MOST_FORMULAS for table in found):
        raise Refusal(
            N_("这个文件里有很多公式。请把公式换成数（复制后“选择性粘贴－数值”）再上传。")
        )
    return ticket, found


def _ticket_texts(tables: list[ReadSheet]) -> list[str]:
    found = [table for table in tables if table.name == TICKET]
    if not found:
        raise Refusal(FOREIGN)
    return [texts[0] for _, texts in found[0].lines]


def sheets_apart(content: bytes, *, seconds: int = SECONDS) -> list[ReadSheet]:
    """`read_sheets`, within `seconds` and bounded in memory. Raises `Refusal` as it does."""
    return [ReadSheet(**table) for table in _APART.run(content, seconds=seconds).answer]
