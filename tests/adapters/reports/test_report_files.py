from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from adapters.reports import report_files
from adapters.reports.report_files import FACES, folder_of, report_file, write_reports
from adapters.reports.report_view import report_of
from adapters.settings import get_settings
from models import Snapshot
from queries.reports.snapshots import list_snapshots
from services.reports.snapshots import take_snapshots
from tests.building import REGION
from tests.conftest import NOW
from tests.reports_building import TODAY


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(get_settings(), "data_dir", tmp_path)
    return tmp_path


@pytest.fixture
def snapshots(session: Session, answered_campaign: int, data_dir: Path) -> Sequence[Snapshot]:
    return list_snapshots(
        session, take_snapshots(session, answered_campaign, None, as_of=TODAY, actor=None, now=NOW)
    )


def test_a_file_is_rendered_when_it_is_asked_for_and_kept(
    snapshots: Sequence[Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = {face: report_file(snapshots[0], face) for face in FACES}
    assert first["docx"].startswith(b"PK")
    folder = folder_of(snapshots[0].campaign_id, TODAY)
    assert {path.name for path in folder.iterdir()} == {f"{REGION}.{face}" for face in FACES}
    monkeypatch.setattr(report_files, "FACES", {})
    assert {face: report_file(snapshots[0], face) for face in FACES} == first


def test_a_file_of_an_earlier_snapshot_of_the_day_is_not_handed_out(
    snapshots: Sequence[Snapshot],
) -> None:
    stale = report_file(snapshots[0], "html")
    snapshots[0].made_at += timedelta(minutes=1)
    assert report_file(snapshots[0], "html") != stale


def test_another_language_is_another_file(snapshots: Sequence[Snapshot]) -> None:
    assert report_file(snapshots[0], "docx", "en") != report_file(snapshots[0], "docx")


def test_many_reports_are_written_whole_by_several_processes(
    snapshots: Sequence[Snapshot], tmp_path: Path
) -> None:
    reports = [report_of(snapshot) for snapshot in snapshots]
    assert len(reports) > report_files.FEW
    assert write_reports(tmp_path / "many", reports, processes=2) == len(reports)
    names = sorted(path.name for path in (tmp_path / "many").iterdir())
    assert len(names) == len(reports) * len(FACES)
    assert not [name for name in names if name.startswith(".")]


def test_an_unknown_face_is_an_error(snapshots: Sequence[Snapshot]) -> None:
    with pytest.raises(KeyError):
        report_file(snapshots[0], "exe")
