"""A running site for a real browser: its own SQLite database, its own port."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from playwright.sync_api import Browser, sync_playwright
from sqlmodel import Session

from adapters.database import make_engine
from adapters.listening import listening
from tests.conftest import NOW
from tests.databases import absent
from tests.sample_tree import make_tree
from web.app import create_app
from web.edge.doors.connections import Connections
from web.edge.viewer.transactions import get_now
from web.serving import Server

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The first of these that is here. The shell is the same engine without the rest of the browser:
a new context costs it a third of the processor time."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--in-process-gpu",
]


@contextmanager
def browser() -> Iterator[Browser]:
    """The system's Chromium, steered by Playwright; the test is skipped where it is missing."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        absent("chromium", "no chromium on the PATH")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


class Site:
    """The application on a free port of this machine; `url`: another database than SQLite."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.engine = make_engine(url or f"sqlite:///{folder / 'site.db'}")
        with self.session() as session:
            make_tree(session)
        self.app = create_app()
        self.app.dependency_overrides[get_now] = lambda: NOW

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction on the site's database."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session
            session.commit()

    @contextmanager
    def serving(self, connections: Connections | None = None, **more: Any) -> Iterator[str]:
        """Serve in a thread, on the site's database; the address. `more` goes to `Server`."""
        place = listening("127.0.0.1", 0)  # who comes before the thread has begun waits
        address = f"http://127.0.0.1:{place.getsockname()[1]}"
        server = Server(self.app, connections or Connections(500), log_level="error", **more)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [place]})
        with patch("adapters.database.get_engine", lambda: self.engine):
            thread.start()
            try:
                yield address
            finally:
                server.should_exit = True
                thread.join()
                self.engine.dispose()
