"""Breadcrumbs lead back to the list one came from, with its filter and page, and nowhere else."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session

from models import Role
from tests.building import REGION, TOWNSHIP, VILLAGE
from tests.web.conftest import World
from tests.web.office import taken_in
from tests.web.pages import check

Signing = Callable[..., TestClient]
HOST = "http://testserver"


def crumbs(page: Response) -> list[tuple[str, str]]:
    return [
        (link.get("href"), link.text_content())
        for link in check(page).xpath("//nav[@class='crumbs']//a")
    ]


def test_a_task_leads_back_to_the_page_of_the_list_it_was_opened_from(
    world: World, sign_in: Signing
) -> None:
    client, here = sign_in(VILLAGE), f"/assignments/{world.id(VILLAGE)}"
    came = client.get(here, headers={"Referer": f"{HOST}/assignments?page=2"})
    assert crumbs(came) == [("/", "首页"), ("/assignments?page=2", "全部任务")]
    assert crumbs(client.get(here))[1:] == [("/assignments?page=2", "全部任务")]


def test_the_way_back_survives_the_form_an_act_and_a_look_at_the_notice(
    world: World, sign_in: Signing
) -> None:
    client, here = sign_in(VILLAGE), f"/assignments/{world.id(VILLAGE)}"
    client.get(here, headers={"Referer": f"{HOST}/assignments?page=2"})
    form = client.get(f"{here}/form", headers={"Referer": f"{HOST}{here}"})
    assert crumbs(form) == [("/", "首页"), ("/assignments?page=2", "全部任务"), (here, "任务")]
    client.post(f"{here}/acknowledge", headers={"Referer": f"{HOST}{here}"})
    after = client.get(here, headers={"Referer": f"{HOST}{here}"})
    assert ("/assignments?page=2", "全部任务") in crumbs(after)


def test_one_task_leads_to_another_whose_number_begins_alike(
    world: World, sign_in: Signing
) -> None:
    client, here = sign_in(VILLAGE), f"/assignments/{world.id(VILLAGE)}"
    page = client.get(here, headers={"Referer": f"{HOST}{here}7?missing=2"})
    assert crumbs(page)[1] == (f"{here}7?missing=2", "任务")


def test_a_search_for_units_and_a_page_of_accounts_are_gone_back_to(sign_in: Signing) -> None:
    client = sign_in(REGION, Role.OFFICE)
    page = client.get(f"/units/{TOWNSHIP}", headers={"Referer": f"{HOST}/units?q=%E5%8D%97"})
    assert crumbs(page)[0] == ("/units?q=%E5%8D%97", "查找单位")
    assert crumbs(page)[1][0] == "/units"


def test_progress_and_campaigns_lead_back_to_where_one_came_from(
    world: World, sign_in: Signing, session: Session
) -> None:
    client, campaign = sign_in(REGION, Role.OFFICE), f"/campaigns/{taken_in(session).id}"
    progress = f"/measures/{world.measure.id}/progress"
    page = client.get(progress, headers={"Referer": f"{HOST}{campaign}"})
    assert crumbs(page)[:2] == [("/", "首页"), (campaign, "通知和措施")]
    further = f"{progress}?unit=150400000000"
    page = client.get(further, headers={"Referer": f"{HOST}{progress}"})
    assert crumbs(page)[1] == (campaign, "通知和措施")
    page = client.get(campaign, headers={"Referer": f"{HOST}/campaigns?page=2"})
    assert crumbs(page) == [("/campaigns?page=2", "专项工作")]
    page = client.get(campaign, headers={"Referer": f"{HOST}/search?q=a"})
    assert crumbs(page) == [("/search?q=a", "搜索"), ("/campaigns", "专项工作")]


@pytest.mark.parametrize(
    "referer",
    [
        "https://evil.example/assignments",
        f"{HOST}//evil.example/assignments",
        f"{HOST}/sign-out",
        f"{HOST}/assignments/../sign-out",
        f"{HOST}/assignments?" + "a" * 400,
        "http://[bad",
        "javascript:alert(1)",
    ],
)
def test_nobody_is_led_elsewhere(world: World, sign_in: Signing, referer: str) -> None:
    client, here = sign_in(VILLAGE), f"/assignments/{world.id(VILLAGE)}"
    assert crumbs(client.get(here, headers={"Referer": referer})) == [("/", "首页")]


@pytest.mark.parametrize(
    "address", ["//evil.example/assignments", "https://evil.example", "/\\evil", "javascript:1"]
)
def test_a_cookie_from_elsewhere_leads_nowhere(
    world: World, sign_in: Signing, address: str
) -> None:
    client, here = sign_in(VILLAGE), f"/assignments/{world.id(VILLAGE)}"
    client.cookies.set("came_from", f"{here}={address}")
    assert crumbs(client.get(here)) == [("/", "首页")]


def test_the_cookie_stays_short(world: World, sign_in: Signing) -> None:
    client = sign_in(REGION, Role.OFFICE)
    for code in (REGION, TOWNSHIP, VILLAGE, "150400000000", "150402000000", "152500000000"):
        client.get(f"/units/{code}", headers={"Referer": f"{HOST}/units?q={'1' * 200}"})
    assert len(client.cookies["came_from"]) < 1500
