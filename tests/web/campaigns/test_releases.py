import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session, select

from models import (
    Assignment,
    Gate,
    HandDown,
    MeasureStatus,
    NoticeFile,
    NoticeFileKind,
    Tag,
    UnitTag,
)
from queries.campaigns.measures import list_reach
from services.campaigns.measures import GateChoice, confirm_measure, release_measure
from services.campaigns.schedules import schedule_release
from services.units.unit_groups import count_groups
from tests.building import (
    LEAGUE,
    OTHER_VILLAGE,
    REGION,
    VILLAGE,
    get_unit,
    hand_down_now,
    make_form,
    release_down,
)
from tests.conftest import NOW
from tests.counting import statements
from tests.sample_tree import LEVELS
from tests.web.office import drafted, office_of
from tests.web.pages import check, fields_of, text_of

CODES = {name: code for code, (name, _) in LEVELS.items()}


def numbers(answer: Response) -> list[tuple[str, str, str]]:
    """Level, answering, passing on, as the preview's table shows them."""
    rows = check(answer).xpath("(//table)[1]/tbody/tr")
    return [
        (level, answering, passing_on)
        for level, answering, passing_on in (
            (" ".join(cell.text_content().split()) for cell in row[:3]) for row in rows
        )
    ]


def test_the_preview_counts_exactly_what_a_release_then_reaches(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session, confirmed=True)
    shown = numbers(sign_in(REGION, "office").get(f"/measures/{measure.id}/preview"))
    reached = [level.level for level in list_reach(session, measure)]
    assert reached == ["league", "banner", "township", "village"]  # and not the issuer itself
    release_down(session, measure, office_of(session))
    for level, answering, passing_on in shown:
        code = {"盟市": "league", "旗县区": "banner", "苏木乡镇街道": "township"}.get(
            level, "village"
        )
        found = session.exec(
            select(Assignment.answering).where(
                Assignment.measure_id == measure.id, Assignment.level == code
            )
        ).all()
        assert (sum(found), len(found) - sum(found)) == (int(answering), int(passing_on))
    assert len(shown) == 4


def test_the_preview_says_what_it_costs_and_when_it_is_due(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    gates = {"league": GateChoice(Gate.DETAIL, 3)}
    measure = drafted(session, confirmed=True, gates=gates)
    shown = text_of(sign_in(REGION, "office").get(f"/measures/{measure.id}/preview"))
    assert "12月20日（周日）" in shown
    assert "2026-12-20" in shown
    assert "还有 14 个工作日" in shown
    assert "细化后由本级下发" in shown
    assert "最多等 3 个工作日" in shown
    assert re.search(r"共 3 项，每个单位约 \d+ 分钟", shown)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"due_rule": "2026-11-25", "review_days": 0}, "只有2个工作日"),
        ({"due_rule": "2026-11-20"}, "已到或已过"),
        ({"due_rule": "2031-05-06"}, "放假安排尚未公布"),
        ({"due_rule": ""}, "尚未确定办理时限"),
        ({"addressees": ()}, "没有一个单位会收到"),
        ({"addressees": (("village", "border"),)}, "没有一个单位会收到"),
    ],
)
def test_the_preview_warns(
    session: Session, sign_in: Callable[..., TestClient], content: dict[str, Any], sentence: str
) -> None:
    measure = drafted(session, **content)
    answer = sign_in(REGION, "office").get(f"/measures/{measure.id}/preview")
    assert sentence in text_of(answer)


def test_a_release_with_nobody_addressed_is_refused_with_a_sentence(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session, addressees=())
    measure.status = MeasureStatus.CONFIRMED
    session.flush()
    client = sign_in(REGION, "office")
    assert (
        check(client.get(f"/measures/{measure.id}/preview")).xpath(
            f"//form[@action='/measures/{measure.id}/release']"
        )
        == []
    )
    answer = client.post(f"/measures/{measure.id}/release")
    assert answer.status_code == 409
    assert "没有下发对象" in text_of(answer)
    assert session.exec(select(HandDown)).all() == []


def test_a_double_click_releases_once(session: Session, sign_in: Callable[..., TestClient]) -> None:
    measure = drafted(session, confirmed=True)
    client = sign_in(REGION, "office")
    for _ in range(2):
        assert client.post(f"/measures/{measure.id}/release").status_code == 303
    assert len(session.exec(select(HandDown)).all()) == 1
    assert len(session.exec(select(Assignment)).all()) == 1


