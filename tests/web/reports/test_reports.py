import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from adapters.settings import get_settings
from models import Measure, Schedule, Snapshot
from queries.campaigns.occurrences import list_open
from services.campaigns import occurrences
from services.campaigns.closings import close_measures
from tests.building import BANNER, LEAGUE, OTHER_LEAGUE, REGION, VILLAGE, release_down
from tests.conftest import NOW
from tests.web.office import drafted, office_of
from tests.web.pages import check, text_of

TODAY = "2026-11-23"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Report files of a test go to its own folder."""
    monkeypatch.setattr(get_settings(), "data_dir", tmp_path)


@pytest.fixture
def campaign(session: Session) -> int:
    """A campaign of the region, handed down to every village."""
    measure: Measure = drafted(session, confirmed=True)
    release_down(session, measure, office_of(session))
    return measure.campaign_id


def test_a_unit_makes_and_reads_its_own_report(
    session: Session, sign_in: Callable[..., TestClient], campaign: int
) -> None:
    client = sign_in(BANNER)
    assert "冬春季安全排查" in text_of(client.get("/reports"))
    assert "还没有报告" in text_of(client.get(f"/reports/{campaign}"))
    answer = client.post(f"/reports/{campaign}/{BANNER}")
    assert answer.headers["location"] == f"/reports/{campaign}/{BANNER}/{TODAY}"
    assert "落实情况报告" in text_of(client.get(answer.headers["location"]))
    assert client.post(f"/reports/{campaign}/{BANNER}").status_code == 303
    assert len(session.exec(select(Snapshot)).all()) == 1


def test_the_files_of_a_report_can_be_downloaded(
    sign_in: Callable[..., TestClient], campaign: int
) -> None:
    client = sign_in(LEAGUE)
    address = client.post(f"/reports/{campaign}/{LEAGUE}").headers["location"]
    for face, part in (("docx", "word/document.xml"), ("xlsx", "xl/workbook.xml")):
        answer = client.get(f"{address}/{face}")
        assert part in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        assert f"{TODAY}.{face}" in answer.headers["content-disposition"]
    assert client.get(f"{address}/pdf").status_code == 404


def test_a_unit_above_reads_it_and_one_beside_does_not(
    sign_in: Callable[..., TestClient], campaign: int
) -> None:
    address = sign_in(LEAGUE).post(f"/reports/{campaign}/{LEAGUE}").headers["location"]
    above = sign_in(REGION)
    assert check(above.get(address)) is not None
    assert "赤峰" in text_of(above.get(f"/reports/{campaign}", params={"unit": LEAGUE}))
    for beside in (sign_in(OTHER_LEAGUE, "office"), sign_in(VILLAGE)):
        assert beside.get(address).status_code == 404
        assert beside.get(f"{address}/docx").status_code == 404
        assert beside.get(f"/reports/{campaign}", params={"unit": LEAGUE}).status_code == 404
        assert beside.post(f"/reports/{campaign}/{LEAGUE}").status_code == 404


def test_a_report_that_was_never_made_is_not_there(
    sign_in: Callable[..., TestClient], campaign: int
) -> None:
    client = sign_in(REGION, "office")
    assert client.get(f"/reports/{campaign}/{REGION}/2026-01-01").status_code == 404
    assert client.get(f"/reports/{campaign}/{REGION}/yesterday").status_code == 404
    assert client.get("/reports/999999").status_code == 404


def test_the_owning_office_has_the_reports_of_every_unit_made(
    session: Session, sign_in: Callable[..., TestClient], campaign: int
) -> None:
    client = sign_in(REGION, "office")
    answer = client.post(f"/reports/{campaign}/every-unit")
    assert "已安排" in text_of(client.get(answer.headers["location"]))
    schedule = session.exec(select(Schedule)).one()
    assert (schedule.work, schedule.campaign_id, schedule.cron) == ("report", campaign, "")
    assert sign_in(LEAGUE, "office").post(f"/reports/{campaign}/every-unit").status_code == 404
    again = client.post(f"/reports/{campaign}/every-unit")
    assert "没有重复安排" in text_of(client.get(again.headers["location"]))
    assert len(session.exec(select(Schedule)).all()) == 1


def test_the_page_says_how_far_the_reports_of_every_unit_are(
    session: Session, app: FastAPI, sign_in: Callable[..., TestClient], campaign: int
) -> None:
    client = sign_in(REGION, "office")
    client.post(f"/reports/{campaign}/every-unit")
    (order,) = [report.id for report in list_open(session)]

    def told() -> str:
        page = client.get(f"/reports/{campaign}")
        check(page)
        shown = text_of(page)
        return shown[shown.index("所有单位的报告") : shown.index("自治区的报告")]

    assert "2026-11-23 09:00 等待办理 很快开始" in told()
    assert occurrences.begin(session, order, now=NOW) == 1
    occurrences.hand_over(session, order, 1, "a flow run", now=NOW)
    assert "等待办理" in told()
    occurrences.show_life(session, order, 1, now=NOW)
    assert "正在办理 正在汇总数据。" in told()
    occurrences.show_life(session, order, 1, now=NOW, units=18, rendered=7)
    assert "正在办理 已生成 7 / 18 个单位的报告。" in told()
    occurrences.give_up(session, order, 1, now=NOW)
    assert "中断后等待再次办理 中断过 1 次。 最早 2026-11-23 09:00 再次办理。" in told()
    later = NOW + timedelta(minutes=3)
    assert occurrences.begin(session, order, now=later) == 2
    occurrences.hand_over(session, order, 2, "another", now=later)
    occurrences.show_life(session, order, 2, now=later, units=18, rendered=17)
    assert "正在办理 已生成 17 / 18 个单位的报告。 中断过 1 次。" in told()
    occurrences.finish(session, order, now=later)
    assert "已办理 办理于 2026-11-23 09:03" in told()
    assert "所有单位的报告 2026" not in text_of(sign_in(LEAGUE).get(f"/reports/{campaign}"))


def test_every_face_says_that_a_measure_is_closed(
    session: Session, sign_in: Callable[..., TestClient], campaign: int
) -> None:
    measures = session.exec(select(Measure).where(Measure.campaign_id == campaign)).all()
    released = [measure for measure in measures if measure.status == "released"]
    close_measures(session, released, actor=office_of(session), now=NOW)
    client = sign_in(LEAGUE)
    address = client.post(f"/reports/{campaign}/{LEAGUE}").headers["location"]
    assert "（已办结）" in text_of(client.get(address))
    for face, part in (("docx", "word/document.xml"), ("xlsx", "xl/sharedStrings.xml")):
        packed = zipfile.ZipFile(io.BytesIO(client.get(f"{address}/{face}").content))
        assert "已办结" in packed.read(part).decode(), face
