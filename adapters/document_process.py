"""Reading a document in a process of its own; the longest notices take two seconds."""

from __future__ import annotations

import json
import sys

from adapters.apart import SECONDS, Apart, limit
from adapters.documents.documents import extracted_text
from rules.sentences.refusal import N_, Refusal

TOO_MUCH = N_("文件太大或太复杂，读不完。请删去图片、附件后再上传，或者把通知的文字粘贴进来。")
KINDS = (".docx", ".docm", ".doc", ".wps", ".pdf", ".html", ".htm")
_APART = Apart("adapters.document_process", TOO_MUCH)


def text_apart(content: bytes, filename: str = "", *, seconds: int = SECONDS) -> str:
    """`extracted_text`, within `seconds` and bounded in memory. Raises `Refusal` as it does."""
    kind = next((one for one in KINDS if filename.lower().endswith(one)), "")
    answer = json.loads(_APART.run(content, kind, seconds=seconds))
    if "msgid" in answer:
        raise Refusal(answer["msgid"], **answer["values"])
    return str(answer["text"])


def main() -> None:
    """Read the document on standard input; its kind and the seconds are the arguments."""
    kind, seconds = sys.argv[1:]
    limit(int(seconds))
    try:
        answer: dict[str, object] = {"text": extracted_text(sys.stdin.buffer.read(), kind)}
    except Refusal as refusal:
        answer = {"msgid": refusal.msgid, "values": refusal.values}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
