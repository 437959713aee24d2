"""A running site for a real browser: its own SQLite database, its own port."""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import uvicorn
from sqlmodel import Session, SQLModel

from adapters.database import make_engine
from tests.conftest import NOW
from tests.databases import absent
from tests.sample_tree import fill_tree
from web.app import create_app
from web.transactions import get_now

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def browser() -> Iterator:
    """The system's Chromium, steered by Playwright; the test is skipped where it is missing."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        absent("chromium", "no chromium on the PATH")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


class Site:
    """The application on a free port of this machine."""

    def __init__(self, folder: Path) -> None:
        self.engine = make_engine(f"sqlite:///{folder / 'site.db'}")
        SQLModel.metadata.create_all(self.engine)
        with self.session() as session:
            fill_tree(session)
        self.app = create_app()
        self.app.dependency_overrides[get_now] = lambda: NOW

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction on the site's database."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session
            session.commit()

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve in a thread, on the site's database; the address."""
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        listening.listen()  # who comes before the thread has begun waits
        server = uvicorn.Server(uvicorn.Config(self.app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        with patch("adapters.database.get_engine", lambda: self.engine):
            thread.start()
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                server.should_exit = True
                thread.join()
                self.engine.dispose()