def test_a_draft_cannot_be_released(session: Session, sign_in: Callable[..., TestClient]) -> None:
    measure = drafted(session)
    answer = sign_in(REGION, "office").post(f"/measures/{measure.id}/release")
    assert answer.status_code == 409
    assert "草稿" in text_of(answer)


def test_the_page_renews_itself_until_the_hand_down_is_done(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session, confirmed=True)
    client, address = sign_in(REGION, "office"), f"/measures/{measure.id}/preview"
    wish = release_measure(session, measure, actor=office_of(session), now=NOW)
    waiting = client.get(address)
    assert check(waiting).xpath("//meta[@http-equiv='refresh']/@content") == ["2"]
    assert "正在下发" in text_of(waiting)
    hand_down_now(session, [wish])
    done = client.get(address)
    assert check(done).xpath("//meta[@http-equiv='refresh']") == []
    assert "已到达 2 个单位" in text_of(done)


def test_the_lists_of_units_are_paged_and_searched(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session)
    client = sign_in(REGION, "office")
    page = f"/measures/{measure.id}/preview/village"
    rows = check(client.get(page)).xpath("//tbody/tr")
    name = rows[0].xpath("th")[0].text
    found = check(client.get(page, params={"q": name})).xpath("//tbody/tr/th/text()")
    assert name in found
    assert "没有找到" in text_of(client.get(page, params={"q": "100%_'"}))
    assert client.get(f"/measures/{measure.id}/preview/nowhere").status_code == 404


def test_units_that_take_no_assignments_are_named_and_not_reached(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session)
    client = sign_in(REGION, "office")
    before = numbers(client.get(f"/measures/{measure.id}/preview"))[-1]
    village = get_unit(session, "150402005002")
    village.takes_assignments = False
    count_groups(session)
    after = client.get(f"/measures/{measure.id}/preview")
    assert int(numbers(after)[-1][1]) == int(before[1]) - 1
    assert "另有 1 个单位" in text_of(after)
    left_out = text_of(client.get(f"/measures/{measure.id}/preview/left-out"))
    assert village.name in left_out


