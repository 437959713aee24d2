"""Log files are bounded while their program writes, and belong to one account alone."""

import errno
import os
import signal
import stat
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from cli import logs
from cli.logs import KEPT, keep_bounded, older, open_log
from tests.cli.test_supervisor import program, running, until

SMALL = 20_000
CHATTERBOX = """
import pathlib, signal
for number in range(40_000):
    print(number, flush=number % 100 == 0)
pathlib.Path("done").touch()
signal.pause()
"""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LOG_BYTES", SMALL)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "web.log"


def lines(first: int, last: int) -> bytes:
    return b"".join(b"%05d\n" % number for number in range(first, last))


def test_a_log_is_set_aside_while_its_program_goes_on_and_no_line_is_lost(log: Path) -> None:
    with open_log(log) as writing:
        for begin in (0, 4_000, 8_000):
            writing.write(lines(begin, begin + 4_000))
            keep_bounded(log)
        writing.write(lines(12_000, 12_010))
    assert log.read_bytes() == lines(12_000, 12_010)
    assert [path.read_bytes() for path in older(log)] == [lines(8_000, 12_000), lines(4_000, 8_000)]
    assert len(list(log.parent.iterdir())) == 1 + KEPT


def test_what_is_written_while_it_is_copied_is_copied_too(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_CHUNK", 6_000)
    with open_log(log) as writing:
        writing.write(lines(0, 4_000))
        copied = logs._copy

        class Overheard:
            """The log, whose program writes a line after every piece that is read, five times."""

            def __init__(self, source: BinaryIO) -> None:
                self.source, self.count = source, 0
                self.seek, self.fileno = source.seek, source.fileno

            def read(self, size: int) -> bytes:
                piece = self.source.read(size)
                if piece and self.count < 5:
                    writing.write(lines(4_000 + self.count, 4_001 + self.count))
                    self.count += 1
                return piece

        def overheard(source: BinaryIO, to: Path) -> None:
            # `Overheard` has what copying calls, not the whole of a file.
            copied(cast(BinaryIO, Overheard(source)), to)

        monkeypatch.setattr(logs, "_copy", overheard)
        keep_bounded(log)
    assert older(log)[0].read_bytes() + log.read_bytes() == lines(0, 4_005)


def test_a_log_that_has_grown_out_of_all_measure_keeps_its_end(log: Path) -> None:
    log.write_bytes(lines(0, 50_000))
    keep_bounded(log)
    assert log.stat().st_size == 0
    assert older(log)[0].read_bytes() == lines(0, 50_000)[-2 * SMALL :]


def test_on_a_full_disk_the_log_is_emptied_all_the_same(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_source: object, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(logs, "_copy", full)
    log.write_bytes(lines(0, 4_000))
    keep_bounded(log)
    assert log.stat().st_size == 0
    assert not older(log)[0].exists()


def test_logs_are_for_their_owner_alone_also_those_there_were_before(log: Path) -> None:
    for path in (log, *older(log)):
        path.write_bytes(lines(0, 4_000))
        path.chmod(0o644)
    open_log(log).close()
    keep_bounded(log)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (log, *older(log))} == {0o600}


def test_a_program_that_never_stops_talking_is_not_stopped_and_fills_no_disk(
    tmp_path: Path,
) -> None:
    with running(tmp_path, program("one", CHATTERBOX)) as it:
        log = it.supervisor.children[0].log
        until((tmp_path / "done").exists)
        until(lambda: log.stat().st_size <= SMALL)
        assert sum(path.stat().st_size for path in log.parent.iterdir()) <= (1 + 2 * KEPT) * SMALL
        assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_what_a_killed_supervisor_left_is_set_aside_by_the_next(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "one.log"
    log.parent.mkdir()
    log.write_bytes(lines(0, 4_000))
    with running(tmp_path, program("one")) as it:
        os.kill(it.pid(), signal.SIGKILL)
        until(lambda: it.said.count("one 已就绪") == 2)
    assert older(log)[0].read_bytes() == lines(0, 4_000)
    assert log.read_bytes() == b""
