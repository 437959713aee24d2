"""People who are signed in, without the sign-in page and its slow password check."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from adapters.passwords import hash_token, make_token
from models import Account, SignIn
from tests.building import make_account, make_campaign
from tests.conftest import NOW
from tests.databases import fresh_engine
from tests.sample_tree import make_tree
from web.edge.viewer.security import SESSION_COOKIE


def open_session(session: Session, account: Account, now: datetime = NOW, *, hours: int = 1) -> str:
    """The token of a session that begins now."""
    token = make_token()
    session.add(
        SignIn(
            token_hash=hash_token(token),
            account_id=account.id,
            created_at=now,
            expires_at=now + timedelta(hours=hours),
        )
    )
    return token


@contextmanager
def office_database(backend: str, folder: Path, name: str) -> Iterator[Engine]:
    """A database of its own, where a request commits, with a campaign of the region's office."""
    with fresh_engine(backend, folder, name) as engine:
        with Session(engine) as session:
            make_tree(session)
            make_campaign(session, make_account(session))
            session.commit()
        yield engine


def office_browser(engine: Engine, client: TestClient) -> TestClient:
    """`client` signed in as the office of that database."""
    with Session(engine) as session:
        token = open_session(session, session.exec(select(Account)).one())
        session.commit()
    client.cookies.set(SESSION_COOKIE, token)
    return client
