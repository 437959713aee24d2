"""Reviewing what the units directly below have sent."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from models import Assignment, Flag, FlagKind, Status, Submission, Unit
from queries.filling.submissions import find_current
from rules.sentences.refusal import Refusal
from services.filling.recalls import recall
from services.review.reviews import approve, return_
from tests.answering import NARRATIVE, arrived, send, try_to_send
from tests.building import (
    BANNER,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
)
from tests.conftest import NOW
from tests.full_form import FILLED
from tests.present import present
from tests.web.conftest import World, account_of
from tests.web.pages import check, fields_of, text_of

SECOND = "150402005003"
THIRD = "150402005004"


def test_one_is_approved_and_the_next_one_follows(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE)
    world.send(SECOND)
    client = sign_in(TOWNSHIP)
    path = f"/review/{world.id(VILLAGE)}"
    fields = fields_of(client.get(path), path)
    answer = client.post(path, data={**fields, "act": "approve"})
    assert answer.headers["location"].startswith(f"/review/{world.id(SECOND)}?batch=")
    told = text_of(client.get(answer.headers["location"]))
    assert "已通过红星社区居委会的填报。这是下一份。" in told
    assert world.assignment(VILLAGE).status == Status.APPROVED
    path = f"/review/{world.id(SECOND)}"
    answer = client.post(path, data={**fields_of(client.get(path), path), "act": "approve"})
    assert answer.headers["location"].startswith("/review?batch=")
    assert "现在没有待审核的" in text_of(client.get("/review"))


def test_single_fields_are_returned_with_a_reason(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE)
    client = sign_in(TOWNSHIP)
    path = f"/review/{world.id(VILLAGE)}"
    fields = fields_of(client.get(path), path) | {
        "reason": ["户数不对，请核对"],
        "fields": ["checked"],
    }
    assert client.post(path, data={**fields, "act": "return"}).status_code == 303
    assert world.assignment(VILLAGE).status == Status.RETURNED
    page = text_of(sign_in(VILLAGE).get(f"/assignments/{world.id(VILLAGE)}/form"))
    assert "户数不对，请核对" in page
    assert "请修改这一项" in page


def test_what_nobody_can_change_is_not_offered_for_return(
    full: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    clerk = account_of(session, VILLAGE)
    sent = arrived(
        try_to_send(
            session, full.id(VILLAGE), FILLED, send_key="calculated-1", actor=clerk, now=NOW
        )
    ).submission
    page = check(sign_in(TOWNSHIP).get(f"/review/{full.id(VILLAGE)}"))
    offered = page.xpath("//input[@name='fields']/@value")
    assert {"households", "visits"} <= set(offered)
    assert not {"share", "all_people", "batch"} & set(offered)
    with pytest.raises(Refusal, match="没有这些项：batch"):
        return_(
            session, sent.id, reason="请核对批次", fields=["batch"],
            actor=account_of(session, TOWNSHIP), now=NOW,
        )  # fmt: skip


def test_a_return_without_a_reason_is_refused_and_the_ticks_stay(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE)
    client = sign_in(TOWNSHIP)
    path = f"/review/{world.id(VILLAGE)}"
    fields = fields_of(client.get(path), path) | {"reason": ["错"], "fields": ["note"]}
    answer = client.post(path, data={**fields, "act": "return"})
    assert answer.status_code == 409
    assert "请写明退回的原因" in text_of(answer)
    kept = fields_of(answer, path)
    assert kept["reason"] == ["错"]
    assert kept["fields"] == ["note"]
    assert world.assignment(VILLAGE).status == Status.SUBMITTED


def test_the_revision_before_stands_beside(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    sent = world.send(VILLAGE, note="从前的话")
    return_(session, sent.id, reason="请核对户数", actor=account_of(session, TOWNSHIP), now=NOW)
    world.send(VILLAGE, note="现在的话")
    page = text_of(sign_in(TOWNSHIP).get(f"/review/{world.id(VILLAGE)}"))
    assert "从前的话" in page
    assert "现在的话" in page
    assert "有改动" in page


def test_only_the_unit_directly_above_reviews(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    sent = world.send(VILLAGE)
    for code in (BANNER, OTHER_VILLAGE, VILLAGE):
        client = sign_in(code)
        assert client.get(f"/review/{world.id(VILLAGE)}").status_code == 404
        data = {"submission": str(sent.id), "act": "approve"}
        assert client.post(f"/review/{world.id(VILLAGE)}", data=data).status_code == 404
        client.post("/review", data={"ids": [str(sent.id)], "act": "approve"})
    assert world.assignment(VILLAGE).status == Status.SUBMITTED


def test_what_somebody_else_has_decided_meanwhile_is_told(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    sent = world.send(VILLAGE)
    client, data = sign_in(TOWNSHIP), {"ids": [str(sent.id)], "act": "approve"}
    client.post("/review", data=data)
    answer = client.post("/review", data=data)
    assert "没有办理" in text_of(client.get(answer.headers["location"]))


def test_a_picked_reason_stands_before_what_is_typed(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    world.send(VILLAGE)
    client, path = sign_in(TOWNSHIP), f"/review/{world.id(VILLAGE)}"
    page = client.get(path)
    ready = check(page).xpath("//select[@name='ready']//option/@value")
    data = {**fields_of(page, path), "ready": ready[1], "reason": "特别是第二组", "act": "return"}
    assert client.post(path, data=data).status_code == 303
    form = text_of(sign_in(VILLAGE).get(f"/assignments/{world.id(VILLAGE)}/form"))
    assert f"{ready[1]} 特别是第二组" in form
    world.send(SECOND)
    page = check(client.get(f"/review/{world.id(SECOND)}"))
    assert page.xpath("//optgroup[2]/option/@value") == [f"{ready[1]}\n特别是第二组"]


def test_an_own_reason_is_offered_until_it_is_taken_out_and_again_once_it_is_used(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    for code in (VILLAGE, SECOND):
        give_back(session, world.send(code), "请核对取暖户数")
    give_back(session, world.send(THIRD), "另一个原因")
    client = sign_in(TOWNSHIP)
    world.send(VILLAGE)
    assert "/review/reasons" in check(client.get("/review")).xpath("//main//a/@href")
    page = check(client.get("/review/reasons"))
    assert page.xpath("//li/p/text()") == ["另一个原因", "请核对取暖户数"]
    remove = page.xpath("//form[contains(@action,'/remove')]/@action")[1]
    assert sign_in(BANNER).post(remove).status_code == 404
    answer = client.get(client.post(remove).headers["location"])
    assert check(answer).xpath("//li/p/text()") == ["另一个原因"]
    assert "已不再列出" in text_of(answer)
    offered = "//optgroup[2]/option/@value"
    address = f"/review/{world.id(VILLAGE)}"
    assert check(client.get(address)).xpath(offered) == ["另一个原因"]
    assert "请核对取暖户数" in text_of(client.get(f"/review/{world.id(SECOND)}"))
    give_back(
        session, present(find_current(session, world.id(VILLAGE))).submission, "请核对取暖户数"
    )
    page = check(client.get("/review/reasons"))
    assert page.xpath("//li/p/text()") == ["请核对取暖户数", "另一个原因"]


def give_back(session: Session, sent: Submission, reason: str) -> None:
    return_(session, sent.id, reason=reason, actor=account_of(session, TOWNSHIP), now=NOW)


def test_a_note_beside_a_field_is_kept_and_shown_again_after_a_refusal(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    sent = world.send(VILLAGE)
    client, path = sign_in(TOWNSHIP), f"/review/{world.id(VILLAGE)}"
    data = fields_of(client.get(path), path) | {
        "fields": ["checked"], "note-checked": ["比台账少"], "act": "return",
    }  # fmt: skip
    answer = client.post(path, data=data)
    assert answer.status_code == 409
    kept = fields_of(answer, path)
    assert (kept["fields"], kept["note-checked"]) == (["checked"], ["比台账少"])
    assert client.post(path, data={**data, "reason": "户数不对，请核对"}).status_code == 303
    assert present(present(find_current(session, sent.assignment_id)).review).notes == {
        "checked": "比台账少"
    }


def test_numbers_show_by_how_much_they_differ(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    sent = world.send(VILLAGE, checked="12")
    return_(session, sent.id, reason="请核对户数", actor=account_of(session, TOWNSHIP), now=NOW)
    world.send(VILLAGE, checked="9")
    page = text_of(sign_in(TOWNSHIP).get(f"/review/{world.id(VILLAGE)}"))
    assert "12 （差 −3）" in page


def test_the_last_period_stands_beside(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    sent = world.send(VILLAGE, checked="20")
    now = world.assignment(VILLAGE)
    now.period = "202611"
    earlier = Assignment(**now.model_dump(exclude={"id", "period"}), period="202610")
    session.add(earlier)
    session.flush()
    values = sent.model_dump(exclude={"id", "assignment_id", "answers", "receipt", "send_key"})
    answers = {**sent.answers, "checked": 12}
    session.add(
        Submission(
            **values, assignment_id=earlier.id, answers=answers, receipt="1", send_key="earlier-1"
        )
    )
    session.flush()
    page = text_of(sign_in(TOWNSHIP).get(f"/review/{now.id}"))
    assert "上期（2026年10月）" in page
    assert "12 （差 +8）" in page


def test_flags_are_shown_as_questions(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    sent = world.send(VILLAGE)
    sent.flags, sent.flag_count = (Flag(FlagKind.ALL_ZERO),), 1
    session.flush()
    client = sign_in(TOWNSHIP)
    assert "1 处提示" in text_of(client.get("/review"))
    assert "请留意" in text_of(client.get(f"/review/{world.id(VILLAGE)}"))


def test_what_others_have_sent_since_is_shown_as_soon_as_one_is_opened(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    story = "逐户走访，登记取暖设备，发现隐患当场整改，已经建立台账，下一步继续巡查并上报结果。"
    world.send(VILLAGE, note=story)
    world.send(SECOND, note=story)
    client = sign_in(TOWNSHIP)
    late, early = (text_of(client.get(f"/review/{world.id(code)}")) for code in (SECOND, VILLAGE))
    assert "与另外 1 个单位的文字几乎相同" in late
    assert "与另外 1 个单位的文字几乎相同" in early
    assert ("报送之后才发现" in late, "报送之后才发现" in early) == (False, True)


def test_the_unit_above_sees_both_sums_as_sent_and_as_they_are_now(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    world.send(VILLAGE, checked="12")
    clerk = account_of(session, TOWNSHIP)
    send(session, world.assignment(TOWNSHIP), NARRATIVE, actor=clerk)
    client, path = sign_in(BANNER), f"/review/{world.id(TOWNSHIP)}"
    assert "报送时的数字与现在一致" in text_of(client.get(path))
    world.send(SECOND, checked="5")
    page = check(client.get(path))
    cells = page.xpath("//tr[@class='differs'][1]/td/text()")
    assert cells == ["12", "17", "0", "0"]
    assert "报送之后下级数字有变动" in page.text_content()


def test_an_approved_answer_can_be_corrected_and_the_reviewer_sees_what_changed(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    sent = world.send(VILLAGE, checked="12")
    approve(session, sent.id, actor=account_of(session, TOWNSHIP), now=NOW)
    clerk, path = sign_in(VILLAGE), f"/assignments/{world.id(VILLAGE)}/form"
    receipt = clerk.get(path).headers["location"]
    assert f"{path}?correct=1" in check(clerk.get(receipt)).xpath("//a/@href")
    page = clerk.get(f"{path}?correct=1")
    fields = fields_of(
        page,
        check(page).xpath(
            "//form[@method='post' and @enctype or contains(@action, '/form')]/@action"
        )[0],
    )
    typed = {**fields, "f-checked": "15", "f--why": "漏报三户" * 51, "_act": "send"}
    refused = clerk.post(path, data=typed)
    assert "更正说明不能超过 200 字。" in text_of(refused)
    assert typed["f--why"] in fields_of(refused, path)["f--why"]
    answer = clerk.post(path, data={**typed, "f--why": "漏报三户"})
    assert "更正说明漏报三户" in text_of(clerk.get(answer.headers["location"]))
    assert "漏报三户" in text_of(clerk.get(f"/assignments/{world.id(VILLAGE)}"))
    assert world.assignment(VILLAGE).status == Status.SUBMITTED
    reviewer = sign_in(TOWNSHIP)
    assert "更正" in check(reviewer.get("/review")).xpath("string(//td[@class='flags'])")
    told = text_of(reviewer.get(f"/review/{world.id(VILLAGE)}"))
    assert "这一份更正已经通过的填报" in told
    assert "12 （差 +3）" in told
    assert "更正说明：漏报三户" in told


def test_only_the_own_unit_is_offered_the_correction(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    sent = world.send(VILLAGE)
    approve(session, sent.id, actor=account_of(session, TOWNSHIP), now=NOW)
    page = sign_in(TOWNSHIP).get(f"/receipts/{sent.receipt}")
    assert "更正已通过的填报" not in text_of(page)


def test_a_page_that_is_out_of_date_decides_nothing(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    world.send(VILLAGE)
    client = sign_in(TOWNSHIP)
    path = f"/review/{world.id(VILLAGE)}"
    old = fields_of(client.get(path), path)
    client.post(path, data={**old, "act": "approve"})
    answer = client.post(path, data={**old, "act": "return", "reason": "请核对户数。"})
    assert answer.status_code == 409
    assert "这份填报已变为“已通过”" in text_of(answer)
    assert world.assignment(VILLAGE).status == "approved"
    again = {**fields_of(answer, path), "act": "return", "reason": "请核对户数。"}
    assert client.post(path, data=again).status_code == 303
    assert world.assignment(VILLAGE).status == "returned"


def test_what_was_taken_back_or_sent_anew_meanwhile_is_told_as_that(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    world.send(VILLAGE)
    client, clerk = sign_in(TOWNSHIP), account_of(session, VILLAGE)
    path, unit = f"/review/{world.id(VILLAGE)}", world.assignment(VILLAGE).unit_id
    name = session.get_one(Unit, unit).name
    old = fields_of(client.get(path), path) | {"reason": "写好的原因", "note-checked": "太少"}
    recall(session, world.id(VILLAGE), actor=clerk, now=NOW)
    answer = client.post(path, data={**old, "act": "approve"})
    assert answer.status_code == 409
    told = text_of(answer)
    assert f"您查看期间，{name}收回了这份填报，刚才的操作没有办理" in told
    assert "对方已在 2026-" in told
    assert "已签收" not in told
    assert "没有退回） 写好的原因太少" in told
    world.send(VILLAGE, checked="13")
    answer = client.post(path, data={**old, "act": "approve"})
    assert f"{name}刚才重新报送了（第 2 次），下面就是最新的一份，请看过再决定" in text_of(answer)
    assert not check(answer).xpath("//details[@open]")
    assert world.assignment(VILLAGE).status == Status.SUBMITTED
    answer = client.post(path, data={**old, "act": "return"})
    assert check(answer).xpath("//details[@open]//textarea[contains(., '写好的原因')]")


def test_a_correction_taken_back_is_told_and_the_approved_answer_can_be_returned(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    sent, client = world.send(VILLAGE), sign_in(TOWNSHIP)
    path = f"/review/{world.id(VILLAGE)}"
    approve(session, sent.id, actor=account_of(session, TOWNSHIP), now=NOW)
    world.send(VILLAGE, checked="13")
    old = fields_of(client.get(path), path) | {"reason": "请核对户数。", "act": "return"}
    recall(session, world.id(VILLAGE), actor=account_of(session, VILLAGE), now=NOW)
    answer = client.post(path, data=old)
    assert "收回了这份填报" in text_of(answer)
    again = {**fields_of(answer, path), "act": "return"}
    assert client.post(path, data=again).status_code == 303
    assert world.assignment(VILLAGE).status == Status.RETURNED


def test_what_was_returned_and_why_stays_beside_the_answer(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    sent = world.send(VILLAGE)
    return_(
        session, sent.id, reason="数字不对", fields=["checked"], notes={"checked": "核对户数"},
        actor=account_of(session, TOWNSHIP), now=NOW,
    )  # fmt: skip
    client = sign_in(TOWNSHIP)
    path = f"/review/{world.id(VILLAGE)}"
    assert "数字不对 排查户数：核对户数" in text_of(client.get(path))
    world.send(VILLAGE, checked="13")
    assert "上一次的退回原因：数字不对 排查户数：核对户数" in text_of(client.get(path))
