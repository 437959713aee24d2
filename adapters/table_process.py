"""Reading a list of units or accounts in a process of its own."""

from __future__ import annotations

from adapters.apart import Apart, Reply, reply
from adapters.tables import Table, read_table
from rules.accounts.account_heads import ACCOUNT_HEADS
from rules.sentences.refusal import N_
from rules.units.calendar_heads import DAY_HEADS
from rules.units.unit_list import UNIT_HEADS

TOO_MUCH = N_("文件太大或太复杂，读不完。请只留下名单，删去别的工作表、列和格式后再上传。")
SECONDS = 60
"""Seconds of processor time. The list of a whole country takes twenty."""
MEMORY = 2 * 1024 * 1024 * 1024
_APART = Apart("adapters.table_process", TOO_MUCH)


HEADS = {"units": UNIT_HEADS, "accounts": ACCOUNT_HEADS, "days": DAY_HEADS}
"""What a list is of → the columns it must have."""


def table_apart(content: bytes, of: str = "units", *, seconds: int = SECONDS) -> Table:
    """`read_table` of a list of units, of `accounts`, or of `days` of a calendar, within `seconds`
    and with bounded memory.

    Raises `Refusal` as `read_table` does.
    """
    lines, sheet, others = _APART.run(content, of, seconds=seconds).answer
    return Table([(number, cells) for number, cells in lines], sheet, tuple(others))


def _reply(content: bytes, of: str) -> Reply:
    table = read_table(content, HEADS[of])
    return Reply([table.lines, table.sheet, table.others])


if __name__ == "__main__":
    reply(_reply, MEMORY)
