"""Work on what strangers send, in a process of its own.

A few kilobytes can unpack to gigabytes or keep a parser busy for minutes. In the web application
that would cost everybody; here it costs the file's own process, which is ended. How many there are
at once is for the edge to say, which knows who waits (`web.edge.waiting`).
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys

from adapters.root import ROOT
from rules.sentences.refusal import Refusal

SECONDS = 20
MEMORY = 1024 * 1024 * 1024
"""Bytes of address space of one process."""
NICENESS = 5
"""Pages go first: where the processors are busy, reading a file takes longer instead."""
SLOWED = 3
"""How many times its seconds a process may take by the clock, where others use the processors."""


class Apart:
    """A module that is run with some bytes; its last argument is the seconds it may compute."""

    def __init__(self, module: str, too_much: str) -> None:
        self.module, self.too_much = module, too_much

    def run(self, content: bytes, *arguments: str, seconds: int = SECONDS) -> bytes:
        """What the module writes.

        Raises `Refusal` with `too_much` where it computes longer than `seconds` or breaks.
        """
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


def limit(seconds: int, memory: int = MEMORY) -> None:
    """In the process itself: no more memory and processor time than these."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
