"""`jieli doctor`: what is wrong is said with what to do, and nothing is changed."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from typer.testing import CliRunner

from adapters.backup.last import LastBackup, note_backup
from adapters.database import get_engine
from adapters.machines import ConnectedProgram, make_marks, this_program
from adapters.settings import Settings
from cli.main import app
from cli.prefect_sign_in import sign_in_file
from cli.programs import SERVER_APP
from cli.supervisor import LOCK, MARK, only_one
from tests.databases import BACKENDS, fresh_database
from tests.live import free_port


@pytest.fixture
def folder(installation: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of an installation that has been started once and stopped."""
    monkeypatch.setenv("JIELI_WEB_PORT", str(free_port()))
    monkeypatch.setenv("JIELI_PREFECT_PORT", str(free_port()))
    folder = installation / "var"
    now = datetime.now(UTC)
    note_backup(folder, LastBackup(made_at=now, file="/backups/a.zip", size=1, lost=0))
    return folder


def found(runner: CliRunner, code: int = 0) -> dict[str, tuple[str, str]]:
    """Subject → its last grade and sentence."""
    done = runner.invoke(app, ["doctor", "--json"])
    assert done.exit_code == code, done.output
    return {
        finding["subject"]: (finding["grade"], finding["text"])
        for finding in json.loads(done.output)
    }


def test_a_sound_installation_is_well_and_stays_as_it_was(folder: Path, runner: CliRunner) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    grades = {subject: grade for subject, (grade, _) in found(runner).items()}
    assert {"database", "rights", "backup", "ports", "logs"} <= grades.keys()
    assert {grades[name] for name in ("database", "rights", "backup", "ports", "logs")} == {"good"}
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    assert "正常" in runner.invoke(app, ["doctor"]).output


def test_a_name_that_is_no_setting_is_told(
    folder: Path, runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIELI_DATABSE_URL", "postgresql://nowhere")
    assert found(runner)["JIELI_DATABSE_URL"][0] == "note"


def test_a_value_that_is_none_is_told_by_its_name(
    folder: Path, runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIELI_WEB_PORT", "eighty")
    assert found(runner, 1)["JIELI_WEB_PORT"] == ("bad", "值不能用：eighty")


def test_a_database_out_of_reach_is_told_without_its_password(
    folder: Path, runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"postgresql+psycopg://me:hidden@127.0.0.1:{free_port()}/none"
    monkeypatch.setenv("JIELI_DATABASE_URL", url)
    findings = found(runner, 1)
    assert findings["database"][0] == "bad"
    assert "连不上数据库服务器“127.0.0.1”" in findings["database"][1]
    assert "hidden" not in str(findings)


@pytest.mark.parametrize("url", ["nonsense", "mysql://me:hidden@h/n", "postgresql://me:hidden@h/n"])
def test_what_is_no_address_of_a_database_is_told_by_its_name(
    folder: Path, runner: CliRunner, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("JIELI_DATABASE_URL", url)
    findings = found(runner, 1)
    assert findings["JIELI_DATABASE_URL"][0] == "bad"
    assert "hidden" not in str(findings)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_database_without_tables_is_as_it_should_be_before_the_first_start(
    folder: Path, runner: CliRunner, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    with fresh_database(backend, folder, f"doctor_empty_{os.getpid()}") as url:
        monkeypatch.setenv("JIELI_DATABASE_URL", url)
        assert found(runner)["database"][0] == "note"


def test_the_group_may_read_what_the_office_lets_it_read_but_no_sign_in(
    folder: Path, runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIELI_GROUP_READS", "on")
    folder.chmod(0o750)
    (folder / "jieli.db").chmod(0o640)
    assert found(runner)["rights"][0] == "good"
    sign_in_file(folder).touch(0o640)
    sign_in_file(folder).chmod(0o640)
    assert found(runner)["rights"][0] == "note"


def test_rights_that_are_too_wide_are_told(folder: Path, runner: CliRunner) -> None:
    (folder / "jieli.db").chmod(0o644)
    grade, said = found(runner)["rights"]
    assert grade == "note"
    assert str(folder / "jieli.db") in said


@pytest.mark.parametrize(("days", "grade", "code"), [(2, "note", 0), (9, "bad", 1)])
def test_an_old_backup_is_told(
    folder: Path, runner: CliRunner, days: int, grade: str, code: int
) -> None:
    then = datetime.now(UTC) - timedelta(days=days)
    note_backup(folder, LastBackup(made_at=then, file="/backups/a.zip", size=1, lost=0))
    assert found(runner, code)["backup"][0] == grade


def test_a_schema_of_a_newer_version_is_bad(folder: Path, runner: CliRunner) -> None:
    with get_engine().begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    get_engine().dispose()
    assert found(runner, 1)["database"][0] == "bad"


def test_what_runs_and_does_not_answer_is_bad(folder: Path, runner: CliRunner) -> None:
    with only_one(folder / LOCK):
        findings = found(runner, 1)
    assert findings["web"][0] == findings["prefect"][0] == "bad"
    assert os.environ["JIELI_WEB_PORT"] in findings["web"][1]


def test_a_program_that_is_there_and_does_not_answer_yet_is_starting(
    folder: Path, runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    like_prefect = ["sh", "-c", "read forever", SERVER_APP]
    environment = {**os.environ, MARK: str(folder.resolve())}
    with (
        only_one(folder / LOCK),
        subprocess.Popen(like_prefect, stdin=subprocess.PIPE, env=environment),
    ):
        findings = found(runner, 1)
        assert (findings["web"][0], findings["prefect"][0]) == ("bad", "note")
        assert "正在启动" in findings["prefect"][1]
        monkeypatch.setattr("cli.doctor.checks.START_SECONDS", 0.0)
        assert found(runner, 1)["prefect"][0] == "bad"


def test_machines_that_differ_in_key_or_attachments_are_told(
    folder: Path, runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh_database("postgresql", folder, f"doctor_machines_{os.getpid()}") as url:
        monkeypatch.setenv("JIELI_DATABASE_URL", url)
        make_marks(Settings())
        here = this_program(Settings())
        same = here._replace(name="web", machine="machine-a")
        with connected_as(url, same):
            findings = found(runner)
            assert findings["machines"] == ("good", "连着数据库的程序：machine-a：web。")
            other = same._replace(key="00000000", store="11111111", machine="machine-b")
            with connected_as(url, other):
                grade, said = found(runner, 1)["machines"]
    assert grade == "bad"
    assert "与 machine-b 的附件目录不同" in said


@contextmanager
def connected_as(url: str, program: ConnectedProgram) -> Iterator[None]:
    """Somebody is connected to the database as such a program."""
    name = f"jieli {' '.join(program)}"
    engine = create_engine(url, connect_args={"application_name": name})
    with engine.connect():
        yield
    engine.dispose()
