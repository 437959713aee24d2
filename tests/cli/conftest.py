"""The command line on a database of its own, in a folder of the test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.database import get_engine, make_engine
from adapters.migrations import migrate
from adapters.settings import get_settings


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder around an installation (`var`) whose first command makes the tables."""
    monkeypatch.setenv("JIELI_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("JIELI_DATABASE_URL", "")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    get_settings.cache_clear()
    get_engine.cache_clear()
    yield tmp_path
    if get_engine.cache_info().currsize:
        get_engine().dispose()
    get_engine.cache_clear()
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables. Making them takes longer than most commands."""
    file = tmp_path_factory.mktemp("tables") / "jieli.db"
    engine = make_engine(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    file.chmod(0o600)
    return file


@pytest.fixture
def installation(empty: Path, tables: Path) -> Path:
    """The folder around an installation that has its tables."""
    folder = empty / "var"
    folder.mkdir(mode=0o700)
    shutil.copy(tables, folder)
    return empty


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner()
