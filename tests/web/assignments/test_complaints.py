"""Complaints about burden, on pages."""

from collections.abc import Callable
from io import BytesIO

from fastapi.testclient import TestClient
from httpx import Response
from openpyxl import load_workbook

from tests.building import OTHER_VILLAGE, TOWNSHIP, VILLAGE
from tests.web.pages import check, fields_of, text_of

SignIn = Callable[..., TestClient]


def _complain(client: TestClient, page: str = "/review", **typed: str) -> Response:
    form = client.get(f"/complaints/new?page={page}")
    chosen = {"kind": "repeated", "text": "这张表和民政的一样"} | typed
    fields = fields_of(form, "/complaints") | {name: [text] for name, text in chosen.items()}
    return client.post("/complaints", data=fields)


def test_a_village_complains_and_the_unit_above_answers(sign_in: SignIn) -> None:
    village = sign_in(VILLAGE)
    address = _complain(village).headers["location"]
    assert "已经收到" in text_of(village.get(address))
    township = sign_in(TOWNSHIP)
    assert "1 条减负反映等本单位答复" in text_of(township.get("/"))
    tree = check(township.get("/complaints?show=owed"))
    assert "这张表和民政的一样" in tree.text_content()
    page = check(township.get(address))
    assert page.xpath("//main//a[@href='/review']")
    township.post(f"{address}/answer", data={"text": "以后只报一次。"})
    village = sign_in(VILLAGE)
    assert "有了答复" in text_of(village.get("/"))
    assert "以后只报一次。" in text_of(village.get(address))
    village.post(f"{address}/helped", data={"helped": "no"})
    after = village.get(address)
    assert "没有解决" in text_of(after)
    assert check(after).xpath("//form[contains(@action, 'pass-on')]")
    village.post(f"{address}/pass-on")
    assert "转给" in text_of(village.get(address))
    assert "有了答复" not in text_of(village.get("/"))


def test_what_was_typed_is_still_there_when_an_answer_is_refused(sign_in: SignIn) -> None:
    address = _complain(sign_in(VILLAGE)).headers["location"]
    township = sign_in(TOWNSHIP)
    again = township.post(f"{address}/answer", data={"text": "好"})
    assert again.status_code == 422
    assert fields_of(again, f"{address}/answer")["text"] == ["好"]
    township.post(f"{address}/answer", data={"text": "以后只报一次。"})
    late = township.post(f"{address}/answer", data={"text": "第二个答复"})
    assert "已经有了答复" in text_of(late)


def test_a_unit_beside_does_not_read_it(sign_in: SignIn) -> None:
    address = _complain(sign_in(VILLAGE)).headers["location"]
    beside = sign_in(OTHER_VILLAGE)
    assert "这张表和民政的一样" not in text_of(beside.get("/complaints"))
    assert beside.get(address).status_code == 404
    for act in ("answer", "helped", "pass-on"):
        assert beside.post(f"{address}/{act}", data={"text": "好的好的"}).status_code == 404


def test_a_complaint_without_a_kind_or_words_is_told(sign_in: SignIn) -> None:
    client = sign_in(VILLAGE)
    without = _complain(client, kind="", text="太多了吧")
    assert without.status_code == 422
    assert "请选择" in text_of(without)
    assert fields_of(without, "/complaints")["text"] == ["太多了吧"]
    wordless = _complain(client, kind="other", text="嗯")
    assert wordless.status_code == 422
    assert "请写明哪里" in text_of(wordless)
    assert fields_of(wordless, "/complaints")["kind"] == ["other"]


def test_a_complaint_never_links_to_another_site(sign_in: SignIn) -> None:
    client = sign_in(VILLAGE)
    address = _complain(client, page="//evil.example").headers["location"]
    assert "evil" not in client.get(address).text


def test_the_list_is_exported_with_its_filter_and_only_to_those_who_see_it(
    sign_in: SignIn,
) -> None:
    _complain(sign_in(VILLAGE))
    _complain(sign_in(VILLAGE), kind="too_soon", text="只给了半天时间")

    def exported(code: str, query: str) -> list[tuple[object, ...]]:
        answer = sign_in(code).get(f"/complaints?format=xlsx{query}")
        sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
        rows = [row for row in sheet.iter_rows(values_only=True) if row[3] or row[4]]
        return rows[1:]

    texts = [row[4] for row in exported(TOWNSHIP, "")]
    assert texts == ["只给了半天时间", "这张表和民政的一样"]
    assert [row[4] for row in exported(TOWNSHIP, "&kind=repeated")] == ["这张表和民政的一样"]
    assert exported(OTHER_VILLAGE, "") == []
