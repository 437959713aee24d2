"""Prefect's sign-in: made at the first start, readable by its owner alone, the same for all."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.settings import Settings
from cli.main import app
from cli.prefect_sign_in import Unsafe, keep_sign_in, read_sign_in, sign_in_file
from cli.programs import DISPATCHER, SERVER, WEB, WORKER, programs
from cli.run import Processes
from cli.supervisor import LOCK, only_one
from rules.sentences.refusal import Refusal
from tests.live import free_port

UNUSABLE = [b"", b"\n", b"jieli\n", b"jieli:short\n", "jieli:口令口令口令口令口令口令口令".encode()]


@pytest.fixture(autouse=True)
def wide_umask() -> Iterator[None]:
    """Whatever the shell of the operator allows to others."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def said() -> list[str]:
    return []


def start(folder: Path, said: list[str]) -> str:
    return keep_sign_in(folder, lambda msgid, values: said.append(msgid % values))


def rights(file: Path) -> int:
    return file.stat().st_mode & 0o777


def test_the_first_start_makes_one_and_the_next_keeps_it(tmp_path: Path, said: list[str]) -> None:
    made = start(tmp_path / "var", said)
    assert re.fullmatch(r"jieli:[\w-]{40,}", made)
    assert start(tmp_path / "var", said) == made == read_sign_in(tmp_path / "var")
    assert start(tmp_path / "other", said) != made
    assert not said


def test_only_its_owner_may_read_it(tmp_path: Path, said: list[str]) -> None:
    start(tmp_path, said)
    assert rights(sign_in_file(tmp_path)) == 0o600


def test_a_start_that_is_killed_while_it_writes_leaves_none_and_nothing_others_may_read(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            start(tmp_path, said)
    assert not sign_in_file(tmp_path).exists()
    left = {path.name: rights(path) for path in tmp_path.iterdir()}
    assert set(left.values()) == {0o600}
    start(tmp_path, said)
    assert [path.name for path in tmp_path.iterdir()] == [sign_in_file(tmp_path).name]


def test_a_deleted_one_is_made_anew(tmp_path: Path, said: list[str]) -> None:
    first = start(tmp_path, said)
    sign_in_file(tmp_path).unlink()
    assert start(tmp_path, said) != first


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_one_that_others_may_read_is_refused_and_replaced_at_the_next_start(
    tmp_path: Path, said: list[str], mode: int
) -> None:
    known = start(tmp_path, said)
    sign_in_file(tmp_path).chmod(mode)
    with pytest.raises(Unsafe, match="别人也能读取"):
        read_sign_in(tmp_path)
    assert start(tmp_path, said) != known
    assert rights(sign_in_file(tmp_path)) == 0o600
    assert any("别人也能读取" in line for line in said)
    assert any("换新" in line for line in said)


@pytest.mark.parametrize("content", UNUSABLE, ids=range(len(UNUSABLE)))
def test_one_that_is_damaged_is_refused_and_replaced_at_the_next_start(
    tmp_path: Path, said: list[str], content: bytes
) -> None:
    sign_in_file(tmp_path).write_bytes(content)
    sign_in_file(tmp_path).chmod(0o600)
    with pytest.raises(Unsafe, match="为空或已损坏"):
        read_sign_in(tmp_path)
    assert start(tmp_path, said) == read_sign_in(tmp_path)
    assert any("为空或已损坏" in line for line in said)


def test_an_office_may_write_its_own(tmp_path: Path, said: list[str]) -> None:
    sign_in_file(tmp_path).write_text("office:correct-horse-battery-staple\n")
    sign_in_file(tmp_path).chmod(0o600)
    assert start(tmp_path, said) == "office:correct-horse-battery-staple"
    assert not said


def test_none_is_replaced_while_an_installation_runs_on_it(tmp_path: Path, said: list[str]) -> None:
    known = start(tmp_path, said)
    sign_in_file(tmp_path).chmod(0o644)
    settings = Settings(data_dir=tmp_path, web_port=free_port(), prefect_port=free_port())
    with (
        only_one(tmp_path / LOCK),
        pytest.raises(Refusal, match="已在运行"),
        Processes(settings),
    ):
        pass
    assert sign_in_file(tmp_path).read_text().strip() == known


def test_every_process_has_the_same_and_the_web_application_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING"):
        monkeypatch.setenv(name, "operator:has-set-another-one")
    given = {
        program.name: {
            program.environment.get("PREFECT_API_AUTH_STRING"),
            program.environment.get("PREFECT_SERVER_API_AUTH_STRING"),
        }
        for program in programs(Settings(data_dir=tmp_path), "jieli:that-of-the-installation")
    }
    the_same = {"jieli:that-of-the-installation"}
    assert given == {SERVER: the_same, DISPATCHER: the_same, WORKER: the_same, WEB: {None}}


@pytest.mark.parametrize("command", [("hand-down", "1"), ("dispatch",), ("prefect", "version")])
def test_a_command_says_what_is_missing_before_the_first_start(
    installation: Path, runner: CliRunner, command: tuple[str, ...]
) -> None:
    told = runner.invoke(app, command)
    assert told.exit_code == 1
    assert "请先运行 jieli run" in told.stderr


def test_a_command_says_that_prefect_does_not_run(
    installation: Path, runner: CliRunner, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIELI_PREFECT_PORT", str(free_port()))
    start(installation / "var", said)
    told = runner.invoke(app, ["hand-down", "1"])
    assert told.exit_code == 1
    assert told.stderr.strip() == "Prefect 没有运行。请先运行 jieli run。"
