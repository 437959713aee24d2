"""Browsers for tests: signed in as a unit, on the test's own session."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from adapters.apart import Apart
from adapters.attachment_store import AttachmentStore
from models import Account, Assignment, Measure, Role, Submission
from services.filling.sendings import Sent
from tests.answering import try_to_send
from tests.building import assignment_of, make_account
from tests.conftest import NOW
from tests.web.signed_in import open_session
from web.app import begin, create_app
from web.edge.pages.stored_files import Files, get_files
from web.edge.viewer.security import SESSION_COOKIE
from web.edge.viewer.transactions import get_look, get_now, get_session
from web.filling.carrier import Arrived, Carried, send_arrived
from web.filling.submissions import Ways, get_ways

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
"""What every browser younger than 2020 says of a request from our own pages."""


@pytest.fixture(autouse=True)
def own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is signed here is signed with a key that is not the installation's."""
    monkeypatch.setattr("adapters.signing.keep_secret", lambda path: "the key of the tests")


_read = lru_cache(maxsize=None)(Apart.run)


@pytest.fixture(autouse=True)
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every distinct file is read in a process once, which costs seconds; then it is remembered."""
    monkeypatch.setattr(Apart, "run", lambda apart, *given, **more: _read(apart, *given, **more))


@pytest.fixture(scope="session", autouse=True)
def one_loop() -> Iterator[None]:
    """One event loop for all requests of this process. Otherwise every request starts a loop and a
    thread for it, which takes as long as many a page."""
    with start_blocking_portal() as portal, pytest.MonkeyPatch.context() as changed:
        changed.setattr(TestClient, "portal", portal)
        yield


@lru_cache(maxsize=1)
def _made() -> FastAPI:
    return create_app()


def fresh_app() -> FastAPI:
    """The application as it is when just made. FastAPI prepares each route when it is first asked
    for, which takes longer than most tests: it is made once in a process."""
    app = _made()
    begin(app)
    app.dependency_overrides.clear()
    return app


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tests' uploads lie, instead of in this checkout."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture
def app(session: Session, files: Path) -> FastAPI:
    """The application in the test's transaction, at the test's time."""

    def in_test() -> Iterator[Session]:
        with session.begin_nested():
            yield session

    async def look(read: Callable[[Session], Any]) -> Any:
        return read(session)

    async def write(work: Callable[[Session], Any]) -> Any:
        with session.begin_nested():
            return work(session)

    class InTest:
        async def carry(self, arrived: Arrived) -> Carried:
            with session.begin_nested():
                (found,) = send_arrived(session, [arrived])
            if isinstance(found, Exception):
                raise found
            return found

    async def ways(store: Files) -> Ways:
        return Ways(InTest(), look, write, store)

    app = fresh_app()
    app.dependency_overrides[get_session] = in_test
    app.dependency_overrides[get_look] = lambda: look
    app.dependency_overrides[get_ways] = ways
    app.dependency_overrides[get_now] = lambda: NOW
    app.dependency_overrides[get_files] = lambda: AttachmentStore(files)
    return app


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    """A browser nobody has signed in with."""
    return make_client(app)


def make_client(app: FastAPI) -> TestClient:
    return TestClient(app, follow_redirects=False, headers=SAME_SITE)


@pytest.fixture
def sign_in(app: FastAPI, session: Session) -> Callable[..., TestClient]:
    """`sign_in(code, role)`: a browser signed in as a unit, with an account made if need be."""

    def sign_in(code: str, role: Role = Role.CLERK) -> TestClient:
        account = account_of(session, code, role)
        token = open_session(session, account)
        session.flush()
        client = make_client(app)
        client.cookies.set(SESSION_COOKIE, token)
        return client

    return sign_in


@dataclass(frozen=True)
class World:
    """A measure handed down the whole sample tree, every gate open."""

    measure: Measure
    session: Session

    def assignment(self, code: str) -> Assignment:
        return assignment_of(self.session, self.measure, code)

    def id(self, code: str) -> int:
        return self.assignment(code).id

    def send(self, code: str, **answers: str) -> Submission:
        """The unit's answer, sent without a browser."""
        typed = {name: [value] for name, value in ({"checked": "12"} | answers).items()}
        account = account_of(self.session, code)
        sent = try_to_send(
            self.session, self.id(code), typed, send_key=token_urlsafe(12), actor=account, now=NOW
        )
        assert isinstance(sent, Sent), sent
        return sent.submission


@pytest.fixture
def world(session: Session, handed_down: int) -> World:
    """One measure of the region, at all 50 units."""
    return World(session.get_one(Measure, handed_down), session)


def account_of(session: Session, code: str, role: Role = Role.CLERK) -> Account:
    """The account of a unit, made if need be."""
    login = f"{role}-{code}"
    found = session.exec(select(Account).where(Account.login == login)).first()
    return found or make_account(session, code, role, login)
