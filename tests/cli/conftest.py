"""The command line on a database of its own, in a folder of the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.database import get_engine
from adapters.settings import get_settings


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder of an installation whose first command makes the tables."""
    monkeypatch.setenv("JIELI_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("JIELI_DATABASE_URL", "")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    get_settings.cache_clear()
    get_engine.cache_clear()
    yield tmp_path
    get_engine().dispose()
    get_engine.cache_clear()
    get_settings.cache_clear()


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner()
