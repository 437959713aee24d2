"""Starts programs, says when each is ready, restarts those that die, and stops them all.

The supervisor knows nothing of Prefect or of the web application; `cli.programs` names the
programs.
The libraries at hand do something else. honcho ends every program when one of them ends, and knows
no readiness. circus needs a ZeroMQ broker and two more ports. supervisord runs as a service of its
own (docs/decisions/0003-warm-dispatcher.md).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from adapters.machines import PROGRAM
from adapters.private import hidden_bits, make_file, make_folder
from adapters.settings import get_settings
from cli.logs import keep_bounded, open_log
from rules.sentences.refusal import N_, Refusal

TICK_SECONDS = 0.1
GRACE_SECONDS = 10.0
"""How many seconds a program may take to stop by itself before it is killed."""
SHORT_LIFE_SECONDS = 10.0
"""A program that lived for fewer seconds waits before its next start."""
LONGEST_PAUSE_SECONDS = 30.0
LOCK = "supervisor.lock"
"""The file in the data folder that is locked while an installation runs on the folder."""
MARK = "JIELI_STARTED_FOR"
"""The environment variable in every child and its children that names their data folder."""

RUNNING = N_("此数据目录已在运行：%(folder)s。请先停止，或设置 JIELI_DATA_DIR。")

Say = Callable[[str, dict[str, object]], None]
"""A function that is told what happens, as a Chinese msgid and its values."""


@dataclass(frozen=True)
class Program:
    """A program that the supervisor starts.

    `ready` is called with the process id and the time of the start (Unix seconds) until it answers
    True. The first start waits until the programs named in `after` are ready.
    """

    name: str
    command: Sequence[str]
    ready: Callable[[int, float], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    after: frozenset[str] = frozenset()
    passed: tuple[int, ...] = ()
    """Open files of this process that the program gets as well."""


class Child:
    """A program, and the process that runs it at the moment in a process group of its own."""

    def __init__(self, program: Program, folder: Path, log: Path, mark: str) -> None:
        self.program = program
        self.folder = folder
        self.log = log
        self.environment = {
            **os.environ,
            **program.environment,
            PROGRAM: program.name,
            MARK: mark,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.ready = threading.Event()
        self.started_at = 0.0
        self.waits = True
        self.start_after = 0.0
        self.short_lives = 0

    def start(self) -> None:
        """Start the program. Its output is appended to the log."""
        self.ready.clear()
        self.waits = False
        self.started_at = time.time()
        with open_log(self.log) as log:
            self.process = subprocess.Popen(
                [*_dies_with_parent(), *self.program.command],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self.program.passed,
                umask=hidden_bits(get_settings()),
            )

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def look(self) -> bool:
        """Ask once whether the program is ready. True only at the first time that it is."""
        if self.ready.is_set() or self.process is None:
            return False
        if self.program.ready(self.process.pid, self.started_at):
            self.ready.set()
        return self.ready.is_set()

    def bury(self) -> int:
        """Note that the process has ended and when to start it again, and return its exit code."""
        assert self.process is not None
        code, self.process = self.process.returncode, None
        short = time.time() - self.started_at < SHORT_LIFE_SECONDS
        self.short_lives = self.short_lives + 1 if short else 0
        pause = min(0.25 * 2**self.short_lives, LONGEST_PAUSE_SECONDS) if short else 0.0
        self.start_after = time.monotonic() + pause
        self.ready.clear()
        return code

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the program and everything in its process group."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


class NotReady(Exception):
    """A program did not become ready in time."""

    def __init__(self, name: str, log: Path) -> None:
        super().__init__(f"{name}: {log}")
        self.name = name
        self.log = log


class Supervisor:
    """Keeps the programs running from `start` to `stop`. It is a context manager as well.

    `folder` is the working directory of the programs. `data_dir` holds their `logs/` and the lock
    that keeps a second supervisor away. `say` gets a msgid and its values for each event.
    """

    def __init__(self, programs: Iterable[Program], *, folder: Path, data_dir: Path, say: Say):
        self.data_dir = data_dir.resolve()
        self.say = say
        logs = self.data_dir / "logs"
        self.children = [
            Child(program, folder, logs / f"{program.name}.log", str(self.data_dir))
            for program in programs
        ]
        self._resources = ExitStack()
        self._stopping = threading.Event()
        self._stopped = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._log_watcher = threading.Thread(target=self._watch_logs, name="logs", daemon=True)

    def __enter__(self) -> Supervisor:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start every program, and watch them from a thread. Raises `Refusal` when already
        running."""
        make_folder(self.data_dir / "logs")
        self._resources.enter_context(only_one(self.data_dir / LOCK))
        end_marked(str(self.data_dir))
        self._bound_logs()
        self._watcher.start()
        self._log_watcher.start()

    def wait_ready(self, seconds: float = 120.0) -> None:
        """Wait until every program is ready. Raises `NotReady` with the name of one that is not."""
        deadline = time.monotonic() + seconds
        for child in self.children:
            if not child.ready.wait(max(0.0, deadline - time.monotonic())):
                raise NotReady(child.program.name, child.log)

    def wait(self) -> None:
        """Wait until `stop` is called from another thread, or KeyboardInterrupt."""
        while not self._stopped.wait(1.0):
            pass

    def stop(self) -> None:
        """Stop everything, the first program last. Ctrl-C meanwhile kills what is left."""
        self._stopping.set()
        try:
            self._end(self.children[1:], signal.SIGTERM)
            self._end(self.children[:1], signal.SIGTERM)
        except KeyboardInterrupt:
            self.say(N_("正在强制结束。"), {})
        self._end(self.children, signal.SIGKILL)
        end_marked(str(self.data_dir))
        self._stopped.set()
        for watcher in (self._watcher, self._log_watcher):
            if watcher.is_alive():
                watcher.join()
        self._resources.close()

    def _watch(self) -> None:
        # This thread outlives the children it started. Linux kills a child when the *thread* that
        # started it ends, and a child is to end by SIGTERM first.
        while not self._stopped.is_set():
            for child in self.children:
                if not self._stopping.is_set():
                    self._tend(child)
            self._stopped.wait(TICK_SECONDS)

    def _watch_logs(self) -> None:
        # The other thread may take seconds to ask whether a program is ready.
        while not self._stopped.wait(TICK_SECONDS):
            self._bound_logs()

    def _bound_logs(self) -> None:
        for child in self.children:
            with suppress(OSError):  # A disk that fails now is asked again in a moment.
                keep_bounded(child.log)

    def _tend(self, child: Child) -> None:
        name = child.program.name
        if child.alive:
            if child.look():
                self.say(N_("%(name)s 已就绪"), {"name": name})
            return
        if child.process is not None:
            values = {"name": name, "code": child.bury(), "log": child.log}
            self.say(N_("%(name)s 意外退出（%(code)s），正在重新启动；日志：%(log)s"), values)
        if time.monotonic() >= child.start_after and not self._waits(child):
            child.start()

    def _waits(self, child: Child) -> bool:
        others = (other for other in self.children if other.program.name in child.program.after)
        return child.waits and not all(other.ready.is_set() for other in others)

    @staticmethod
    def _end(children: Sequence[Child], number: signal.Signals) -> None:
        deadline = time.monotonic() + GRACE_SECONDS
        for child in children:
            child.send(number)
        while any(child.alive for child in children) and time.monotonic() < deadline:
            time.sleep(0.02)


