"""Brings an installation that does not run back to a backup.

The restored data is read back and recounted before any of the present data is touched
(decision 0016).
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text
from sqlmodel import Session

from adapters.backup.archive import Reader, member_of, opened
from adapters.backup.copies import (
    count_rows,
    fill_postgresql,
    has_content,
    set_tables_aside,
    sqlite_file,
    table_names,
)
from adapters.backup.manifest import SQLITE_MEMBER, Manifest
from adapters.backup.placing import Placing
from adapters.database import make_engine
from adapters.migrations import is_known, migrate, migrate_within
from adapters.settings import Settings
from queries.filling.attachments import list_digests
from rules.sentences.refusal import N_, Refusal
from services.assignments.recounts import list_wrong_totals
from services.assignments.roll_up import recount

OTHER_DATABASE = N_(
    "这个备份来自 %(theirs)s，本处用的是 %(ours)s。请把 JIELI_DATABASE_URL 设为同类数据库后再恢复。"
)
NEWER_SCHEMA = N_(
    "备份 %(file)s 来自更新的版本（%(version)s），本版本读不了。请先安装那个版本，再恢复。"
)
HAS_CONTENT = N_("这里已有数据，没有改动。确实要恢复，请加 --force：现有数据先移到一边，不会删除。")
NO_ROOM = N_("磁盘空间不够：%(folder)s 还需要 %(needed)d MB，只有 %(free)d MB。没有改动任何内容。")
NOT_AS_BACKED_UP = N_("恢复后的核对没有通过：%(what)s。没有改动任何内容，请用另一份备份。")
MEGABYTE = 1024 * 1024


class Restored(NamedTuple):
    """What was restored, and where the earlier data is."""

    manifest: Manifest
    aside: list[str]
    """The folders with the earlier data; with PostgreSQL also its schema."""
    recounted: int
    """How many measures and periods had wrong totals in the backup and were counted again."""


def restore(settings: Settings, file: Path, *, force: bool, now: datetime) -> Restored:
    """Bring an installation that does not run back to what `file` holds.

    With `force`, present data is set aside. Raises `Refusal` where there is data without `force`.
    Raises `Refusal` for a backup that is damaged, foreign, of another kind of database, newer than
    this version, or not what its manifest says when it is read back. After a refusal nothing is
    changed.
    """
    database = sqlite_file(settings.engine_url)
    placing = Placing(settings, database, now=now)
    engine = make_engine(settings.engine_url)
    try:
        with opened(file) as reader:
            _check_fits(reader, engine)
            if not force and (placing.has_files() or has_content(engine)):
                raise Refusal(HAS_CONTENT)
            _check_room(reader.manifest, settings)
            reader.verify()
            with _made_ready(reader, placing):
                put = _restore_sqlite if database else _restore_postgresql
                recounted = put(engine, reader, placing)
    finally:
        engine.dispose()
    placing.finish()
    return Restored(reader.manifest, sorted(placing.moved), recounted)


@contextmanager
def _made_ready(reader: Reader, placing: Placing) -> Iterator[None]:
    """Extract files and keys for the block. A failure in the block deletes them again."""
    placing.prepare()
    with ExitStack() as failing:
        failing.callback(placing.give_up)
        for name in reader.members:
            if name.startswith("keys/") or _is_kept(name, reader.manifest):
                reader.extract(name, placing.path_of(name))
        yield
        failing.pop_all()


def _is_kept(name: str, manifest: Manifest) -> bool:
    return name.startswith("files/") and name.rpartition("/")[2] not in manifest.lost


def _restore_sqlite(_engine: Engine, reader: Reader, placing: Placing) -> int:
    reader.extract(SQLITE_MEMBER, placing.ready_database)
    ready = make_engine(f"sqlite:///{placing.ready_database}")
    try:
        with ready.connect() as connection:
            _check_sqlite(connection)
            _check_counts(connection, reader.manifest)
        migrate(ready)
        with ready.begin() as connection:
            recounted = _check_contents(connection, reader.manifest, placing)
    finally:
        ready.dispose()
    placing.set_aside()
    placing.put_in_place()
    return recounted


def _restore_postgresql(engine: Engine, reader: Reader, placing: Placing) -> int:
    """Restore in one transaction: present tables are set aside only when everything is in place."""
    with engine.begin() as connection:
        if table_names(connection):
            set_tables_aside(connection, placing.schema)
            placing.moved.add(placing.schema)
        migrate_within(connection, reader.manifest.revision)
        fill_postgresql(connection, reader)
        _check_counts(connection, reader.manifest)
        migrate_within(connection)
        recounted = _check_contents(connection, reader.manifest, placing)
        placing.set_aside()
        placing.put_in_place()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return recounted


def _check_fits(reader: Reader, engine: Engine) -> None:
    manifest = reader.manifest
    if manifest.database != engine.dialect.name:
        raise Refusal(OTHER_DATABASE, theirs=manifest.database, ours=engine.dialect.name)
    if not is_known(manifest.revision):
        raise Refusal(NEWER_SCHEMA, file=reader.file, version=manifest.product_version)


def _check_room(manifest: Manifest, settings: Settings) -> None:
    """Check the free space, by the sizes that the archive names, before anything is unpacked."""
    needed: dict[Path, int] = {}
    for member in manifest.members:
        at_files = member.name.startswith("files/")
        folder = settings.files_dir if at_files else settings.shared
        needed[folder] = needed.get(folder, 0) + member.size
    for folder, size in needed.items():
        there = next(parent for parent in (folder, *folder.parents) if parent.exists())
        free = shutil.disk_usage(there).free
        if size > free:
            values = {"needed": size // MEGABYTE + 1, "free": free // MEGABYTE}
            raise Refusal(NO_ROOM, folder=folder, **values)


def _check_sqlite(connection: Connection) -> None:
    found = connection.execute(text("PRAGMA integrity_check(1)")).scalar_one()
    if found != "ok":
        raise Refusal(NOT_AS_BACKED_UP, what=found)
    broken = connection.execute(text("PRAGMA foreign_key_check")).first()
    if broken:
        raise Refusal(NOT_AS_BACKED_UP, what=f"foreign key: {broken[0]}")


def _check_counts(connection: Connection, manifest: Manifest) -> None:
    """Raises `Refusal` where a table has not as many rows as when the backup was made."""
    there = {name: count_rows(connection, name) for name in table_names(connection)}
    wanted = {name: table.rows for name, table in manifest.tables.items()}
    if there != wanted:
        differ = sorted(name for name in there | wanted if there.get(name) != wanted.get(name))
        raise Refusal(NOT_AS_BACKED_UP, what=differ)


def _check_contents(connection: Connection, manifest: Manifest, placing: Placing) -> int:
    """Check every attachment, correct wrong totals, and return how many totals were wrong.

    Wrong totals are no reason to refuse a backup, which may be the only one. Raises `Refusal` for
    an attachment that is not as it was.
    """
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        for digest in list_digests(session):
            path = placing.path_of(member_of(digest))
            if digest not in manifest.lost and not _is_whole(path, digest):
                raise Refusal(NOT_AS_BACKED_UP, what=path.name)
        wrong = list_wrong_totals(session)
        for measure_id, period in wrong:
            recount(session, measure_id, period)
        session.commit()
    return len(wrong)


def _is_whole(path: Path, digest: str) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest
