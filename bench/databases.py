"""Databases for measuring: empty, on the disk that the product uses, deleted afterwards."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, SQLModel

import models  # noqa: F401  (registers the tables)
from adapters.database import make_engine
from adapters.root import ROOT

SQLITE, POSTGRESQL = "sqlite", "postgresql"
POSTGRES_URL = os.environ.get(
    "JIELI_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder inside the project, on the disk that the product uses and not on a memory disk."""
    (ROOT / "var").mkdir(exist_ok=True)
    folder = Path(mkdtemp(prefix="bench-", dir=ROOT / "var"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def why_absent(backend: str) -> str:
    """Why this database cannot be measured here; empty where it can."""
    if backend == SQLITE:
        return ""
    admin = create_engine(POSTGRES_URL)
    try:
        admin.connect().close()
    except OperationalError as error:
        return str(error.orig).strip().splitlines()[0]
    finally:
        admin.dispose()
    return ""


@contextmanager
def fresh_engine(backend: str, folder: Path) -> Iterator[Engine]:
    """An engine on an empty database with all tables, made as the product makes its engine."""
    with _fresh_url(backend, folder) as url:
        engine = make_engine(url)
        SQLModel.metadata.create_all(engine)
        try:
            yield engine
        finally:
            engine.dispose()


@contextmanager
def _fresh_url(backend: str, folder: Path) -> Iterator[str]:
    if backend == SQLITE:
        yield f"sqlite:///{folder / 'jieli.db'}"
        return
    name = f"jieli_bench_{os.getpid()}"
    admin = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


@dataclass
class Counter:
    """A counter of SQL statements."""

    statements: int = 0


@contextmanager
def counted(engine: Engine) -> Iterator[Counter]:
    """Count the statements that are sent in the block, without BEGIN and COMMIT."""
    counter = Counter()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        counter.statements += not statement.startswith("BEGIN")

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield counter
    finally:
        event.remove(engine, "before_cursor_execute", note)


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """`adapters.database.transaction` on this engine."""
    with Session(engine, expire_on_commit=False) as session:
        yield session
        session.commit()
