"""Reviewing what the units directly below have sent."""

from models import Status
from services.reviews import return_
from tests.building import BANNER, OTHER_VILLAGE, TOWNSHIP, VILLAGE
from tests.counting import statements
from tests.web.conftest import NOW, account_of
from tests.web.pages import check, fields_of, text_of

SECOND = "150402005003"
THIRD = "150402005004"


def test_one_is_approved_and_the_next_one_follows(world, sign_in):
    world.send(VILLAGE)
    world.send(SECOND)
    client = sign_in(TOWNSHIP)
    path = f"/review/{world.id(VILLAGE)}"
    fields = fields_of(client.get(path), path)
    answer = client.post(path, data={**fields, "act": "approve"})
    assert answer.headers["location"] == f"/review/{world.id(SECOND)}?done=approve"
    assert "上一份已通过" in text_of(client.get(answer.headers["location"]))
    assert world.assignment(VILLAGE).status == Status.APPROVED
    path = f"/review/{world.id(SECOND)}"
    answer = client.post(path, data={**fields_of(client.get(path), path), "act": "approve"})
    assert answer.headers["location"] == "/review?approved=1"
    assert "现在没有待审核的" in text_of(client.get("/review"))


def test_single_fields_are_returned_with_a_reason(world, sign_in):
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


def test_a_return_without_a_reason_is_refused_and_the_ticks_stay(world, sign_in):
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


def test_the_revision_before_stands_beside(world, sign_in, session):
    sent = world.send(VILLAGE, note="从前的话")
    return_(session, sent.id, reason="请核对户数", actor=account_of(session, TOWNSHIP), now=NOW)
    world.send(VILLAGE, note="现在的话")
    page = text_of(sign_in(TOWNSHIP).get(f"/review/{world.id(VILLAGE)}"))
    assert "从前的话" in page
    assert "现在的话" in page
    assert "有改动" in page


def test_ticked_ones_are_approved_together(world, sign_in):
    for code in (VILLAGE, SECOND, THIRD):
        world.send(code)
    client = sign_in(TOWNSHIP)
    page = client.get("/review")
    ids = check(page).xpath("//input[@name='ids']/@value")
    assert len(ids) == 3
    answer = client.post(
        "/review", data={**fields_of(page, "/review"), "ids": ids[:2], "act": "approve"}
    )
    assert answer.headers["location"] == "/review?approved=2"
    assert "已通过 2 份" in text_of(client.get("/review?approved=2"))
    assert world.assignment(THIRD).status == Status.SUBMITTED


def test_nothing_ticked_is_told(world, sign_in):
    world.send(VILLAGE)
    answer = sign_in(TOWNSHIP).post("/review", data={"act": "approve"})
    assert answer.status_code == 422
    assert "请先勾选" in text_of(answer)
    assert not check(answer).xpath("//details[@open]")  # it was not a return


def test_ticked_ones_are_returned_with_one_reason(world, sign_in):
    sent = world.send(VILLAGE)
    data = {"ids": [str(sent.id)], "reason": "全部重新核对", "act": "return"}
    answer = sign_in(TOWNSHIP).post("/review", data=data)
    assert answer.headers["location"] == "/review?returned=1"
    assert world.assignment(VILLAGE).status == Status.RETURNED


def test_only_the_unit_directly_above_reviews(world, sign_in):
    sent = world.send(VILLAGE)
    for code in (BANNER, OTHER_VILLAGE, VILLAGE):
        client = sign_in(code)
        assert client.get(f"/review/{world.id(VILLAGE)}").status_code == 404
        data = {"submission": str(sent.id), "act": "approve"}
        assert client.post(f"/review/{world.id(VILLAGE)}", data=data).status_code == 404
        client.post("/review", data={"ids": [str(sent.id)], "act": "approve"})
    assert world.assignment(VILLAGE).status == Status.SUBMITTED


def test_the_list_can_be_narrowed_to_one_measure(world, sign_in):
    world.send(VILLAGE)
    client = sign_in(TOWNSHIP)
    assert "红星社区" in text_of(client.get(f"/review?measure={world.measure.id}"))
    assert "现在没有待审核的" in text_of(client.get("/review?measure=999"))
    assert client.get("/review?measure=x&page=y").status_code == 200


def test_the_list_costs_the_same_for_one_line_and_for_three(world, sign_in, session):
    client = sign_in(TOWNSHIP)
    counts = []
    for code in (VILLAGE, SECOND, THIRD):
        world.send(code)
        with statements(session) as sent:
            client.get("/review")
        counts.append(len(sent))
    assert counts[0] == counts[2] <= 8


def test_what_somebody_else_has_decided_meanwhile_is_told(world, sign_in):
    sent = world.send(VILLAGE)
    client, data = sign_in(TOWNSHIP), {"ids": [str(sent.id)], "act": "approve"}
    client.post("/review", data=data)
    answer = client.post("/review", data=data)
    assert "没有办理" in text_of(client.get(answer.headers["location"]))
