"""Every act of an office ends in a message that says what was done, and to how many."""

from collections.abc import Callable

from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session, select

from models import Measure
from tests.building import REGION
from tests.web.conftest import World
from tests.web.office import NOTICE, drafted, taken_in
from tests.web.pages import check, fields_of, text_of


def after(client: TestClient, answer: Response) -> str:
    """What the page to which an act returns says of the act."""
    assert answer.status_code == 303
    page = check(client.get(answer.headers["location"].partition("#")[0]))
    (said,) = page.xpath("//div[@class='said']/p[@role='status']")
    return str(said.text_content())


def test_taking_in_and_checking_a_notice(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, "office")
    said = after(client, client.post("/campaigns/new", data={"text": NOTICE}))
    assert "找到 3 条措施" in said
    measure = session.exec(select(Measure).where(Measure.title == "开展入户排查")).one()
    here = f"/measures/{measure.id}"
    edited = fields_of(client.get(f"{here}/edit"), f"{here}/edit") | {"then": "save"}
    assert after(client, client.post(f"{here}/edit", data=edited)) == "已保存“开展入户排查”。"
    edited = fields_of(client.get(f"{here}/edit"), f"{here}/edit") | {"then": "confirm"}
    assert "可以下发了" in after(client, client.post(f"{here}/edit", data=edited))
    edited = fields_of(client.get(f"{here}/edit"), f"{here}/edit") | {"then": "save"}
    assert "要重新确认才能下发" in after(client, client.post(f"{here}/edit", data=edited))
    assert "已删除" in after(client, client.post(f"{here}/delete"))


def test_a_measure_and_a_header_by_hand(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    campaign, client = taken_in(session), sign_in(REGION, "office")
    here = f"/campaigns/{campaign.id}"
    added = client.post(f"{here}/measures/new", data={"title": "补充措施", "text": ""})
    assert "已添加“补充措施”" in after(client, added)
    header = fields_of(client.get(f"{here}/edit"), f"{here}/edit")
    said = after(client, client.post(f"{here}/edit", data=header))
    assert said == "通知的标题、文号和日期已保存。"


def test_confirming_and_releasing_count_whom_they_reach(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    here, client = f"/measures/{drafted(session).id}", sign_in(REGION, "office")
    assert "没有通知任何单位" in after(client, client.post(f"{here}/confirm"))
    page = client.get(f"{here}/preview")
    assert "下发给 32 个填报单位" in text_of(page)
    cells = [int(cell.text) for cell in check(page).xpath("//td[@data-label='转发并汇总']")]
    for _twice in range(2):
        said = after(client, client.post(f"{here}/release"))
        assert said == f"已下发，共 32 个单位填报，{sum(cells)} 个单位转发并汇总。"


def test_closing_and_opening_again_count_assignments(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    here, client = f"/measures/{world.measure.id}", sign_in(REGION, "office")
    assert after(client, client.post(f"{here}/close")).startswith("已办结，50 个单位")
    assert "没有变化" in after(client, client.post(f"{here}/close"))
    assert "共 50 个单位的任务" in text_of(client.get(f"{here}/open-again"))
    reason = {"reason": "还有单位没有报"}
    said = after(client, client.post(f"{here}/open-again", data=reason))
    assert said == "已重新开启，50 个单位的任务可以继续办理。"
    assert "没有变化" in after(client, client.post(f"{here}/open-again", data=reason))


def test_a_withdrawal_counts_assignments(
    world: World, session: Session, sign_in: Callable[..., TestClient]
) -> None:
    campaign = taken_in(session)
    world.measure.campaign_id = campaign.id
    session.flush()
    client = sign_in(REGION, "office")
    answer = client.post(f"/measures/{world.measure.id}/withdraw", data={"reason": "重复了"})
    assert "结束了 50 个单位的任务" in after(client, answer)


def test_a_deleted_campaign_and_a_sign_out_are_told(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    campaign, client = taken_in(session), sign_in(REGION, "office")
    title = campaign.title
    said = after(client, client.post(f"/campaigns/{campaign.id}/delete"))
    assert said == f"已删除“{title}”和它的 3 条措施。"
    assert after(client, client.post("/sign-out")) == "已退出。"
