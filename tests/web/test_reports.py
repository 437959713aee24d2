import io
import zipfile

import pytest
from sqlmodel import Session, select

from adapters.settings import get_settings
from models import Measure, Schedule, Snapshot
from tests.building import BANNER, LEAGUE, OTHER_LEAGUE, REGION, VILLAGE, release_down
from tests.web.office import drafted, office_of
from tests.web.pages import check, text_of

TODAY = "2026-11-23"


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch) -> None:
    """Report files of a test go to its own folder."""
    monkeypatch.setattr(get_settings(), "data_dir", tmp_path)


@pytest.fixture
def campaign(session: Session) -> int:
    """A campaign of the region, handed down to every village."""
    measure: Measure = drafted(session, confirmed=True)
    release_down(session, measure, office_of(session))
    return measure.campaign_id


def test_a_unit_makes_and_reads_its_own_report(session: Session, sign_in, campaign: int) -> None:
    client = sign_in(BANNER)
    assert "冬春季安全排查" in text_of(client.get("/reports"))
    assert "还没有报告" in text_of(client.get(f"/reports/{campaign}"))
    answer = client.post(f"/reports/{campaign}/{BANNER}")
    assert answer.headers["location"] == f"/reports/{campaign}/{BANNER}/{TODAY}"
    assert "落实情况报告" in text_of(client.get(answer.headers["location"]))
    assert client.post(f"/reports/{campaign}/{BANNER}").status_code == 303
    assert len(session.exec(select(Snapshot)).all()) == 1


def test_the_files_of_a_report_can_be_downloaded(sign_in, campaign: int) -> None:
    client = sign_in(LEAGUE)
    address = client.post(f"/reports/{campaign}/{LEAGUE}").headers["location"]
    for face, part in (("docx", "word/document.xml"), ("xlsx", "xl/workbook.xml")):
        answer = client.get(f"{address}/{face}")
        assert part in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        assert f"{TODAY}.{face}" in answer.headers["content-disposition"]
    assert client.get(f"{address}/pdf").status_code == 404


def test_a_unit_above_reads_it_and_one_beside_does_not(sign_in, campaign: int) -> None:
    address = sign_in(LEAGUE).post(f"/reports/{campaign}/{LEAGUE}").headers["location"]
    above = sign_in(REGION)
    assert check(above.get(address)) is not None
    assert "赤峰" in text_of(above.get(f"/reports/{campaign}", params={"unit": LEAGUE}))
    for beside in (sign_in(OTHER_LEAGUE, "office"), sign_in(VILLAGE)):
        assert beside.get(address).status_code == 404
        assert beside.get(f"{address}/docx").status_code == 404
        assert beside.get(f"/reports/{campaign}", params={"unit": LEAGUE}).status_code == 404
        assert beside.post(f"/reports/{campaign}/{LEAGUE}").status_code == 404


def test_a_report_that_was_never_made_is_not_there(sign_in, campaign: int) -> None:
    client = sign_in(REGION, "office")
    assert client.get(f"/reports/{campaign}/{REGION}/2026-01-01").status_code == 404
    assert client.get(f"/reports/{campaign}/{REGION}/yesterday").status_code == 404
    assert client.get("/reports/999999").status_code == 404


def test_the_owning_office_has_the_reports_of_every_unit_made(
    session: Session, sign_in, campaign: int
) -> None:
    client = sign_in(REGION, "office")
    answer = client.post(f"/reports/{campaign}/every-unit")
    assert "已安排" in text_of(client.get(answer.headers["location"]))
    schedule = session.exec(select(Schedule)).one()
    assert (schedule.work, schedule.campaign_id, schedule.cron) == ("report", campaign, "")
    assert sign_in(LEAGUE, "office").post(f"/reports/{campaign}/every-unit").status_code == 404
    assert len(session.exec(select(Schedule)).all()) == 1
