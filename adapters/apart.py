"""Work on what strangers send, in a process of its own.

A few kilobytes can unpack to gigabytes or keep a parser busy for minutes. In the web application
that would cost everybody; here it costs the file's own process, which is ended.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from threading import BoundedSemaphore

from adapters.settings import ROOT
from rules.refusal import N_, Refusal

SECONDS = 20
MEMORY = 1024 * 1024 * 1024
"""Bytes of address space of one process."""
AT_ONCE = 2
PATIENCE = 5.0
"""Seconds to wait for a turn."""
BUSY = N_("正在读取别人上传的文件，请过一会儿再上传。")


class Apart:
    """A module that is run with some bytes, a few at once; its last argument is the seconds."""

    def __init__(self, module: str, too_much: str) -> None:
        self.module, self.too_much = module, too_much
        self.free = BoundedSemaphore(AT_ONCE)

    def run(self, content: bytes, *arguments: str, seconds: int = SECONDS) -> bytes:
        """What the module writes, once it is its turn.

        Raises `Refusal` with `too_much` where it takes longer than `seconds` or breaks, and with
        `BUSY` where its turn does not come: whoever waits holds a thread that others would miss.
        """
        if not self.free.acquire(timeout=PATIENCE):
            raise Refusal(BUSY)
        try:
            return self.run_now(content, *arguments, seconds=seconds)
        finally:
            self.free.release()

    def run_now(self, content: bytes, *arguments: str, seconds: int = SECONDS) -> bytes:
        """As `run`, for who holds `free` already."""
        command = [sys.executable, "-m", self.module, *arguments, str(seconds)]
        try:
            return subprocess.run(
                command, input=content, capture_output=True, cwd=ROOT, timeout=seconds, check=True
            ).stdout
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
            raise Refusal(self.too_much) from error


def limit(seconds: int, memory: int = MEMORY) -> None:
    """In the process itself: no more memory and processor time than these."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
