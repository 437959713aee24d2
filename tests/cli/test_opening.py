"""What a wrong database address, a newer database and a folder others can read are told as."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text
from typer.testing import CliRunner

from adapters.database import get_engine, make_engine
from adapters.settings import get_settings
from cli.main import app
from tests.databases import BACKENDS, POSTGRES_URL, fresh_database
from tests.sample_tree import SAMPLE_UNITS

PASSWORD = "geheim-2026"


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        _, port = free.getsockname()
        return int(port)


def server(**parts: Any) -> str:
    """The tests' PostgreSQL with another part of its address."""
    url = make_url(POSTGRES_URL).set(password=PASSWORD, **parts)
    return url.render_as_string(hide_password=False)


ADDRESSES = {
    "no address": ("nonsense", "不是能用的数据库地址"),
    "no port": (f"postgresql+psycopg://u:{PASSWORD}@h:port/x", "不是能用的数据库地址"),
    "an @": (f"postgresql+psycopg://u:x@{PASSWORD}@127.0.0.1/x", "不是能用的数据库地址"),
    "old name": (f"postgres://u:{PASSWORD}@h/x", "以“postgres://”开头"),
    "no driver": (f"postgresql://u:{PASSWORD}@h/x", "以“postgresql://”开头"),
    "other kind": (f"mysql+pymysql://u:{PASSWORD}@h/x", "以“mysql+pymysql://”开头"),
    "no host": (server(host="nohost.invalid"), "找不到数据库服务器“nohost.invalid”"),
    "port": (server(host="127.0.0.1", port=closed_port()), "连不上数据库服务器“127.0.0.1”的端口"),
    "no folder": ("sqlite:///{folder}/none/x.db", "none 不存在"),
    "no database": ("sqlite:///{folder}/other.txt", "other.txt 不是数据库"),
    "a folder": ("sqlite:///{folder}", "打不开数据库文件"),
}


@pytest.mark.parametrize("what", ADDRESSES)
def test_a_wrong_address_is_one_sentence_without_the_password(
    installation: Path, runner: CliRunner, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    (installation / "other.txt").write_text("这是一个文本文件。" * 200)
    address, words = ADDRESSES[what]
    fails(runner, monkeypatch, address.format(folder=installation), words)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"database": "jieli_nowhere"}, "没有数据库“jieli_nowhere”"),
        ({"username": "jieli_nobody"}, "jieli_nobody"),
    ],
)
def test_what_the_server_does_not_know_is_told(
    installation: Path, runner: CliRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    parts: dict[str, Any], words: str,
) -> None:  # fmt: skip
    with fresh_database("postgresql", tmp_path, f"jieli_opening_{os.getpid()}"):
        fails(runner, monkeypatch, server(**parts), words)


def fails(runner: CliRunner, monkeypatch: pytest.MonkeyPatch, address: str, words: str) -> None:
    monkeypatch.setenv("JIELI_DATABASE_URL", address)
    for command in (["accounts", "list"], ["units", "show"], ["run"], ["dispatch"]):
        get_settings.cache_clear()
        done = runner.invoke(app, command)
        assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1), done.output
        assert words in done.stderr
        assert PASSWORD not in done.output
    monkeypatch.setenv("JIELI_DATABASE_URL", "")
    get_settings.cache_clear()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_newer_database_is_left_alone(
    installation: Path, runner: CliRunner, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    with fresh_database(backend, installation, f"jieli_newer_{os.getpid()}") as url:
        monkeypatch.setenv("JIELI_DATABASE_URL", url)
        get_settings.cache_clear()
        assert runner.invoke(app, ["units", "show"]).stderr == "没有找到。\n"
        engine = make_engine(url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = 'f00000000001'"))
        engine.dispose()
        done = runner.invoke(app, ["units", "show"])
        assert done.exit_code == 1
        assert "数据库是更新的版本用过的（f00000000001）" in done.stderr
        get_engine().dispose()
        get_engine.cache_clear()


def apart(code: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in a process of its own, as one whose files everybody may read."""
    environment = {**os.environ, "JIELI_DATA_DIR": str(folder), "JIELI_DATABASE_URL": ""}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment, umask=0o022, capture_output=True, text=True, check=False,
    )  # fmt: skip


def jieli(folder: Path, *arguments: str) -> str:
    """What the command complains of."""
    return apart("from cli.entry import main; main()", folder, *arguments).stderr


def open_to_others(folder: Path) -> list[Path]:
    return [
        path for path in (folder, *folder.rglob("*")) if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]


def test_what_a_command_stores_is_private_and_what_was_not_is_made_so(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    assert jieli(folder, "units", "import", str(SAMPLE_UNITS)) == ""
    assert (folder / "jieli.db").exists()
    assert open_to_others(folder) == []
    old = folder / "reports" / "150000000000.docx"
    old.parent.mkdir()
    old.write_bytes(b"old")
    for path, rights in ((old, 0o644), (old.parent, 0o755), (folder / "jieli.db", 0o644)):
        path.chmod(rights)
    assert "3 个文件或文件夹别的账号能读" in jieli(folder, "units", "show", "15")
    assert open_to_others(folder) == []
    assert "能读" not in jieli(folder, "units", "show", "15")


def test_the_group_may_read_where_the_office_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIELI_GROUP_READS", "1")
    folder = tmp_path / "var"
    jieli(folder, "units", "import", str(SAMPLE_UNITS))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o750
    assert stat.S_IMODE((folder / "jieli.db").stat().st_mode) == 0o640


@pytest.mark.parametrize("command", ["run", "doctor", "backup"])
def test_a_setting_that_cannot_be_is_told_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    for port in ("eighty", "99999"):
        monkeypatch.setenv("JIELI_WEB_PORT", port)
        arguments = ("backup", "x.zip") if command == "backup" else (command,)
        done = apart("from cli.entry import main; main()", tmp_path / "var", *arguments)
        assert done.returncode == 1
        assert f"JIELI_WEB_PORT　值不能用：{port}" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


SERVED = """
import asyncio
from adapters.database import get_engine
from adapters.settings import get_settings
from web.app import app, served
async def serve():
    async with served(app):
        with get_engine().begin() as connection:
            connection.exec_driver_sql("CREATE TABLE t (a)")
        (get_settings().data_dir / "new").write_text("x")
asyncio.run(serve())
"""


def test_the_pages_served_by_themselves_store_privately(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    assert apart(SERVED, folder).returncode == 0
    assert (folder / "new").exists()
    assert open_to_others(folder) == []
