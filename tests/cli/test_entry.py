"""Ctrl-C at a terminal while the command is still being loaded."""

import os
import pty
import signal
import sys
from pathlib import Path

import pytest

from adapters.root import ROOT

LOADING = """
import sys
import time
from importlib.abc import MetaPathFinder
from cli.entry import main

class Slow(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "%s":
            print("loading", flush=True)
            while True:
                time.sleep(0.05)

sys.meta_path.insert(0, Slow())
main()
"""
"""The command, which stays where it loads a module.

A read would not do, because a Ctrl-C just before the read is noticed only when the read returns.
"""


@pytest.mark.parametrize(
    ("module", "code"), [("typer", -signal.SIGINT), ("cli.units", -signal.SIGINT), ("cli.run", 130)]
)
def test_ctrl_c_while_it_is_loaded_ends_it_without_a_trace(
    tmp_path: Path, module: str, code: int
) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        # A shell has what it runs in the background ignore Ctrl-C, and the suite may run there.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        environment = {**os.environ, "JIELI_DATA_DIR": str(tmp_path / "var")}
        os.execve(sys.executable, [sys.executable, "-c", LOADING % module, "run"], environment)
    said = b""
    while b"loading" not in said:
        said += os.read(terminal, 1024)
    os.write(terminal, b"\x03")
    said += _rest(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == code
    assert b"Traceback" not in said, said.decode()
    assert not (tmp_path / "var").exists()


def _rest(terminal: int) -> bytes:
    """Everything until the other side is gone, which Linux tells as an error."""
    said = b""
    try:
        while more := os.read(terminal, 1024):
            said += more
    except OSError:
        pass
    finally:
        os.close(terminal)
    return said
