"""Lists as Excel files: the rows and the filter of the page, all pages, texts that stay texts."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlmodel import Session

from models import Role
from tests.building import BANNER, LEAGUE, REGION, TOWNSHIP, VILLAGE, get_unit, make_account
from tests.counting import statements
from tests.web.conftest import World
from tests.web.office import taken_in
from tests.web.pages import check, text_of
from web.edge.pages import exports
from web.edge.pages.exports import in_pages
from web.edge.pages.paging import as_file


def rows_of(answer: Any) -> list[list[Any]]:
    """The rows below the heads."""
    assert answer.status_code == 200, answer.text
    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(min_row=4, values_only=True) if any(row)]


@pytest.fixture
def office(session: Session, world: World, sign_in: Callable[..., TestClient]) -> TestClient:
    world.send(VILLAGE)
    taken_in(session)
    return sign_in(REGION, Role.OFFICE)


@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("/", "入户排查取暖安全"),
        ("/units", "赤峰市"),
        (f"/units?q={VILLAGE[:9]}", None),
        ("/accounts", None),
        ("/campaigns", "关于开展冬春季安全排查的通知"),
    ],
)
def test_a_list_of_the_office_is_exported_from_its_page(
    office: TestClient, path: str, first: str | None
) -> None:
    page = check(office.get(path))
    (link,) = page.xpath("//a[normalize-space()='导出 Excel']/@href")
    found = rows_of(office.get(link))
    assert found
    assert first is None or found[0][0] == first


def test_the_progress_of_lower_units_is_exported_with_the_telephone_of_their_offices(
    session: Session, world: World, office: TestClient
) -> None:
    get_unit(session, LEAGUE).telephone = "0476-8822"
    path = f"/measures/{world.measure.id}/progress"
    (link,) = check(office.get(path)).xpath("//a[normalize-space()='导出 Excel']/@href")
    first, second = rows_of(office.get(link))
    assert first[0] == "赤峰市"
    assert first[4:] == [15, 15, 1, 0, 0, 0, "0476-8822"]
    assert second[4:10] == [17, 17, 0, 0, 0, 0]


def test_a_clerk_exports_tasks_and_receipts_and_an_office_what_waits(
    world: World, office: TestClient, sign_in: Callable[..., TestClient]
) -> None:
    village, township = sign_in(VILLAGE), sign_in(TOWNSHIP)
    assert rows_of(village.get("/assignments?format=xlsx"))[0][2] == "待审核"
    (receipt,) = rows_of(village.get("/receipts?format=xlsx"))
    assert receipt[3] == 1
    (waiting,) = rows_of(township.get("/review?format=xlsx"))
    assert waiting[1] == VILLAGE
    assert rows_of(township.get("/review?late=1&format=xlsx")) == []
    assert rows_of(office.get("/schedules?format=xlsx")) == []


def test_a_file_holds_all_pages_with_the_filter_in_as_many_statements_whatever_there_is(
    session: Session, office: TestClient
) -> None:
    counts = []
    for number in range(3):
        make_account(session, BANNER, Role.CLERK, login=f"more-{number}")
        with statements(session) as sent:
            office.get("/accounts?format=xlsx&q=more")
        counts.append(len(sent))
    assert len(set(counts)) == 1
    for number in range(60):
        make_account(session, BANNER, Role.CLERK, login=f"most-{number}")
    assert "第 1 页，共 2 页" in text_of(office.get("/accounts?q=most"))
    assert len(rows_of(office.get("/accounts?q=most&page=2&format=xlsx"))) == 60


def test_what_looks_like_a_formula_stays_text(session: Session, office: TestClient) -> None:
    unit = get_unit(session, LEAGUE)
    for name in ("=1+1", "+86", "-1", "@SUM(A1)", "http://x.cn"):
        unit.name = name
        session.flush()
        content = office.get("/units?format=xlsx").content
        cell = load_workbook(BytesIO(content)).worksheets[0]["A4"]
        assert (cell.value, cell.data_type, cell.hyperlink) == (name, "s", None)


def test_too_long_a_list_is_refused_with_a_sentence(
    office: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST", 1)
    answer = office.get("/units?format=xlsx")
    assert answer.status_code == 409
    assert "这份名单超过 1 行，请先缩小范围再导出。" in text_of(answer)


def test_rows_are_read_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    asked = []

    def read(page: int, size: int) -> list[int]:
        asked.append(page)
        return list(range(5))[size * (page - 1) : size * page]

    assert list(in_pages(read)) == [0, 1, 2, 3, 4]
    assert asked == [1, 2, 3]


def test_the_address_of_a_file_keeps_the_filter_and_drops_the_page() -> None:
    assert as_file("/review?late=1&page=3") == "/review?late=1&format=xlsx"
    assert as_file("/units") == "/units?format=xlsx"


def test_nobody_exports_what_the_page_does_not_show(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(LEAGUE, Role.OFFICE)
    assert client.get(f"/units/{REGION}?format=xlsx").status_code == 404
    assert client.get(f"/accounts?unit={REGION}&format=xlsx").status_code == 404
    assert sign_in(VILLAGE).get("/units?format=xlsx").status_code == 404
