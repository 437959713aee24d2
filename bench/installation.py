"""An installation for measuring: the product's own processes on a database of the bench."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from adapters.database import get_engine
from adapters.listening import listening
from adapters.root import ROOT
from adapters.settings import Settings, get_settings
from cli.prefect_sign_in import keep_sign_in
from cli.programs import programs
from cli.supervisor import Supervisor


@contextmanager
def installed(engine: Engine, folder: Path) -> Iterator[Settings]:
    """Settings that let this process and its children work on the engine's database."""
    changed = {
        "JIELI_DATA_DIR": str(folder),
        "JIELI_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "JIELI_WEB_PORT": str(free_port()),
        "JIELI_PREFECT_PORT": str(free_port()),
    }
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    _forget()
    try:
        yield get_settings()
    finally:
        get_engine().dispose()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        _forget()


@contextmanager
def running(settings: Settings, *names: str) -> Iterator[None]:
    """Run those parts of `jieli run` with these names in the block, once they are ready.

    On PostgreSQL `JIELI_WEB_PROCESSES` says how many web processes there are.
    """
    folder = settings.data_dir
    sign_in = keep_sign_in(folder, lambda *_: None)
    with ExitStack() as stack:
        listener = None
        if settings.web_processes > 1 and not settings.is_sqlite:
            listener = stack.enter_context(listening(settings.host, settings.web_port))
        wanted = [
            program
            for program in programs(settings, sign_in, listener)
            if program.name.partition("-")[0] in names
        ]
        supervisor = Supervisor(wanted, folder=ROOT, data_dir=folder, say=lambda *_: None)
        stack.enter_context(supervisor).wait_ready()
        yield


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until the condition holds. Raises `TimeoutError` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _forget() -> None:
    get_settings.cache_clear()
    get_engine.cache_clear()
