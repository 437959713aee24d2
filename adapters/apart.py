"""Work on what strangers send, done in a process of its own.

A few kilobytes can unpack to gigabytes, or keep a parser busy for minutes. In the web application
everybody would pay for that. Here only the file's own process pays, which is ended. The edge
decides how many such processes run at once, because the edge knows who waits
(`web.edge.requests.waiting`).
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from adapters.root import ROOT
from rules.sentences.refusal import Refusal
from rules.sentences.sentence_json import from_json, to_json

SECONDS = 20
MEMORY = 1024 * 1024 * 1024
"""Bytes of address space that one process may take."""
NICENESS = 5
"""Added niceness: where the processors are busy, pages go first and reading a file takes longer."""
SLOWED = 3
"""A process may take this many times its seconds by the clock, where others use the processors."""


class Reply(NamedTuple):
    """What a process has made of the bytes it was given."""

    answer: Any
    """A value that JSON can hold."""
    content: bytes = b""


class Apart:
    """A module that is run as a process of its own, gets some bytes, and ends in `reply`."""

    def __init__(self, module: str, too_much: str) -> None:
        self.module, self.too_much = module, too_much

    def run(self, content: bytes, *arguments: str, seconds: int = SECONDS) -> Reply:
        """What the module replies.

        Raises the module's own `Refusal`, or a `Refusal` with the msgid `too_much` where the module
        computes longer than `seconds` or breaks.
        """
        head, _, content = self._output(content, arguments, seconds).partition(b"\n")
        told = json.loads(head)
        if "refusal" in told:
            raise Refusal.of(from_json(told["refusal"]))
        return Reply(told["answer"], content)

    def _output(self, content: bytes, arguments: Sequence[str], seconds: int) -> bytes:
        command = [sys.executable, "-m", self.module, *arguments, str(seconds)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=ROOT) as process:
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
            try:
                output, _ = process.communicate(content, timeout=seconds * SLOWED)
            except subprocess.TimeoutExpired as error:
                raise Refusal(self.too_much) from error
            finally:
                process.kill()
        if process.returncode:
            raise Refusal(self.too_much)
        return output


def reply(work: Callable[..., Reply], memory: int = MEMORY) -> None:
    """Inside the process: write what `work` makes of standard input, or the refusal it raises.

    `work` gets the bytes and the arguments. The last argument is the seconds it may compute. The
    output is one line of JSON, followed by the bytes of the reply.
    """
    *arguments, seconds = sys.argv[1:]
    _limit(int(seconds), memory)
    content = b""
    try:
        answer, content = work(sys.stdin.buffer.read(), *arguments)
        told = {"answer": answer}
    except Refusal as refusal:
        told = {"refusal": to_json(refusal.sentence)}
    head = json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")
    sys.stdout.buffer.write(head + b"\n" + content)


def _limit(seconds: int, memory: int) -> None:
    """Limit the memory (bytes) and the processor time (seconds) of this process."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
