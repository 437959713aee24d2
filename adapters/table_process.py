"""Reading a list of units in a process of its own."""

from __future__ import annotations

from adapters.apart import Apart, Reply, reply
from adapters.tables import Line, read_table
from rules.sentences.refusal import N_

TOO_MUCH = N_("文件太大或太复杂，读不完。请只留下名单，删去别的工作表、列和格式后再上传。")
SECONDS = 60
"""The list of a whole country takes twenty."""
MEMORY = 2 * 1024 * 1024 * 1024
_APART = Apart("adapters.table_process", TOO_MUCH)


def table_apart(content: bytes, *, seconds: int = SECONDS) -> list[Line]:
    """`read_table`, within `seconds` and bounded in memory. Raises `Refusal` as it does."""
    return [(number, cells) for number, cells in _APART.run(content, seconds=seconds).answer]


if __name__ == "__main__":
    reply(lambda content: Reply(read_table(content)), MEMORY)
