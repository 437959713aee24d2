from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from models import Addressee, Measure, MeasureGate, Schedule, Tag
from services.campaigns.schedules import schedule_release
from tests.building import LEAGUE, REGION
from tests.conftest import NOW
from tests.web.office import drafted, office_of, taken_in
from tests.web.pages import check, fields_of, text_of


def editor(client: TestClient, measure: Measure) -> tuple[str, dict[str, Any]]:
    """The address of the editor, and what a browser would send from it unchanged."""
    address = f"/measures/{measure.id}/edit"
    return address, fields_of(client.get(address), address)


def found_measure(session: Session) -> Measure:
    """The measure of the small notice that has a deadline and a count."""
    taken_in(session)
    return session.exec(select(Measure).where(Measure.title == "开展入户排查")).one()


def test_saving_an_unchanged_page_changes_nothing_but_the_version(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session)
    before = measure.model_dump(exclude={"version"})
    client = sign_in(REGION, "office")
    address, fields = editor(client, measure)
    assert client.post(address, data=fields | {"then": "save"}).status_code == 303
    session.refresh(measure)
    assert measure.model_dump(exclude={"version"}) == before
    assert measure.version == 2


def test_everything_an_officer_decides_is_kept(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session)
    client = sign_in(REGION, "office")
    address, fields = editor(client, measure)
    fields |= {
        "title": ["核查取暖"], "kind": ["duty"], "to-village": ["none"], "to-banner": ["all"],
        "gate-league": ["detail"], "days-league": ["2"], "due_kind": ["monthly"],
        "due_month_day": ["25"], "review_days": ["3"], "target_count": ["２"],
        "target_label": ["研讨"], "lead": ["应急管理厅"], "then": ["confirm"],
    }  # fmt: skip
    assert client.post(address, data=fields).status_code == 303
    session.refresh(measure)
    assert (measure.title, measure.kind, measure.status) == ("核查取暖", "duty", "confirmed")
    assert (measure.due_rule, measure.review_days, measure.target_count) == ("monthly:25", 3, 2)
    assert session.exec(select(Addressee.level)).all() == ["banner"]
    gate = session.get(MeasureGate, (measure.id, "league"))
    assert gate is not None
    assert (gate.gate, gate.pass_on_days) == ("detail", 2)


def test_all_faults_are_shown_together_and_what_was_typed_is_kept(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session)
    client = sign_in(REGION, "office")
    address, fields = editor(client, measure)
    fields |= {
        "title": [""], "text": ["我写的内容"], "due_kind": ["by"], "due_day": ["2026-13-40"],
        "review_days": ["很多"], "target_count": ["0"], "days-league": ["1000"],
        "then": ["confirm"],
    }  # fmt: skip
    answer = client.post(address, data=fields)
    assert answer.status_code == 422
    tree = check(answer)
    faults = tree.xpath("//section[@class='errors']//a/@href")
    assert set(faults) == {"#title", "#due_kind", "#review_days", "#target_count", "#days-league"}
    again = fields_of(answer, address)
    assert again["review_days"] == ["很多"]
    assert again["text"] == ["我写的内容"]
    session.refresh(measure)
    assert (measure.status, measure.version) == ("draft", 1)


def test_a_measure_without_a_due_rule_can_be_saved_but_not_confirmed(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session)
    client = sign_in(REGION, "office")
    address, fields = editor(client, measure)
    fields["due_kind"] = ["none"]
    answer = client.post(address, data=fields | {"then": ["confirm"], "title": ["改过"]})
    assert answer.status_code == 422
    assert fields_of(answer, address)["title"] == ["改过"]
    assert "请先确定办理时限" in text_of(answer)
    session.refresh(measure)
    assert measure.title != "改过"
    assert client.post(address, data=fields | {"then": ["save"]}).status_code == 303


def test_two_editors_at_once_both_see_both_texts_and_nothing_is_lost(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session)
    client = sign_in(REGION, "office")
    address, mine = editor(client, measure)
    theirs = dict(mine)
    client.post(address, data=theirs | {"text": ["同事写的"], "then": ["save"]})
    answer = client.post(address, data=mine | {"text": ["我写的"], "then": ["save"]})
    assert answer.status_code == 409
    shown = text_of(answer)
    assert "刚刚被其他人修改过" in shown
    assert "同事写的" in shown
    session.refresh(measure)
    assert measure.text == "同事写的"
    again = fields_of(answer, address)
    assert again["text"] == ["我写的"]
    assert client.post(address, data=again | {"then": ["save"]}).status_code == 303
    session.refresh(measure)
    assert measure.text == "我写的"


