"""The copy of a database at one moment, made while others write, and put into an empty database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, make_url, text
from sqlmodel import Session

from adapters.backup.archive import Reader, Writer, chunks_of
from adapters.backup.manifest import SQLITE_MEMBER, Manifest, TableCopy, new_manifest
from adapters.database import make_engine
from rules.sentences.refusal import N_, Refusal

REVISION_TABLE = "alembic_version"
EMPTY = N_("数据库里还没有表，没有什么可备份：%(database)s。")
NOT_SOUND = N_("数据库本身已损坏，这样的副本没有用：%(what)s。")
OTHER_SCHEMA = N_("备份里的表 %(table)s 与这个版本的表不一致。没有改动任何内容。")


@contextmanager
def copied(engine: Engine, scratch: Path, *, now: datetime) -> Iterator[tuple[Session, Manifest]]:
    """The database as it is now: a session that sees nothing later, and a manifest of what it
    holds.

    `scratch`: a folder with room for a copy of a SQLite database. No writer has to wait.
    """
    if engine.dialect.name == "sqlite":
        with _sqlite_copied(engine, scratch / SQLITE_MEMBER) as copy:
            _check_sound(copy)
            yield from _described(copy, "sqlite", now)
        return
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        yield from _described(connection, "postgresql", now)


def _described(
    connection: Connection, database: str, now: datetime
) -> Iterator[tuple[Session, Manifest]]:
    names = table_names(connection)
    if REVISION_TABLE not in names:
        raise Refusal(EMPTY, database=connection.engine.url.render_as_string())
    revision = connection.execute(text(f"SELECT version_num FROM {REVISION_TABLE}")).scalar_one()
    manifest = new_manifest(database, revision, now=now)
    manifest.tables = {name: TableCopy(rows=count_rows(connection, name)) for name in names}
    with Session(connection) as session:
        yield session, manifest


@contextmanager
def _sqlite_copied(engine: Engine, to: Path) -> Iterator[Connection]:
    """SQLite's own online copy, in one step: one moment of the database, and no writer waits."""
    source = Path(engine.url.database or "")
    if not source.is_file():
        raise Refusal(EMPTY, database=source)
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(to)) as copy:
        live.backup(copy, pages=-1)
    copies = make_engine(f"sqlite:///{to}")
    try:
        with copies.connect().execution_options(readonly=True) as connection:
            yield connection
    finally:
        copies.dispose()


def _check_sound(connection: Connection) -> None:
    """Raises `Refusal` where the pages of a SQLite database do not fit together."""
    found = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
    if found != "ok":
        raise Refusal(NOT_SOUND, what=found)


def write_copy(session: Session, writer: Writer, scratch: Path) -> None:
    """Write what the session of `copied` saw into the archive."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        writer.add(SQLITE_MEMBER, chunks_of(scratch / SQLITE_MEMBER), packed=False)
        return
    for name, table in writer.manifest.tables.items():
        table.columns = [column["name"] for column in inspect(connection).get_columns(name)]
        writer.add(f"tables/{name}.copy", _copy_out(connection, name, table), packed=False)
    given = connection.execute(
        text("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema")
    )
    writer.manifest.sequences = {name: value for name, value in given if value is not None}


def _copy_out(connection: Connection, name: str, table: TableCopy) -> Iterator[memoryview]:
    with (
        _cursor(connection) as cursor,
        cursor.copy(f'COPY "{name}" ({_quoted(table.columns)}) TO STDOUT') as rows,
    ):
        yield from rows


def fill_postgresql(connection: Connection, reader: Reader) -> None:
    """Copy the tables of a backup into empty tables of the backup's revision.

    Raises `Refusal` where these tables are not the tables of the backup.
    """
    tables = reader.manifest.tables
    ordered = [name for name, _ in inspect(connection).get_sorted_table_and_fkc_names() if name]
    if set(ordered) != set(tables):
        raise Refusal(OTHER_SCHEMA, table=sorted(set(ordered) ^ set(tables)))
    connection.execute(text(f"TRUNCATE {_quoted(ordered)}"))
    for name in ordered:
        _copy_in(connection, name, tables[name], reader)
    for name, value in reader.manifest.sequences.items():
        connection.execute(text("SELECT setval(:name, :value)"), {"name": name, "value": value})


def _copy_in(connection: Connection, name: str, table: TableCopy, reader: Reader) -> None:
    columns = {column["name"] for column in inspect(connection).get_columns(name)}
    if columns != set(table.columns):
        raise Refusal(OTHER_SCHEMA, table=name)
    with (
        _cursor(connection) as cursor,
        cursor.copy(f'COPY "{name}" ({_quoted(table.columns)}) FROM STDIN') as rows,
    ):
        for chunk in reader.chunks(f"tables/{name}.copy"):
            rows.write(chunk)


def set_tables_aside(connection: Connection, schema: str) -> None:
    """Move every table of a PostgreSQL database into a new schema, where nobody looks."""
    connection.execute(text(f'CREATE SCHEMA "{schema}"'))
    for name in table_names(connection):
        connection.execute(text(f'ALTER TABLE "{name}" SET SCHEMA "{schema}"'))


def has_content(engine: Engine) -> bool:
    """Whether any table of the database has a row. A missing SQLite file has none."""
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        return False
    with engine.connect().execution_options(readonly=True) as connection:
        names = [name for name in table_names(connection) if name != REVISION_TABLE]
        return any(
            connection.execute(text(f'SELECT 1 FROM "{name}" LIMIT 1')).first() for name in names
        )


def table_names(connection: Connection) -> list[str]:
    """The names of the database's tables, in alphabetical order."""
    return sorted(inspect(connection).get_table_names())


def count_rows(connection: Connection, table: str) -> int:
    """The number of rows of a table."""
    found: int = connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()
    return found


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL."""
    parts = make_url(url)
    return Path(parts.database or "") if parts.get_backend_name() == "sqlite" else None


def _cursor(connection: Connection) -> Any:
    """psycopg's own cursor, which knows COPY."""
    return connection.connection.cursor()


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