@contextmanager
def only_one(lock: Path, taken: str = RUNNING) -> Iterator[None]:
    """Hold `lock` while the block runs. Raises `Refusal` (`taken`) when another process holds it.

    The kernel releases the lock with the process, so that a kill leaves nothing stale.
    """
    make_file(lock)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refusal(taken, folder=lock.parent) from error
        yield


def refuse_taken_ports(wanted: Iterable[tuple[str, int, str]]) -> None:
    """Raises `Refusal` for the first port of (host, port, setting) that is in use."""
    with ExitStack() as held:
        for host, port, setting in wanted:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            probe = held.enter_context(socket.socket(family))
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                probe.listen(1)
            except OSError as error:
                raise Refusal(
                    N_("端口 %(port)s 已被占用。请关闭占用它的程序，或设置 %(setting)s。"),
                    port=port,
                    setting=setting,
                ) from error


def end_marked(mark: str) -> None:
    """Kill every process that was started for `mark`, and the processes it started.

    The mark is inherited with the environment. Therefore flow runs are found whose worker was
    killed, and processes that a killed supervisor has left. Without `/proc` nothing is done.
    """
    wanted = f"{MARK}={mark}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            ours = wanted in (folder / "environ").read_bytes().split(b"\0")
            if ours and int(folder.name) != os.getpid():
                os.kill(int(folder.name), signal.SIGKILL)


def _dies_with_parent() -> list[str]:
    """The prefix of a command that lets Linux kill the program when the supervisor is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
