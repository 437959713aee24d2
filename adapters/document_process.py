"""Reading a document in a process of its own. The longest notices take two seconds."""

from __future__ import annotations

from adapters.apart import SECONDS, Apart, Reply, reply
from adapters.documents.documents import read_document
from adapters.documents.left_out import DocumentText
from rules.sentences.refusal import N_
from rules.sentences.sentence_json import from_json, to_json

TOO_MUCH = N_("文件太大或太复杂，读不完。请删去图片、附件后再上传，或者把通知的文字粘贴进来。")
KINDS = (".docx", ".docm", ".doc", ".wps", ".ofd", ".pdf", ".html", ".htm")
_APART = Apart("adapters.document_process", TOO_MUCH)


def document_apart(content: bytes, filename: str = "", *, seconds: int = SECONDS) -> DocumentText:
    """`read_document`, within `seconds` and with bounded memory.

    Raises `Refusal` as `read_document` does.
    """
    kind = next((ending for ending in KINDS if filename.lower().endswith(ending)), "")
    text, left_out = _APART.run(content, kind, seconds=seconds).answer
    return DocumentText(text, tuple(map(from_json, left_out)))


def _reply(content: bytes, kind: str) -> Reply:
    read = read_document(content, kind)
    return Reply([read.text, [to_json(sentence) for sentence in read.left_out]])


if __name__ == "__main__":
    reply(_reply)
