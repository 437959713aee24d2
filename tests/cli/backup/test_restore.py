"""`jieli restore`: what was backed up is there again, or nothing has been touched."""

import json
import os
import signal
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import create_engine, text
from sqlmodel import select

from adapters.attachment_store import digest_of
from adapters.backup import placing
from adapters.backup.copies import sqlite_file
from adapters.claims import claiming
from adapters.database import make_engine
from adapters.locks import DISPATCHER
from adapters.migrations import make_config, newest_revision
from adapters.settings import Settings
from cli.supervisor import only_one
from models import Submission, Total, Unit
from tests.building import REGION, get_unit
from tests.cli.backup.conftest import ANNEX, PHOTO, Fresh, Installation
from tests.live import free_port
from tests.present import present


def receipts(there: Installation) -> list[str]:
    with there.session() as session:
        return list(session.exec(select(Submission.receipt)))


def test_everything_is_there_again_and_goes_on(
    file: Path, shared: Installation, fresh: Fresh
) -> None:
    other = fresh("other")
    done = other.run("restore", str(file))
    assert done.exit_code == 0, done.output
    assert "逐项核对" in done.output
    assert receipts(other) == receipts(shared)
    assert other.store.read(digest_of(PHOTO)) == PHOTO
    assert other.store.read(digest_of(ANNEX)) == ANNEX
    key = other.folder / "workbook.key"
    assert key.read_text() == "the key of this installation"
    assert key.stat().st_mode & 0o777 == 0o600
    assert not (other.folder / placing.READY).exists()
    with other.session() as session:
        first = max(session.exec(select(Unit.id)).all())
        session.add(Unit(code="9", name="新单位", level="village", parent_id=1, lft=1, rgt=2))
        session.flush()
        assert max(session.exec(select(Unit.id)).all()) == first + 1
        session.rollback()


def test_what_is_there_is_refused_and_by_force_set_aside(file: Path, busy: Installation) -> None:
    with busy.session() as session:
        get_unit(session, REGION).name = "后来的名称"
    (busy.folder / "workbook.key").write_text("a later key")
    refused = busy.run("restore", str(file))
    assert refused.exit_code == 1
    assert "--force" in refused.output
    done = busy.run("restore", str(file), "--force")
    assert done.exit_code == 0, done.output
    assert "原有数据移到了" in done.output
    with busy.session() as session:
        assert get_unit(session, REGION).name != "后来的名称"
    (aside,) = busy.folder.glob("before-restore-*")
    assert (aside / "workbook.key").read_text() == "a later key"
    (files,) = busy.settings.files_dir.glob("before-restore-*")
    assert [path for path in files.rglob("*") if path.name == digest_of(PHOTO)]
    assert _is_set_aside(busy, aside)


def _is_set_aside(there: Installation, aside: Path) -> bool:
    """Whether the unit's later name is where the present was set aside."""
    database = sqlite_file(there.settings.engine_url)
    with there.session() as session:
        if database is None:
            schema = aside.name.replace("-", "_")
            found = session.execute(text(f'SELECT name FROM "{schema}".unit')).scalars()
        else:
            session.execute(text("ATTACH :old AS old"), {"old": str(aside / database.name)})
            found = session.execute(text("SELECT name FROM old.unit")).scalars()
        return "后来的名称" in list(found)


def step_back(there: Installation, to: str) -> None:
    """Bring the database to the schema of an older version of the product."""
    # Not our own engine: SQLite drops a column by making the table again, which keys would forbid.
    config, engine = make_config(), create_engine(there.settings.engine_url)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, to)
    engine.dispose()


