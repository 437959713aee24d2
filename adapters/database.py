"""The application's database: one engine per process, one transaction per request or task."""

import atexit
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, event, make_url, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, create_engine

from adapters.machines import session_name
from adapters.private import make_file, make_folder
from adapters.settings import get_settings

GROWN = 5
"""Query plans stay good until a table has grown by one part in this many."""
ANALYZED = 400
"""Rows of each index that SQLite looks at for its statistics: enough to tell much from little, and
some tenths of a second for the largest database."""
BUSY_SECONDS = 30
"""Seconds that a writer waits for another writer on SQLite before giving up."""
CONNECTIONS = 20
"""Connections of one process. Requests of the web application wait for a connection before they
have a thread (`web.edge.requests.waiting`). No other process has as many threads."""
POOL_SECONDS = 10
"""Seconds that a thread waits for a connection. A longer wait means that something is stuck."""


def make_engine(url: str) -> Engine:
    """An engine for `url` with the habits that both databases need.

    SQLite gets a write-ahead log, foreign keys, and `BEGIN IMMEDIATE`: with the driver's own
    default, a transaction that reads first and writes later loses updates. Parameters of statements
    never reach a log, because they hold what people typed.
    """
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, connect_args=_session(url), **_HABITS)
    engine = create_engine(
        url,
        **_HABITS,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    turn = Turn()
    event.listen(engine, "begin", turn.begin)
    event.listen(engine, "checkin", turn.end)
    return engine


_HABITS: dict[str, Any] = {
    "hide_parameters": True,
    "pool_size": CONNECTIONS,
    "max_overflow": 0,
    "pool_timeout": POOL_SECONDS,
}


VANISHED = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4"
"""PostgreSQL ends a session whose machine has not answered for half a minute, and frees its locks.
The system's own patience is two hours."""

PLAIN_PLANS = "-c jit=off"
"""PostgreSQL compiles a statement that it takes for costly: three seconds for ten milliseconds of
work, on every page that asks for missing units in a large tree."""


def _session(url: str) -> dict[str, str]:
    """What each session of PostgreSQL is given besides what the address says."""
    asked = str(make_url(url).query.get("options", ""))
    options = f"{VANISHED} {PLAIN_PLANS} {asked}".strip()
    return {"options": options, "fallback_application_name": session_name()}


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA temp_store=MEMORY")
    cursor.execute("PRAGMA cache_size=-65536")
    cursor.execute(f"PRAGMA analysis_limit={ANALYZED}")
    cursor.close()


class Turn:
    """The order in which the threads of this process write to SQLite.

    SQLite has no queue. A writer that finds the database busy sleeps and tries again, and under
    load some writers sleep for many seconds. Here writers wait in a row. Only writers of other
    processes are left to SQLite. A connection keeps its turn until it goes back to the pool.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def begin(self, connection: Connection) -> None:
        """Begin a transaction. A transaction that may write waits for its turn, at most
        `BUSY_SECONDS`."""
        if connection.get_execution_options().get("readonly", False):
            connection.exec_driver_sql("BEGIN")
            return
        if not connection.info.get("turn"):
            connection.info["turn"] = self._lock.acquire(timeout=BUSY_SECONDS)
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def end(self, _connection: Any, record: Any) -> None:
        """Let the next writer begin, because this connection goes back to the pool."""
        if record.info.pop("turn", False):
            self._lock.release()


@lru_cache
def get_engine() -> Engine:
    """The engine of this process. Its connections are closed when the process ends.

    Python does not promise to destroy, at the end, objects that some thread still refers to, and a
    thread of Prefect's does so (docs/decisions/0016-backup.md). Then SQLite's log would never be
    written into the database.
    """
    settings = get_settings()
    make_folder(settings.data_dir)
    file = sqlite_file(make_url(settings.engine_url))
    if file is not None and file.parent.is_dir():
        make_file(file)
    engine = make_engine(settings.engine_url)
    atexit.register(engine.dispose)
    return engine


def write_log_home(url: str) -> None:
    """Have SQLite write its log (`-wal`) into the database itself and empty the log.

    This is for the moment when every program has ended, because a killed program does not do so.
    """
    file = make_url(url).database or ""
    if make_url(url).get_backend_name() == "sqlite" and os.path.exists(file):
        with closing(sqlite3.connect(file, timeout=BUSY_SECONDS)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def sqlite_file(url: URL) -> Path | None:
    """The file of an SQLite database. None for a database in memory, and for other databases."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


@contextmanager
def transaction(*, readonly: bool = False) -> Iterator[Session]:
    """A session whose work is kept when the block ends, and dropped when the block raises.

    With `readonly` the session takes no write lock, so that pages can be read while others write.
    It sees the database as it was at its first statement, so that several statements agree.
    """
    options: dict[str, Any] = {"readonly": True} if readonly else {}
    if readonly and get_engine().dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"  # SQLite always reads so
    with (
        get_engine().connect().execution_options(**options) as connection,
        Session(connection, expire_on_commit=False) as session,
    ):
        yield session
        try:
            session.commit()
        except DBAPIError:
            # SQLAlchemy takes a failed COMMIT for the end of the transaction. SQLite's goes on,
            # with its lock, and would meet whoever is given the connection next.
            connection.invalidate()
            raise


INSERTS: dict[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}
"""Dialect → the INSERT that knows ON CONFLICT."""


def insert_into(session: Session, table: Any) -> Any:
    """The database's own INSERT into `table`, which knows ON CONFLICT on both databases."""
    return INSERTS[session.get_bind().dialect.name](table)


def refresh_statistics(session: Session, rows: int, *tables: Any) -> None:
    """Tell the planner about tables that `rows` new rows have made much larger.

    Otherwise the first statements after a big change are planned for an empty table and take twenty
    times as long: PostgreSQL's autovacuum comes a minute too late, and SQLite knows nothing about
    its tables until it is told.
    """
    names = [table.__tablename__ for table in tables]
    if session.get_bind().dialect.name == "sqlite":
        for name in names:
            session.execute(text(f"ANALYZE {name}"))
        return
    known = text("SELECT relname FROM pg_class WHERE relname = ANY(:names) AND reltuples < :few")
    stale = session.scalars(known, {"names": names, "few": GROWN * rows}).all()
    if stale:
        session.execute(text(f"ANALYZE {', '.join(stale)}"))


def renew_statistics(engine: Engine) -> None:
    """Tell SQLite's planner at the start what the tables hold now. PostgreSQL does so by itself."""
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")
