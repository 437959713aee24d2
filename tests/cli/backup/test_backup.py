"""`jieli backup`: one file of everything, made while others work, whole or not there."""

import json
import os
import resource
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine
from sqlmodel import Session, select

from adapters.attachment_store import digest_of
from adapters.backup.last import find_last
from adapters.database import make_engine
from adapters.root import ROOT
from cli.supervisor import only_one
from models import Account, Assignment, Role, Status, Submission
from services.assignments.recounts import list_wrong_totals
from services.filling.recalls import recall
from services.filling.sendings import Sent
from tests.answering import ANSWER, send_key, try_to_send
from tests.cli.backup.conftest import ANNEX, PHOTO, Fresh, Installation, add_photo
from tests.conftest import NOW
from tests.live import until
from tests.present import present

CLERKS = 20
JIELI = "from cli.main import app; app()"


def test_a_backup_is_one_file_for_its_owner_alone(shared: Installation, tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    done = shared.run("backup", str(file))
    assert done.exit_code == 0, done.output
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path for path in os.listdir(tmp_path) if path.startswith(".")] == []
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        for stored in (PHOTO, ANNEX):
            assert archive.read(f"files/{_nested(digest_of(stored))}") == stored
        assert archive.read("keys/workbook.key") == b"the key of this installation"
    assert manifest["tables"]["submission"]["rows"] == 1
    assert present(find_last(shared.folder)).size == file.stat().st_size


def _nested(digest: str) -> str:
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def test_a_file_that_is_there_is_overwritten_only_by_force(
    shared: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "all.zip"
    file.write_text("something else")
    refused = shared.run("backup", str(file))
    assert refused.exit_code == 1
    assert "已存在" in refused.output
    assert file.read_text() == "something else"
    assert shared.run("backup", str(file), "--force").exit_code == 0
    assert zipfile.is_zipfile(file)


def test_in_a_folder_the_newest_are_kept_and_nothing_else_is_touched(
    shared: Installation, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for name in ("jieli-20250101-020000.zip", "jieli-20260101-020000.zip", "mine.zip"):
        (folder / name).touch()
    done = shared.run("backup", str(folder), "--keep", "2")
    assert done.exit_code == 0, done.output
    old, *_ = names = sorted(os.listdir(folder))
    assert len(names) == 3
    assert old == "jieli-20260101-020000.zip"
    assert "mine.zip" in names


def test_a_photo_that_was_lost_before_is_named_and_hinders_nothing(
    busy: Installation, tmp_path: Path
) -> None:
    (busy.settings.files_dir / _nested(digest_of(PHOTO))).unlink()
    done = busy.run("backup", str(tmp_path / "all.zip"))
    assert done.exit_code == 0
    assert "1 个附件" in done.output
    assert present(find_last(busy.folder)).lost == 1


def test_two_backups_at_once_are_one(shared: Installation, tmp_path: Path) -> None:
    with only_one(shared.folder / "backup.lock"):
        refused = shared.run("backup", str(tmp_path / "all.zip"))
    assert refused.exit_code == 1
    assert "另一个备份正在进行" in refused.output


def test_without_a_database_there_is_nothing_to_back_up(fresh: Fresh, tmp_path: Path) -> None:
    refused = fresh("empty").run("backup", str(tmp_path / "all.zip"))
    assert refused.exit_code == 1
    assert "没有什么可备份" in refused.output
    assert not (tmp_path / "all.zip").exists()


def test_where_the_disk_is_full_a_sentence_is_said_and_no_half_file_left(
    busy: Installation, tmp_path: Path
) -> None:
    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    with busy.session() as session:
        measure = present(session.exec(select(Assignment.id).where(Assignment.lowest)).first())
        add_photo(session, busy.store, measure, os.urandom(200_000))
    folder = tmp_path / "full"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", JIELI, "backup", str(folder / "all.zip")],
        cwd=ROOT, preexec_fn=little_room, capture_output=True, text=True, timeout=120,
        env={**os.environ, "JIELI_DATA_DIR": str(busy.folder), "LC_ALL": "C.UTF-8",
             "JIELI_DATABASE_URL": busy.settings.database_url},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "没有写成备份" in done.stderr
    assert "Traceback" not in done.stderr
    assert os.listdir(folder) == []


@contextmanager
def clerks_sending(there: Installation) -> Iterator[set[str]]:
    """Twenty clerks send, take back and send again; the receipts they were given."""
    engine = make_engine(there.settings.engine_url)
    with Session(engine) as session:
        unsent = Assignment.status == Status.ISSUED
        lowest = select(Assignment.id, Assignment.unit_id).where(Assignment.lowest, unsent)
        ours = session.exec(lowest).all()[-CLERKS:]
        for _, unit_id in ours:
            session.add(
                Account(login=f"clerk-{unit_id}", name="村委会", password_hash="!",
                        unit_id=unit_id, role=Role.CLERK, created_at=NOW)
            )  # fmt: skip
        session.commit()
    receipts: set[str] = set()
    stop = threading.Event()
    threads = [
        threading.Thread(target=_send_on, args=(engine, *number, receipts, stop)) for number in ours
    ]
    for thread in threads:
        thread.start()
    try:
        yield receipts
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        engine.dispose()


def _send_on(
    engine: Engine | Connection | None,
    assignment_id: int,
    unit_id: int,
    receipts: set[str],
    stop: threading.Event,
) -> None:
    while not stop.is_set():
        with Session(engine) as session:
            actor = session.exec(select(Account).where(Account.login == f"clerk-{unit_id}")).one()
            sent = try_to_send(
                session, assignment_id, ANSWER, send_key=send_key(), actor=actor, now=NOW
            )
            assert isinstance(sent, Sent)
            receipt = sent.submission.receipt
            session.commit()
            receipts.add(receipt)
            recall(session, assignment_id, actor=actor, now=NOW)
            session.commit()


def test_while_twenty_clerks_send_every_receipt_given_before_is_in_the_backup(
    busy: Installation, fresh: Fresh, tmp_path: Path
) -> None:
    file = tmp_path / "all.zip"
    with clerks_sending(busy) as receipts:
        until(lambda: len(receipts) >= CLERKS)
        before = set(receipts)
        done = busy.run("backup", str(file))
    assert done.exit_code == 0, done.output

    elsewhere = fresh("elsewhere")
    done = elsewhere.run("restore", str(file))
    assert done.exit_code == 0, done.output
    assert "有误" not in done.output, "the totals of the moment are those of a recount"
    with elsewhere.session() as session:
        assert before <= set(session.exec(select(Submission.receipt)))
        assert list_wrong_totals(session) == []
        session.rollback()


@pytest.mark.parametrize("arguments", [("--keep", "3"), ()])
def test_a_place_that_cannot_be_is_refused(
    shared: Installation, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    refused = shared.run("backup", str(tmp_path / "nowhere" / "all.zip"), *arguments)
    assert refused.exit_code == 1
    assert refused.stderr
