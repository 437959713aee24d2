"""The schema of the database, brought to what this version of the product needs."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select

from rules.sentences.refusal import N_, Refusal

_INI = Path(__file__).resolve().parent.parent / "alembic.ini"
LOCK_KEY = 5_318_008_210
"""The key of PostgreSQL's advisory lock that migrations hold: any number that no other program
uses."""


def migrate(engine: Engine, to: str = "head") -> None:
    """Upgrade the database to `to`. This is safe at every start, and by several processes at once.

    Raises `Refusal` for a database that a newer version of the product has upgraded.
    """
    with alone(engine), engine.connect() as connection:
        _refuse_newer(connection)
        migrate_within(connection, to)


def migrate_within(connection: Connection, to: str = "head") -> None:
    """Upgrade as `migrate` does, on a connection. A transaction that has begun there ends with
    that."""
    config = make_config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def newest_revision() -> str:
    """The revision to which this version of the product brings a database."""
    return ScriptDirectory.from_config(make_config()).get_current_head() or ""


def is_known(revision: str) -> bool:
    """Whether this version of the product can go on from `revision`; False for a newer one."""
    revisions = ScriptDirectory.from_config(make_config()).walk_revisions()
    return revision in {script.revision for script in revisions}


def make_config() -> Config:
    """Alembic's settings, with paths that do not depend on the current folder."""
    config = Config(_INI)
    config.set_main_option("script_location", str(_INI.parent / "migrations"))
    return config


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Hold the database's lock of migrations. Other processes that migrate it wait.

    The lock ends with the process that holds it, so a kill leaves nothing stale.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(select(func.pg_advisory_lock(LOCK_KEY)))
            try:
                yield
            finally:
                connection.execute(select(func.pg_advisory_unlock(LOCK_KEY)))
    elif engine.url.database and engine.url.database != ":memory:":
        handle = os.open(f"{engine.url.database}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
    else:
        yield


def _refuse_newer(connection: Connection) -> None:
    stored = MigrationContext.configure(connection).get_current_heads()
    connection.rollback()
    newer = [revision for revision in stored if not is_known(revision)]
    if newer:
        raise Refusal(
            N_(
                "数据库是更新的版本用过的（%(revision)s），这个程序太旧，不能打开。"
                "请换用新版本的程序；数据没有改动。"
            ),
            revision=newer,
        )
