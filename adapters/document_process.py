"""Reading a document in a process of its own.

A few kilobytes can unpack to gigabytes or keep a parser busy for minutes. In the web application
that would cost everybody; here it costs the file's own process, which is ended.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from threading import BoundedSemaphore

from adapters.documents.documents import extracted_text
from adapters.settings import ROOT
from rules.refusal import N_, Refusal

SECONDS = 20
"""The longest notices take two."""
MEMORY = 1024 * 1024 * 1024
"""Bytes of address space of one process."""
TOO_MUCH = N_("文件太大或太复杂，读不完。请删去图片、附件后再上传，或者把通知的文字粘贴进来。")
KINDS = (".docx", ".docm", ".doc", ".wps", ".pdf", ".html", ".htm")
_AT_ONCE = BoundedSemaphore(2)


def text_apart(content: bytes, filename: str = "", *, seconds: int = SECONDS) -> str:
    """`extracted_text`, within `seconds` and `MEMORY`. Raises `Refusal` as it does."""
    kind = next((one for one in KINDS if filename.lower().endswith(one)), "")
    command = [sys.executable, "-m", "adapters.document_process", kind, str(seconds)]
    with _AT_ONCE:
        try:
            done = subprocess.run(
                command, input=content, capture_output=True, cwd=ROOT, timeout=seconds, check=True
            )
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
            raise Refusal(TOO_MUCH) from error
    answer = json.loads(done.stdout)
    if "msgid" in answer:
        raise Refusal(answer["msgid"], **answer["values"])
    return str(answer["text"])


def main() -> None:
    """Read the document on standard input; its kind and the seconds are the arguments."""
    kind, seconds = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    try:
        answer: dict[str, object] = {"text": extracted_text(sys.stdin.buffer.read(), kind)}
    except Refusal as refusal:
        answer = {"msgid": refusal.msgid, "values": refusal.values}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
