"""The application's database: one engine per process, one transaction per request or task."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, event, make_url, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, create_engine

from adapters.settings import get_settings

BUSY_SECONDS = 30
"""How long a writer waits for another one on SQLite before it gives up."""


def make_engine(url: str) -> Engine:
    """An engine for `url` with the habits both databases need.

    SQLite: write-ahead log, foreign keys on, and `BEGIN IMMEDIATE`, because a transaction that
    reads first and writes later loses updates with the driver's own default. Statement
    parameters never reach a log: they hold what people typed.
    """
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=10)
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=20,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare_sqlite(connection, _record) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA temp_store=MEMORY")
    cursor.execute("PRAGMA cache_size=-65536")
    cursor.close()


def _begin_immediate(connection) -> None:
    readonly = connection.get_execution_options().get("readonly", False)
    connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")


@lru_cache
def get_engine() -> Engine:
    """The engine of this process."""
    settings = get_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return make_engine(settings.engine_url)


@contextmanager
def transaction(*, readonly: bool = False) -> Iterator[Session]:
    """A session whose work is kept when the block ends, and dropped when it raises.

    `readonly` takes no write lock, so that pages can be read while others write, and sees the
    database as it was at its first statement, so that what several statements read agrees.
    """
    options: dict[str, Any] = {"readonly": True} if readonly else {}
    if readonly and get_engine().dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"  # SQLite's transactions are so anyway
    with (
        get_engine().connect().execution_options(**options) as connection,
        Session(connection, expire_on_commit=False) as session,
    ):
        yield session
        session.commit()


def insert_into(session: Session, table: Any) -> Any:
    """The database's own INSERT for `table`, which knows ON CONFLICT on both databases."""
    dialect = session.get_bind().dialect.name
    return sqlite_insert(table) if dialect == "sqlite" else postgresql_insert(table)


def refresh_statistics(session: Session, *tables: Any) -> None:
    """Let PostgreSQL's planner know that tables have just grown a lot.

    Without it the first statements after a big change are planned for an empty table and take
    twenty times as long; autovacuum comes a minute too late. SQLite plans by its indexes.
    """
    if session.get_bind().dialect.name == "postgresql":
        names = ", ".join(table.__tablename__ for table in tables)
        session.execute(text(f"ANALYZE {names}"))
