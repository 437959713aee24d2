"""On pages: who cannot answer is told, the unit above answers for it, and all see that it did."""

from collections.abc import Callable

from fastapi.testclient import TestClient
from sqlmodel import Session, select

from models import Account
from tests.building import BANNER, REGION, TOWNSHIP, VILLAGE, get_unit, make_measure
from tests.web.conftest import World, account_of
from tests.web.pages import check, fields_of, text_of


def post(client: TestClient, world: World) -> str:
    """The township sends the village's form; the address of the receipt."""
    path = f"/assignments/{world.id(VILLAGE)}/form"
    fields = {name: values[0] for name, values in fields_of(client.get(path), path).items()}
    sent = client.post(path, data=fields | {"f-checked": "12", "_act": "send"})
    assert sent.status_code == 303
    return sent.headers["location"]


def test_the_township_answers_for_a_village_and_everybody_sees_it(
    session: Session, world: World, sign_in: Callable[..., TestClient]
) -> None:
    township, name = sign_in(TOWNSHIP), get_unit(session, TOWNSHIP).name
    page = township.get(f"/assignments/{world.id(VILLAGE)}")
    assert "没有账号" in text_of(page)
    assert check(page).xpath("//a[contains(.,'代它填报')]")
    assert f"您正在代“{get_unit(session, VILLAGE).name}”填报" in text_of(
        township.get(f"/assignments/{world.id(VILLAGE)}/form")
    )
    receipt = post(township, world)
    for address in (receipt, f"/assignments/{world.id(VILLAGE)}"):
        assert f"{name}代报" in text_of(township.get(address)), address
    assert "由再上一级审核" in text_of(township.get(f"/assignments/{world.id(VILLAGE)}"))
    assert township.get(f"/review/{world.id(VILLAGE)}").status_code == 404
    assert get_unit(session, VILLAGE).name not in text_of(township.get("/review"))
    banner = sign_in(BANNER, "office")
    (card,) = check(banner.get("/")).xpath("//li[.//a[contains(@href, 'stood_in=1')]]")
    assert "1 份待审核" in card.text_content()
    assert "另有 1 份由下级单位代报" in text_of(banner.get("/review"))
    assert get_unit(session, VILLAGE).name in text_of(banner.get("/review?stood_in=1"))
    assert f"{name}代报" in text_of(banner.get(f"/review/{world.id(VILLAGE)}"))
    assert "代报" in text_of(township.get(f"/assignments/{world.id(TOWNSHIP)}/below"))
    village = sign_in(VILLAGE)
    assert f"{name}代报" in text_of(village.get(f"/assignments/{world.id(VILLAGE)}"))


def test_nobody_answers_for_a_unit_with_a_working_account(
    session: Session, world: World, sign_in: Callable[..., TestClient]
) -> None:
    account_of(session, VILLAGE)
    township = sign_in(TOWNSHIP)
    assert "代它填报" not in text_of(township.get(f"/assignments/{world.id(VILLAGE)}"))
    assert township.get(f"/assignments/{world.id(VILLAGE)}/form").status_code == 404


def test_further_up_it_is_told_but_not_answered(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    banner = sign_in(BANNER)
    shown = text_of(banner.get(f"/assignments/{world.id(VILLAGE)}"))
    assert ("没有账号" in shown, "代它填报" in shown) == (True, False)
    assert banner.get(f"/assignments/{world.id(VILLAGE)}/form").status_code == 404


def test_before_a_release_the_office_sees_who_cannot_answer_and_saves_the_list(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, "office")
    office = session.exec(select(Account).where(Account.login == f"office-{REGION}")).one()
    measure = make_measure(session, office)
    account_of(session, VILLAGE)
    shown = text_of(client.get(f"/measures/{measure.id}/preview"))
    assert "自己填报不了" in shown
    listed = client.get(f"/measures/{measure.id}/silent")
    assert get_unit(session, VILLAGE).code not in listed.text
    saved = client.get(f"/measures/{measure.id}/silent?format=xlsx")
    assert saved.headers["content-type"].endswith("spreadsheetml.sheet")
    assert sign_in(BANNER, "office").get(f"/measures/{measure.id}/silent").status_code == 404
