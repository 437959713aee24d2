"""The supervisor, with quick dummy programs in place of the real ones."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.supervisor import MARK, NotReady, Program, Supervisor, only_one, refuse_taken_ports
from rules.sentences.refusal import Refusal
from tests.second_try import REAL

pytestmark = REAL

SLEEPER = "import signal; signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"
WITH_GRANDCHILD = """
import subprocess, sys, signal
subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True)
signal.pause()
"""


def program(name: str, code: str = SLEEPER, *, after: str = "") -> Program:
    named = frozenset({after} if after else ())
    return Program(name, (sys.executable, "-c", code), is_python, after=named)


def is_python(pid: int, _since: float) -> bool:
    """Ready as soon as Python has replaced the launcher."""
    return b"python" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def marked(folder: Path) -> list[int]:
    """The live processes that carry the mark of `folder`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={folder}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


class Running:
    def __init__(self, folder: Path, *programs: Program) -> None:
        self.said: list[str] = []
        self.folder = folder
        self.supervisor = Supervisor(
            programs, folder=folder, data_dir=folder, say=lambda text, n: self.said.append(text % n)
        )

    def pid(self, index: int = 0) -> int:
        process = self.supervisor.children[index].process
        return process.pid if process else 0


@contextmanager
def running(folder: Path, *programs: Program) -> Iterator[Running]:
    it = Running(folder, *programs)
    with it.supervisor:
        it.supervisor.wait_ready(15)
        yield it


def test_programs_become_ready_and_leave_nothing_behind(tmp_path: Path) -> None:
    with running(tmp_path, program("one"), program("two")) as it:
        assert len(marked(tmp_path)) == 2
    assert sorted(it.said) == ["one 已就绪", "two 已就绪"]
    assert marked(tmp_path) == []


def test_a_killed_program_is_started_again(tmp_path: Path) -> None:
    with running(tmp_path, program("one"), program("two")) as it:
        first, other = it.pid(0), it.pid(1)
        os.kill(first, signal.SIGKILL)
        until(lambda: it.said.count("one 已就绪") == 2)
        assert it.pid(0) != first
        assert it.pid(1) == other


def test_a_program_that_always_dies_waits_longer_each_time(tmp_path: Path) -> None:
    it = Running(tmp_path, program("one", "raise SystemExit(3)"))
    with it.supervisor:
        until(lambda: it.supervisor.children[0].short_lives >= 2)
        child = it.supervisor.children[0]
        assert child.start_after - time.monotonic() > 0.5
        with pytest.raises(NotReady, match="one"):
            it.supervisor.wait_ready(0.1)
    assert "one 意外退出（3）" in it.said[-1]


def test_a_program_waits_for_the_one_it_needs(tmp_path: Path) -> None:
    with running(tmp_path, program("late", after="early"), program("early")) as it:
        assert it.said == ["early 已就绪", "late 已就绪"]


def test_what_a_program_started_in_a_session_of_its_own_is_stopped_too(tmp_path: Path) -> None:
    with running(tmp_path, program("one", WITH_GRANDCHILD)):
        until(lambda: len(marked(tmp_path)) == 2)
    until(lambda: marked(tmp_path) == [])


def test_a_program_deaf_to_sigterm_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.supervisor.GRACE_SECONDS", 0.3)
    with running(tmp_path, program("one", STUBBORN)):
        pass
    assert marked(tmp_path) == []


def test_a_killed_supervisor_takes_its_programs_with_it_and_the_next_one_starts(
    tmp_path: Path,
) -> None:
    script = textwrap.dedent(f"""
        from pathlib import Path
        from tests.cli.test_supervisor import program, running
        with running(Path({str(tmp_path)!r}), program("one")) as it:
            print("ready", flush=True)
            it.supervisor.wait()
    """)
    outer = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert outer.stdout is not None
    assert outer.stdout.readline() == "ready\n"
    outer.kill()
    outer.wait()
    until(lambda: marked(tmp_path) == [])
    with running(tmp_path, program("one")):
        assert len(marked(tmp_path)) == 1


def test_a_second_supervisor_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with running(tmp_path, program("one")) as it:
        first = it.pid()
        with pytest.raises(Refusal, match=str(tmp_path)):
            Running(tmp_path, program("one")).supervisor.start()
        assert it.pid() == first
    with only_one(tmp_path / "supervisor.lock"):
        pass


def test_a_taken_port_is_named_with_the_setting_that_changes_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Refusal, match=f"{port}.*JIELI_WEB_PORT"):
            refuse_taken_ports([("127.0.0.1", port, "JIELI_WEB_PORT")])


def test_two_settings_with_the_same_port_are_refused() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Refusal, match="JIELI_PREFECT_PORT"):
        refuse_taken_ports(
            [("127.0.0.1", port, "JIELI_WEB_PORT"), ("127.0.0.1", port, "JIELI_PREFECT_PORT")]
        )