def revision_of(there: Installation) -> str:
    with there.session() as session:
        return str(session.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


@pytest.mark.parametrize("to", ["-1", "-4"])
def test_a_backup_of_an_older_schema_comes_back_in_this_versions(
    busy: Installation, fresh: Fresh, tmp_path: Path, to: str
) -> None:
    given = receipts(busy)
    step_back(busy, to)
    assert revision_of(busy) != newest_revision()
    older = tmp_path / "older.zip"
    made = busy.run("backup", str(older))
    assert made.exit_code == 0, made.output
    other = fresh("newer")
    done = other.run("restore", str(older))
    assert done.exit_code == 0, done.output
    assert revision_of(other) == newest_revision()
    assert receipts(other) == given != []
    assert other.store.read(digest_of(PHOTO)) == PHOTO
    again = other.run("restore", str(older), "--force")
    assert again.exit_code == 0, again.output
    assert receipts(other) == given


@pytest.mark.parametrize("command_line", [("backup", "all.zip"), ("restore", "all.zip")])
def test_what_is_no_address_of_a_database_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command_line: tuple[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for url in ("nonsense", "postgresql://me:hidden@h/n", "postgresql+psycopg://me:x@h:port/n"):
        settings = Settings(data_dir=tmp_path, database_url=url)
        refused = Installation(settings).run(*command_line)
        assert refused.exit_code == 1
        assert "JIELI_DATABASE_URL" in refused.output
        assert "hidden" not in refused.output


def test_a_database_that_cannot_be_opened_is_said_in_a_sentence(
    file: Path, shared: Installation, tmp_path: Path
) -> None:
    (tmp_path / "other.db").write_text("no database " * 200)
    url, said = {
        "postgresql": (f"postgresql+psycopg://me:x@127.0.0.1:{free_port()}/none", "连不上数据库"),
        "sqlite": (f"sqlite:///{tmp_path}/other.db", "不是数据库"),
    }[shared.backend]
    there = Installation(Settings(data_dir=tmp_path, database_url=url))
    for arguments in (("backup", str(tmp_path / "new.zip")), ("restore", str(file))):
        refused = there.run(*arguments)
        assert (refused.exit_code, len(refused.stderr.splitlines())) == (1, 1), refused.output
        assert said in refused.stderr
    assert not (tmp_path / "new.zip").exists()


def test_what_was_there_is_set_aside_under_beijing_time_as_backups_are_named(
    tmp_path: Path,
) -> None:
    evening = datetime(2026, 12, 1, 20, 30, tzinfo=UTC)
    made = placing.Placing(Settings(data_dir=tmp_path), None, now=evening)
    assert made.schema == "before_restore_20261202_043000"


def test_a_data_folder_that_cannot_be_is_said_in_a_sentence(file: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    there = Installation(Settings(data_dir=tmp_path / "file" / "var", database_url=""))
    refused = there.run("restore", str(file))
    assert refused.exit_code == 1
    assert "JIELI_DATA_DIR" in refused.output


def test_while_the_installation_runs_nothing_is_restored(file: Path, fresh: Fresh) -> None:
    other = fresh("other")
    with only_one(other.folder / "supervisor.lock"):
        refused = other.run("restore", str(file))
    assert refused.exit_code == 1
    assert "正在运行" in refused.output


@contextmanager
def program_of_another_machine(there: Installation) -> Iterator[None]:
    """A web process that is connected to the database of the installation."""
    named = {"application_name": "jieli web-2 key store second-machine"}
    engine = create_engine(there.settings.engine_url, connect_args=named)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        yield
    engine.dispose()


@contextmanager
def dispatcher_of_another_machine(there: Installation) -> Iterator[None]:
    engine = make_engine(there.settings.engine_url)
    with claiming(engine) as claims:
        claims.join()
        yield
    engine.dispose()


def test_while_others_are_connected_nothing_is_restored(file: Path, busy: Installation) -> None:
    """On SQLite nobody is on another machine: what runs holds a lock of the data folder."""
    with busy.session() as session:
        get_unit(session, REGION).name = "后来的名称"
    if busy.backend == "sqlite":
        with only_one(busy.folder / DISPATCHER):
            assert "正在运行" in busy.run("restore", str(file), "--force").output
    else:
        for others in (program_of_another_machine, dispatcher_of_another_machine):
            with others(busy):
                refused = busy.run("restore", str(file), "--force")
            assert refused.exit_code == 1, others
            assert ("second-machine web-2" in refused.output) != ("dispatcher" in refused.output)
    with busy.session() as session:
        assert get_unit(session, REGION).name == "后来的名称"
    assert not list(busy.folder.glob("before-restore-*"))


def test_totals_that_were_wrong_in_the_backup_are_counted_again(
    busy: Installation, fresh: Fresh, tmp_path: Path
) -> None:
    with busy.session() as session:
        total = present(session.exec(select(Total)).first())
        right, total.reported_sum = total.reported_sum, total.reported_sum + 1
        key = (total.measure_id, total.period, total.unit_id, total.field)
    busy.run("backup", str(tmp_path / "all.zip"))
    other = fresh("other")
    done = other.run("restore", str(tmp_path / "all.zip"))
    assert "1 项合计" in done.output
    with other.session() as session:
        assert session.get_one(Total, key).reported_sum == right


@pytest.mark.parametrize("moment", [1, 2, 4, 6, 7])
def test_killed_at_any_moment_it_is_clean_when_started_again(
    file: Path, shared: Installation, fresh: Fresh, moment: int
) -> None:
    other = fresh("other")
    killed = get_context("fork").Process(target=_restore_and_die, args=(other, file, moment))
    killed.start()
    killed.join()
    assert killed.exitcode in (-signal.SIGKILL, 0)
    done = other.run("restore", str(file))
    if killed.exitcode == 0:
        assert "--force" in done.output
    else:
        assert done.exit_code == 0, done.output
    assert receipts(other) == receipts(shared)
    assert other.store.read(digest_of(PHOTO)) == PHOTO
    assert not (other.folder / placing.READY).exists()


def _restore_and_die(other: Installation, file: Path, moment: int) -> None:
    """Restore, and be killed at one of the moments at which something is extracted or named."""
    passed = [0]

    def counted(act: Callable[..., Any]) -> Callable[..., Any]:
        def acts(*arguments: Any, **named: Any) -> Any:
            passed[0] += 1
            if passed[0] == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            return act(*arguments, **named)

        return acts

    for owner, name in ((Path, "replace"), (placing, "_write_note"), (os, "sync")):
        setattr(owner, name, counted(getattr(owner, name)))
    done = other.run("restore", str(file))
    os._exit(done.exit_code)


Change = Callable[[str, bytes], tuple[str, bytes] | None]


def rewritten(file: Path, made: Path, change: Change) -> Path:
    """A copy of the archive, each member changed or (None) left out."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            kept = change(name, old.read(name))
            if kept:
                new.writestr(*kept)
    return made


def _manifest(**values: object) -> Callable[[str, bytes], tuple[str, bytes]]:
    def change(name: str, content: bytes) -> tuple[str, bytes]:
        if name == "manifest.json":
            content = json.dumps({**json.loads(content), **values}).encode()
        return name, content

    return change


def _photo(content: bytes | None) -> Callable[[str, bytes], tuple[str, bytes] | None]:
    def change(name: str, old: bytes) -> tuple[str, bytes] | None:
        if not name.startswith("files/"):
            return name, old
        return (name, content) if content is not None else None

    return change


CHANGES = {
    "a photo was changed": (_photo(PHOTO[::-1]), "已损坏"),
    "a photo is missing": (_photo(None), "已损坏"),
    "a photo unpacks to more than it should": (_photo(bytes(50_000_000)), "已损坏"),
    "the manifest is of something else": (_manifest(product="other"), "不是本系统"),
    "the manifest says nothing": (_manifest(tables=None), "已损坏"),
    "a newer schema": (_manifest(revision="ffffffffffff"), "更新的版本"),
    "a newer format": (_manifest(format=99), "另一版本"),
    "rows are missing": (_manifest(tables={"unit": {"rows": 3}}), ""),
    "more than the disk has": (
        _manifest(members=[{"name": "database.sqlite", "sha256": "0" * 64, "size": 10**18}]),
        "已损坏",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_archive_that_was_changed_is_refused_and_nothing_touched(
    file: Path, fresh: Fresh, change: str
) -> None:
    how, said = CHANGES[change]
    other = fresh("other")
    refused = other.run("restore", str(rewritten(file, other.folder / "changed.zip", how)))
    assert refused.exit_code == 1
    assert said in refused.output
    assert "Traceback" not in refused.output
    assert not (other.folder / "workbook.key").exists()
    assert not (other.folder / placing.READY).exists()
    assert not (other.folder / "jieli.db").exists()
