"""One rule of counting: the same scene gives the same figures wherever a measure is counted."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from docx import Document
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlmodel import Session

from models import Gate, Measure, Role
from queries.assignments.coverage import get_coverage
from services.assignments.assignments import release
from services.campaigns.closings import close_measures
from services.campaigns.measures import GateChoice
from tests.building import (
    REGION,
    TOWNSHIP,
    assignment_of,
    make_account,
    make_measure,
    release_down,
)
from tests.conftest import NOW
from tests.web.conftest import account_of
from tests.web.pages import check, text_of


def words(table: Any) -> list[list[str]]:
    return [
        [" ".join(cell.text_content().split()) for cell in row.xpath("th|td")]
        for row in table.xpath(".//tr")
    ]


def test_every_face_says_the_same_of_a_measure_on_its_way(
    session: Session, on_its_way: Measure, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, Role.OFFICE)
    measure = on_its_way
    home = words(check(client.get("/")).xpath("//details[@id='standings']//table")[0])
    assert home[2][2:6] == ["32", "15", "1/32", "0/32"]
    progress = client.get(f"/measures/{measure.id}/progress")
    assert "1/32 已报（份）" in text_of(progress)
    assert "0/32 已审（份）" in text_of(progress)
    assert "17 还没有交办到" in text_of(progress)
    lower = words(check(progress).xpath("//table[@id='lower']")[0])
    assert [row[2:5] for row in lower[1:]] == [
        ["15", "15", "1"], ["17", "0", "0"], ["32", "15", "1"],
    ]  # fmt: skip
    board = client.get(f"/campaigns/{measure.campaign_id}/board")
    assert "1/32 已报（份）" in text_of(board)
    assert "0/32 已审（份）" in text_of(board)
    campaign = check(client.get(f"/campaigns/{measure.campaign_id}"))
    assert "1/32" in campaign.xpath(f"string(//tr[@id='measure-{measure.id}'])")
    own = assignment_of(session, measure, REGION)
    assert get_coverage(session, own)["units"] == {"answering": 32, "reported": 1, "reviewed": 0}

    made = client.post(f"/reports/{measure.campaign_id}/{REGION}")
    report = made.headers["location"]
    page = check(client.get(report))
    assert words(page.xpath("//table[@id='measures']")[0])[1][1:5] == ["32", "15", "1", "0"]
    assert words(page.xpath("//table[@id='lower']")[0])[-1][1:5] == ["32", "15", "1", "0"]
    assert "已报 1/32" in text_of(client.get(report))
    assert "单位报齐 1/32" in text_of(client.get(report))
    alone = client.get(f"{report}/html").content.decode()
    assert "已报 1/32" in alone
    word = Document(BytesIO(client.get(f"{report}/docx").content))
    told = "\n".join(paragraph.text for paragraph in word.paragraphs)
    assert "下级单位应报32份，已交办15份" in told
    assert "已报1份（占3.1%）" in told
    book = load_workbook(BytesIO(client.get(f"{report}/xlsx").content))
    rows = [[cell.value for cell in row] for row in book["按下级单位"].iter_rows()]
    (total,) = (row for row in rows if row[1] == "合计")
    assert total[2:6] == [32, 15, 1, 0]


def test_nobody_else_will_be_asked_once_a_measure_is_closed(
    session: Session, on_its_way: Measure, sign_in: Callable[..., TestClient]
) -> None:
    office = account_of(session, REGION, Role.OFFICE)
    close_measures(session, [on_its_way], actor=office, now=NOW)
    client = sign_in(REGION, Role.OFFICE)
    assert "1/15 已报（份）" in text_of(client.get(f"/measures/{on_its_way.id}/progress"))
    campaign = check(client.get(f"/campaigns/{on_its_way.campaign_id}"))
    assert "1/15" in campaign.xpath(f"string(//tr[@id='measure-{on_its_way.id}'])")


def test_a_wish_that_is_not_carried_out_yet_takes_nobody_from_the_denominator(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    office = make_account(session, REGION, Role.OFFICE)
    measure = make_measure(session, office, gates={"township": GateChoice(Gate.DETAIL)})
    release_down(session, measure, office)
    clerk = account_of(session, TOWNSHIP)
    release(session, assignment_of(session, measure, TOWNSHIP).id, actor=clerk, now=NOW)
    page = text_of(sign_in(REGION).get(f"/measures/{measure.id}/progress"))
    assert "0/32 已报（份）" in page


def test_a_unit_that_answers_counts_in_its_own_row_and_not_in_the_level_below(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    office = make_account(session, REGION, Role.OFFICE)
    both = (("township", ""), ("village", ""))
    measure = make_measure(session, office, addressees=both)
    release_down(session, measure, office)
    page = check(sign_in(REGION).get(f"/measures/{measure.id}/progress"))
    total = words(page.xpath("//table[@id='lower']")[0])[-1]
    assert total[2:5] == ["43", "43", "0"]  # 11 townships and 32 villages
