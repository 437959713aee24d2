"""Reading a list of units in a process of its own."""

from __future__ import annotations

import json
import sys

from adapters.apart import Apart, limit
from adapters.tables import Line, read_table
from rules.sentences.refusal import N_, Refusal

TOO_MUCH = N_("文件太大或太复杂，读不完。请只留下名单，删去别的工作表、列和格式后再上传。")
SECONDS = 60
"""The list of a whole country takes twenty."""
MEMORY = 2 * 1024 * 1024 * 1024
_APART = Apart("adapters.table_process", TOO_MUCH)


def table_apart(content: bytes, *, seconds: int = SECONDS) -> list[Line]:
    """`read_table`, within `seconds` and bounded in memory. Raises `Refusal` as it does."""
    answer = json.loads(_APART.run(content, seconds=seconds))
    if "msgid" in answer:
        raise Refusal(answer["msgid"], **answer["values"])
    return [(number, cells) for number, cells in answer["lines"]]


def main() -> None:
    """Read the table on standard input; the seconds are the argument."""
    limit(int(sys.argv[1]), MEMORY)
    try:
        answer: dict[str, object] = {"lines": read_table(sys.stdin.buffer.read())}
    except Refusal as refused:
        answer = {"msgid": refused.msgid, "values": refused.values}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())


if __name__ == "__main__":
    main()
