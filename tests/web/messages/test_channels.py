"""The pages of an office's channels and of a campaign's reminders."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session, select

from models import Channel, ChannelKind, Delivery, ReminderRule, Role
from rules.messages.addresses import INSIDE
from rules.sentences.refusal import Refusal
from tests.building import BANNER, LEAGUE, OTHER_LEAGUE, REGION, VILLAGE
from tests.channels import ROBOT, make_channel
from tests.web.conftest import World
from tests.web.pages import check, fields_of, text_of
from web.messages.channels import get_find

SignIn = Callable[..., TestClient]
SECRET = "SEC-of-the-group"


@pytest.fixture
def office(app: FastAPI, sign_in: SignIn) -> TestClient:
    """The office of the league; the name `inside.example` leads into the network."""

    def find(address: str) -> None:
        if "inside.example" in address:
            raise Refusal(INSIDE)

    app.dependency_overrides[get_find] = lambda: find
    return sign_in(LEAGUE, Role.OFFICE)


def _add(office: TestClient, **typed: str) -> Response:
    form = office.get("/channels/new")
    chosen = {
        "kind": "dingtalk", "name": "旗县工作群", "robot_password": ROBOT, "sign_password": SECRET,
    } | typed  # fmt: skip
    fields = fields_of(form, "/channels") | {name: [text] for name, text in chosen.items()}
    return office.post("/channels", data=fields)


def test_an_office_adds_a_robot_and_sees_neither_address_nor_secret_again(
    session: Session, office: TestClient
) -> None:
    assert "还没有渠道" in text_of(office.get("/channels"))
    assert _add(office).status_code == 303
    channel = session.exec(select(Channel)).one()
    assert (channel.address, channel.secret) == (ROBOT, SECRET)
    shown = office.get("/channels"), office.get(f"/channels/{channel.id}")
    check(shown[1])
    for page in shown:
        assert ROBOT not in page.text
        assert SECRET not in page.text
    text = text_of(shown[0])
    assert "robot.example.com…9876" in text
    assert "经 1 个机器人发完一轮约需 2 分钟" in text
    assert "渠道已添加" in text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"robot_password": "https://inside.example/send?key=whispered"}, "内部网络"),
        ({"robot_password": "https://10.0.0.8/send?key=whispered"}, "内部网络"),
        ({"robot_password": "随便"}, "不是机器人的地址"),
        ({"name": ""}, "起个名字"),
    ],
    ids=["by name", "by number", "none", "unnamed"],
)
def test_a_wrong_channel_is_told_and_what_was_typed_is_still_there_but_for_the_secret(
    session: Session, office: TestClient, typed: dict[str, str], told: str
) -> None:
    refused = _add(office, **typed)
    assert refused.status_code == 422
    assert told in text_of(refused)
    fields = fields_of(refused, "/channels")
    assert fields["name"] == [typed.get("name", "旗县工作群")]
    assert SECRET not in refused.text
    assert "whispered" not in refused.text
    assert session.exec(select(Channel)).all() == []


def test_an_office_serves_its_own_subtree_only(office: TestClient) -> None:
    assert _add(office, serves=OTHER_LEAGUE).status_code == 404
    assert _add(office, serves=BANNER).status_code == 303
    assert _add(office, kind="email", robot_password="").status_code == 303


def test_a_channel_is_changed_tried_and_removed(session: Session, office: TestClient) -> None:
    channel = make_channel(session, LEAGUE, kind=ChannelKind.DINGTALK, secret=SECRET)
    path = f"/channels/{channel.id}"
    typed = fields_of(office.get(path), path) | {"name": ["新名字"], "unsigned": ["yes"]}
    assert office.post(path, data=typed).status_code == 303
    session.refresh(channel)
    assert (channel.name, channel.address, channel.secret) == ("新名字", ROBOT, "")
    assert office.post(f"{path}/try").status_code == 303
    assert "上一条测试消息还没有发出" in text_of(office.post(f"{path}/try"))
    assert len(session.exec(select(Delivery)).all()) == 1
    assert "测试消息：等待发出" in text_of(office.get("/channels"))
    office.post(f"{path}/remove")
    session.refresh(channel)
    assert (channel.address, channel.secret) == ("", "")
    assert office.get(path).status_code == 404


def test_others_neither_see_nor_touch_a_channel(session: Session, sign_in: SignIn) -> None:
    channel = make_channel(session, LEAGUE)
    assert sign_in(LEAGUE).get("/channels").status_code == 404
    for other in (sign_in(REGION, Role.OFFICE), sign_in(BANNER, Role.OFFICE)):
        assert "还没有渠道" in text_of(other.get("/channels"))
        assert other.get(f"/channels/{channel.id}").status_code == 404
        for act in ("", "/try", "/remove"):
            assert other.post(f"/channels/{channel.id}{act}", data={}).status_code == 404
    assert channel.removed_at is None


def test_a_campaign_is_given_its_steps_and_quiet_hours(world: World, sign_in: SignIn) -> None:
    office = sign_in(REGION, Role.OFFICE)
    path = f"/campaigns/{world.measure.campaign_id}/reminders"
    page = office.get(path)
    check(page)
    typed = fields_of(page, path)
    assert typed["after"] == ["1、3、5、10"]
    refused = office.post(path, data=typed | {"after": ["明天"]})
    assert refused.status_code == 422
    assert fields_of(refused, path)["after"] == ["明天"]
    office.post(path, data=typed | {"after": ["2，4"], "higher": [""], "closes_at": ["16"]})
    rule = world.session.exec(select(ReminderRule)).one()
    assert (rule.after, rule.higher, rule.closes_at) == ((2, 4), (), 16)
    office.post(path, data=fields_of(office.get(path), path) | {"active": ["no"]})
    world.session.refresh(rule)
    assert not rule.active
    assert sign_in(VILLAGE).get(path).status_code == 404
    assert sign_in(LEAGUE, Role.OFFICE).get(path).status_code == 404
