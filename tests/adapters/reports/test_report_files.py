from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook
from sqlalchemy import update
from sqlmodel import Session, select

from adapters.reports import report_files
from adapters.reports.excel import render_excel
from adapters.reports.report_files import FACES, folder_of, report_file, write_reports
from adapters.reports.report_page import render_page
from adapters.reports.report_view import HELD_TITLES, report_of, view
from adapters.reports.word import render_word
from adapters.settings import get_settings
from models import ComplaintKind, Event, Measure, Snapshot
from queries.reports.snapshots import list_snapshots
from services.assignments.complaints import answer_complaint, complain
from services.reports.snapshots import take_snapshots
from tests.adapters.report_faces import cell_text, page_tables, sheets, word_tables
from tests.answering import account_of
from tests.building import REGION, TOWNSHIP, VILLAGE, assignment_of
from tests.conftest import NOW
from tests.present import present
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


def test_a_ledger_has_every_row_it_and_the_paper_refer_to(
    session: Session, answered_campaign: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = take_snapshots(session, answered_campaign, [REGION], as_of=TODAY, actor=None, now=NOW)
    (report,) = map(report_of, list_snapshots(session, ids))
    count = report.data["lists"]["missing"]["count"]
    assert len(report.data["lists"]["missing"]["rows"]) == count
    shown = {found["kind"]: found for found in view(report, "zh")["lists"]}["missing"]
    assert (shown["more"], shown["beyond"]) == (count - len(shown["rows"]), 0)
    assert "各类的任务全部列出" in named_note(render_excel(report))
    monkeypatch.setattr("adapters.reports.excel.LIST_ROWS", 10)
    monkeypatch.setattr("adapters.reports.report_view.LIST_ROWS", 10)
    monkeypatch.setattr("adapters.reports.report_view.ROWS_SHOWN", 4)
    shown = {found["kind"]: found for found in view(report, "zh")["lists"]}["missing"]
    assert (shown["more"], shown["beyond"]) == (6, count - 10)
    assert "每类列出前 10 个任务，其余请在措施的进度页查看、导出" in named_note(
        render_excel(report)
    )
    assert f"台账也未列出的还有{count - 10}个任务" in render_page(report).decode()


def test_every_face_tells_what_the_units_below_complained_of(
    session: Session, answered_campaign: int
) -> None:
    measure = session.exec(select(Measure).where(Measure.campaign_id == answered_campaign)).first()
    own = assignment_of(session, present(measure), VILLAGE).id
    village, township = (account_of(session, code) for code in (VILLAGE, TOWNSHIP))
    for kind, page in (("repeated", "form"), ("repeated", ""), ("too_soon", "form")):
        complaint = complain(
            session, kind=ComplaintKind(kind), page=f"/assignments/{own}/{page}", text="",
            answer_days=3, actor=village, now=NOW,
        )  # fmt: skip
    answer_complaint(session, complaint.id, text="延到月底。", actor=township, now=NOW)
    ids = take_snapshots(session, answered_campaign, [REGION], as_of=TODAY, actor=None, now=NOW)
    (report,) = map(report_of, list_snapshots(session, ids))
    told = "下级单位反映负担问题3条（太急 1、重复 2），已答复1条，其中0条反映单位认为已解决。"
    assert told in render_page(report).decode()
    assert told in "".join(text.text for text in Document(BytesIO(render_word(report))).paragraphs)
    sheet = load_workbook(BytesIO(render_excel(report)))["概况"]
    cells = [[cell.value for cell in row[:4]] for row in sheet.iter_rows()]
    assert ["太急", 1, 1, 0] in cells
    assert ["重复", 2, 0, 0] in cells


def named_note(ledger: bytes) -> str:
    return str(load_workbook(BytesIO(ledger))["逾期与退回"]["A2"].value)


def test_every_face_tells_where_the_days_went(session: Session, answered_campaign: int) -> None:
    session.execute(update(Event).values(at=NOW - timedelta(days=6)))
    ids = take_snapshots(session, answered_campaign, [REGION], as_of=TODAY, actor=None, now=NOW)
    (report,) = map(report_of, list_snapshots(session, ids))
    held = report.data["held"]
    assert held["days"] == held["held"] + held["below"]
    assert held["held"] == sum(row["days"] for row in held["levels"])
    assert VILLAGE not in {row["code"] for row in held["units"]}
    names = [name for name in held["levels"][0] if name in HELD_TITLES]
    for kind, place in (("levels", 0), ("units", 2)):
        wanted = [[str(row[name]) for name in names] for row in held[kind]]
        assert wanted
        page = page_tables(render_page(report))[f"held-{kind}"]
        assert [row[1:] for row in page] == wanted
        paper = next(
            table
            for table in word_tables(render_word(report))
            if table[0][1] == "份数" and table[0][0] == ("层级", "单位")[place // 2]
        )
        assert [row[1:] for row in paper[1:]] == wanted
        ledger = sheets(render_excel(report))["时间去哪了"]
        rows = [[cell_text(cell) for cell in row[1 : len(names)]] for row in ledger]
        assert all(row[:-1] in rows for row in wanted)