def test_what_was_found_stands_beside_the_measure(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = found_measure(session)
    shown = text_of(sign_in(REGION, "office").get(f"/measures/{measure.id}/edit"))
    assert "12月20日前" in shown
    assert "查看原文" in shown


@pytest.mark.parametrize(
    ("button", "field", "value"),
    [
        ("take:deadlines:0", "due_day", "2026-12-20"),
        ("take:duties:0", "target_count", "2"),
        ("take:levels:0", "to-village", "all"),
    ],
)
def test_one_click_takes_over_what_was_found_and_keeps_the_rest(
    session: Session, sign_in: Callable[..., TestClient], button: str, field: str, value: str
) -> None:
    measure = found_measure(session)
    client = sign_in(REGION, "office")
    address, fields = editor(client, measure)
    fields |= {
        "due_kind": ["none"], "due_day": [""], "target_count": [""], "to-village": ["none"],
        "title": ["没有保存的标题"], "then": [button],
    }  # fmt: skip
    answer = client.post(address, data=fields)
    assert answer.status_code == 200
    again = fields_of(answer, address)
    assert again[field] == [value]
    assert again["title"] == ["没有保存的标题"]


@pytest.mark.parametrize(
    "button", ["take:deadlines:99", "take:nothing:0", "take:", "take:duties:x"]
)
def test_a_finding_that_is_not_there_changes_nothing(
    session: Session, sign_in: Callable[..., TestClient], button: str
) -> None:
    client = sign_in(REGION, "office")
    address, fields = editor(client, found_measure(session))
    answer = client.post(address, data=fields | {"then": [button]})
    assert fields_of(answer, address) == fields


def test_a_measure_can_be_added_by_hand_and_deleted(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    campaign = taken_in(session)
    client = sign_in(REGION, "office")
    address = f"/campaigns/{campaign.id}/measures/new"
    assert client.post(address, data={"title": " "}).status_code == 422
    answer = client.post(address, data={"title": "补充措施", "text": "内容"})
    editor_address = answer.headers["location"]
    measure = session.exec(select(Measure).where(Measure.title == "补充措施")).one()
    assert measure.position == max(session.exec(select(Measure.position)))
    assert "手工添加" in text_of(client.get(editor_address))
    assert client.post(f"/measures/{measure.id}/delete").status_code == 303
    assert session.exec(select(Measure).where(Measure.title == "补充措施")).all() == []


@pytest.mark.parametrize(("code", "role"), [(REGION, "clerk"), (LEAGUE, "office")])
def test_nobody_but_the_owning_office_touches_a_measure(
    session: Session, sign_in: Callable[..., TestClient], code: str, role: str
) -> None:
    measure = drafted(session)
    stranger = sign_in(code, role)
    assert stranger.get(f"/measures/{measure.id}/edit").status_code == 404
    for act in ("edit", "confirm", "delete"):
        assert stranger.post(f"/measures/{measure.id}/{act}").status_code == 404
    session.refresh(measure)
    assert measure.status == "draft"


def test_a_conflict_tells_dates_forms_and_addressees_in_words(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session)
    client = sign_in(REGION, "office")
    address, mine = editor(client, measure)
    theirs = {"due_kind": ["monthly"], "due_month_day": ["25"], "to-banner": ["all"], "form": [""]}
    client.post(address, data=mine | theirs | {"then": ["save"]})
    shown = text_of(client.post(address, data=mine | {"then": ["save"]}))
    for words in ("每月 25", "到某日截止 2026-12-20", "旗县区：全部单位填报", "不用表单"):
        assert words in shown


def test_the_page_says_which_plans_end_with_a_deleted_measure(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session, confirmed=True)
    client, page = sign_in(REGION, "office"), f"/measures/{measure.id}/edit"
    assert "一并取消" not in text_of(client.get(page))
    at = NOW + timedelta(days=1)
    schedule_release(session, measure, at, actor=office_of(session), now=NOW)
    told = "这条措施的 1 个定时安排也会一并取消。"
    assert told in text_of(client.get(page))
    assert told in check(client.get(page)).xpath("//button/@data-confirm")[-1]
    assert "删除这条措施和它的定时安排" in check(client.get(page)).xpath("//button/text()")
    client.cookies.set("lang", "en")
    asked = check(client.get(page)).xpath("//button/@data-confirm")[-1]
    assert ". It cannot be brought back" in asked
    assert client.post(f"/measures/{measure.id}/delete").status_code == 303
    assert session.exec(select(Schedule)).all() == []
    assert client.post(f"/measures/{measure.id}/delete").status_code == 404


def test_a_ticked_tag_is_the_choice_and_the_message_says_so(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    session.add(Tag(code="border", name="边境", name_en="border"))
    measure = drafted(session)
    client = sign_in(REGION, "office")
    address, fields = editor(client, measure)
    sent = fields | {"tags-village": ["border"], "then": ["save"]}
    answer = client.post(address, data=sent)
    assert answer.status_code == 303
    assert session.exec(select(Addressee.level, Addressee.tag)).all() == [("village", "border")]
    told = text_of(client.get(answer.headers["location"]))
    assert "已保存“入户排查取暖安全”。嘎查村社区只下发给勾选了标签的单位：边境。" in told


def test_a_tick_beside_a_choice_that_was_made_is_asked_about_and_nothing_is_stored(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    session.add(Tag(code="border", name="边境", name_en="border"))
    measure = drafted(session)
    client = sign_in(REGION, "office")
    address, fields = editor(client, measure)
    sent = fields | {"to-banner": ["all"], "tags-banner": ["border"], "then": ["save"]}
    answer = client.post(address, data=sent)
    assert answer.status_code == 422
    assert "旗县区勾选了标签“边境”，选的却是“全部单位填报”" in text_of(answer)
    again = fields_of(answer, address)
    assert (again["to-banner"], again["tags-banner"]) == (["all"], ["border"])
    assert session.exec(select(Addressee.level)).all() == ["village"]


def test_a_tag_that_is_gone_meanwhile_is_not_dropped_in_silence(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    session.add(Tag(code="border", name="边境", name_en="border"))
    measure = drafted(session)
    client = sign_in(REGION, "office")
    address, fields = editor(client, measure)
    sent = fields | {"to-village": ["tags"], "tags-village": ["border", "gone"], "then": ["save"]}
    answer = client.post(address, data=sent)
    assert answer.status_code == 422
    assert "已经没有了" in text_of(answer)
