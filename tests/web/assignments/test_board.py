"""The board of a campaign, on its page."""

from collections.abc import Callable
from io import BytesIO

from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlmodel import Session

from models import Campaign, Measure, Role
from tests.building import (
    BANNER,
    LEAGUE,
    OTHER_LEAGUE,
    OTHER_VILLAGE,
    REGION,
    make_campaign,
    make_measure,
    release_down,
)
from tests.counting import statements
from tests.web.conftest import account_of
from tests.web.pages import check, text_of

SignIn = Callable[..., TestClient]


def path_of(measure: Measure) -> str:
    return f"/campaigns/{measure.campaign_id}/board"


def test_the_board_says_where_a_measure_waits_and_who_holds_how_many_up(
    on_its_way: Measure, sign_in: SignIn
) -> None:
    answer = sign_in(REGION, Role.OFFICE).get(path_of(on_its_way))
    page, text = check(answer), text_of(answer)
    assert "锡林郭勒盟 待签收 下面 17 个单位在等" in text
    assert "盟市：等锡林郭勒盟下发" in text
    rows = page.xpath("//details[@id='table']//tbody/tr")
    cells = [[cell.text_content().strip() for cell in row.xpath("td")] for row in rows]
    assert cells[0] == ["盟市", "2", "0", "0", "1", "1", "0", "0", "0"]
    assert cells[-1] == ["嘎查村社区", "32", "0", "1", "0", "14", "17", "0", "0"]
    tiles = [" ".join(tile.text_content().split()) for tile in page.xpath("//*[@role='group']/a")]
    assert tiles == ["赤峰市赤峰市 6% 1/15", "锡林郭勒盟锡林郭勒盟 0% 0/17"]


def test_a_league_and_a_banner_have_boards_of_their_own_subtree(
    on_its_way: Measure, sign_in: SignIn
) -> None:
    path = path_of(on_its_way)
    assert "1/15 已报（份）" in text_of(sign_in(LEAGUE).get(path))
    above = sign_in(REGION, Role.OFFICE)
    assert "1/15 已报（份）" in text_of(above.get(f"{path}?unit={LEAGUE}"))
    banner = text_of(sign_in(BANNER).get(path))
    assert "1/" in banner
    assert "锡林郭勒盟" not in banner
    assert sign_in(LEAGUE).get(f"{path}?unit={OTHER_LEAGUE}").status_code == 404
    assert sign_in(OTHER_VILLAGE).get(path).status_code == 404


def test_one_click_reminds_and_says_what_it_did(on_its_way: Measure, sign_in: SignIn) -> None:
    client, path = sign_in(REGION, Role.OFFICE), path_of(on_its_way)
    holder = check(client.get(path)).xpath("//input[@name='assignment']")[0].get("value")
    data = {"assignment": holder, "unit": REGION}
    for said in ("已催办 1 个单位", "1 个单位今天已经催办过"):
        answer = client.post(f"{path}/remind", data=data)
        page = client.get(answer.headers["location"])
        assert said in text_of(page)
        assert "今天已催办" in text_of(page)
        assert not check(page).xpath("//input[@name='assignment']")
    assert "催办：请尽快办理" in text_of(sign_in(OTHER_LEAGUE).get("/messages"))
    assert sign_in(LEAGUE).post(f"{path}/remind", data=data).status_code == 404


def test_one_measure_and_five_take_the_same_statements(
    on_its_way: Measure, sign_in: SignIn, session: Session
) -> None:
    client, path = sign_in(REGION, Role.OFFICE), path_of(on_its_way)
    with statements(session) as for_one:
        client.get(path)
    office = account_of(session, REGION, Role.OFFICE)
    campaign = session.get_one(Campaign, on_its_way.campaign_id)
    for number in range(4):
        release_down(
            session, make_measure(session, office, campaign, title=f"措施{number}"), office
        )
    with statements(session) as for_five:
        page = text_of(client.get(path))
    assert "措施3" in page
    assert len(for_one) == len(for_five) <= 20


def test_a_campaign_without_measures_says_what_will_be_seen(
    sign_in: SignIn, session: Session
) -> None:
    client = sign_in(REGION, Role.OFFICE)
    campaign = make_campaign(session, account_of(session, REGION, Role.OFFICE))
    page = text_of(client.get(f"/campaigns/{campaign.id}/board"))
    assert "还没有下发的措施" in page


def test_the_table_behind_is_a_file(on_its_way: Measure, sign_in: SignIn) -> None:
    answer = sign_in(REGION, Role.OFFICE).get(f"{path_of(on_its_way)}?format=xlsx")
    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    rows = [row for row in sheet.iter_rows(values_only=True) if row[3]]
    assert rows[0][3:6] == ("层级", "单位数", "已审")
    assert [row[4] for row in rows[1:]] == [2, 4, 11, 32]


def test_a_campaign_of_a_lower_unit_is_seen_from_above(session: Session, sign_in: SignIn) -> None:
    office = account_of(session, LEAGUE, Role.OFFICE)
    measure = make_measure(session, office)
    release_down(session, measure, office)
    page = text_of(sign_in(REGION, Role.OFFICE).get(path_of(measure)))
    assert "0/15 已报（份）" in page