def test_a_preview_costs_the_same_statements_whatever_it_reaches(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    form = make_form(session, office_of(session))
    few = drafted(session, addressees=(("league", ""),), form=form)
    many = drafted(session, addressees=(("village", ""), ("township", "")), form=form)
    client = sign_in(REGION, "office")
    counts = []
    for measure in (few, many):
        with statements(session) as log:
            client.get(f"/measures/{measure.id}/preview")
        counts.append(len(log))
    assert counts[0] == counts[1] < 28


def test_a_withdrawal_needs_a_reason_and_ends_every_assignment(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session, confirmed=True)
    release_down(session, measure, office_of(session))
    count = len(session.exec(select(Assignment)).all())
    client, address = sign_in(REGION, "office"), f"/measures/{measure.id}/withdraw"
    assert f"共 {count} 个单位" in text_of(client.get(address))
    refused = client.post(address, data={"reason": " "})
    assert refused.status_code == 422
    assert "原因" in text_of(refused)
    assert client.post(address, data={"reason": "与上级通知合并"}).status_code == 303
    session.expire_all()
    assert set(session.exec(select(Assignment.status))) == {"withdrawn"}
    assert "不需要撤回" in text_of(client.get(address))


@pytest.mark.parametrize(("code", "role"), [(REGION, "clerk"), (LEAGUE, "office")])
def test_nobody_but_the_owning_office_releases(
    session: Session, sign_in: Callable[..., TestClient], code: str, role: str
) -> None:
    measure = drafted(session, confirmed=True)
    stranger = sign_in(code, role)
    for path in ("preview", "preview/village", "preview/left-out", "withdraw"):
        assert stranger.get(f"/measures/{measure.id}/{path}").status_code == 404
    for act in ("release", "withdraw"):
        assert stranger.post(f"/measures/{measure.id}/{act}").status_code == 404
    assert session.exec(select(HandDown)).all() == []


def test_the_preview_confirms_a_draft_or_says_what_is_missing(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, "office")
    ready, undated = drafted(session), drafted(session, due_rule="")
    assert client.post(f"/measures/{ready.id}/confirm").status_code == 303
    answer = client.post(f"/measures/{undated.id}/confirm")
    assert answer.status_code == 409
    assert "请先确定办理时限" in text_of(answer)
    session.refresh(ready)
    assert (ready.status, undated.status) == ("confirmed", "draft")


def test_the_preview_shows_everything_that_goes_out(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    session.add(Tag(code="border", name="边境", name_en="border"))
    for code in (VILLAGE, OTHER_VILLAGE):
        session.add(UnitTag(unit_id=get_unit(session, code).id, tag="border"))
    count_groups(session)
    measure = drafted(session, addressees=(("banner", ""), ("village", "border")))
    measure.target_count, measure.target_label = 2, "次集中排查"
    measure.lead, measure.cooperating = "应急管理厅", "住建厅"
    confirm_measure(session, measure, sums_meant=True, actor=office_of(session), now=NOW)
    at = NOW + timedelta(days=1)
    schedule_release(session, measure, at, actor=office_of(session), now=NOW)
    answer = sign_in(REGION, "office").get(f"/measures/{measure.id}/preview")
    shown = text_of(answer)
    for told in (
        measure.text, "数据填报", "2次集中排查", "应急管理厅", "住建厅", "冬春季安全排查",
        "定时下发：2026-11-24 09:00",
    ):  # fmt: skip
        assert told in shown
    assert ("嘎查村社区", "2边境 2", "0") in numbers(answer)
    assert check(answer).xpath("//details[@open]//div[@class='text']")


def test_the_preview_names_the_files_that_go_out_with_the_measure(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session)
    session.add(
        NoticeFile(
            token="t" * 20, campaign_id=measure.campaign_id, kind=NoticeFileKind.ANNEX,
            name="样表.xlsx", size=2048, digest="0" * 64, added_at=NOW,
            added_by=office_of(session).id,
        )
    )  # fmt: skip
    page = check(sign_in(REGION, "office").get(f"/measures/{measure.id}/preview"))
    href = f"/notices/{measure.campaign_id}/files/{'t' * 20}"
    assert page.xpath(f"//dl//a[@href='{href}']/text()") == ["样表.xlsx"]


@pytest.mark.parametrize("many", [40, 100])
def test_a_release_to_many_units_is_asked_about_on_a_page_with_the_count(
    session: Session,
    sign_in: Callable[..., TestClient],
    monkeypatch: pytest.MonkeyPatch,
    many: int,
) -> None:
    monkeypatch.setattr("web.campaigns.release_asked.MANY", many)
    measure = drafted(session, confirmed=True)
    client, path = sign_in(REGION, "office"), f"/measures/{measure.id}/release"
    answer = client.post(path)
    assert answer.headers["location"] == (path if many == 40 else f"/measures/{measure.id}/preview")
    assert str(measure.status) == ("confirmed" if many == 40 else "released")
    if many == 40:
        asked = client.get(path)
        assert "下发给 32 个填报单位" in text_of(asked)
        client.post(path, data=fields_of(asked, path) | {"sure": "yes"})
        assert str(measure.status) == "released"


def test_a_release_that_reached_nobody_says_so(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, "office")
    measure = drafted(session, confirmed=True)
    release_measure(session, measure, actor=office_of(session), now=NOW)
    wish = session.exec(select(HandDown).where(HandDown.measure_id == measure.id)).one()
    wish.done_at = NOW
    session.flush()
    shown = text_of(client.get(f"/measures/{measure.id}/preview"))
    assert "没有到达任何单位" in shown
    assert "已经完成" not in shown


def test_too_little_time_is_signed_for_on_a_page_that_keeps_what_was_typed(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session, confirmed=True, due_rule="2026-11-24", review_days=0)
    client, address = sign_in(REGION, "office"), f"/measures/{measure.id}/release"
    asked = client.post(address)
    assert asked.headers["location"] == address
    assert "仍要下发的理由" in text_of(client.get(address))
    refused = client.post(address, data={"sure": "yes", "reason": "急"})
    assert refused.status_code == 409
    assert "少于3个" in text_of(refused)
    assert fields_of(refused, address)["reason"] == ["急"]
    client.post(address, data={"sure": "yes", "reason": "汛情紧急"})
    shown = text_of(client.get(f"/measures/{measure.id}/preview"))
    assert "汛情紧急" in shown
    assert "已下发" in shown
