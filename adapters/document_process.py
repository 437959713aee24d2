"""Reading a document in a process of its own. The longest notices take two seconds."""

from __future__ import annotations

from adapters.apart import SECONDS, Apart, Reply, reply
from adapters.documents.documents import extracted_text
from rules.sentences.refusal import N_

TOO_MUCH = N_("文件太大或太复杂，读不完。请删去图片、附件后再上传，或者把通知的文字粘贴进来。")
KINDS = (".docx", ".docm", ".doc", ".wps", ".ofd", ".pdf", ".html", ".htm")
_APART = Apart("adapters.document_process", TOO_MUCH)


def text_apart(content: bytes, filename: str = "", *, seconds: int = SECONDS) -> str:
    """`extracted_text`, within `seconds` and with bounded memory. Raises `Refusal` as it does."""
    kind = next((ending for ending in KINDS if filename.lower().endswith(ending)), "")
    return str(_APART.run(content, kind, seconds=seconds).answer)


if __name__ == "__main__":
    reply(lambda content, kind: Reply(extracted_text(content, kind)))
