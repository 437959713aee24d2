from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session, select

from adapters.settings import get_settings
from models import Addressee, Campaign, Measure, Notice
from tests.building import LEAGUE, REGION, VILLAGE
from tests.counting import statements
from tests.web.office import NOTICE, taken_in
from tests.web.pages import check, text_of

SAMPLE = Path("samples/notice.docx")


def post(client: TestClient, *, text: str = "", file: tuple[Any, ...] | None = None) -> Response:
    files = {"file": file} if file else {"file": ("", b"")}
    return client.post("/campaigns/new", data={"text": text}, files=files)


def test_pasted_text_becomes_a_campaign_with_draft_measures(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, "office")
    answer = post(client, text=NOTICE)
    assert answer.status_code == 303
    shown = text_of(client.get(answer.headers["location"]))
    assert "关于开展冬春季安全排查的通知" in shown
    assert "开展入户排查" in shown
    assert "草稿" in shown
    measures = session.exec(select(Measure)).all()
    assert {measure.status for measure in measures} == {"draft"}
    notice = session.exec(select(Notice)).one()
    for measure in measures:
        assert notice.text[measure.start : measure.end] == measure.text


def test_the_shipped_sample_can_be_uploaded(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, "office")
    answer = post(client, file=("通知.docx", SAMPLE.read_bytes()))
    assert answer.status_code == 303
    campaign = session.exec(select(Campaign)).one()
    notice = session.exec(select(Notice)).one()
    assert notice.file_name == "通知.docx"
    assert len(notice.outline) > 3
    check(client.get(f"/campaigns/{campaign.id}"))
    check(client.get(f"/campaigns/{campaign.id}/notice"))


def test_what_is_certain_is_filled_in_and_nothing_is_handed_down(session: Session) -> None:
    campaign = taken_in(session)
    measure = session.exec(
        select(Measure).where(Measure.title == "开展入户排查", Measure.campaign_id == campaign.id)
    ).one()
    assert measure.due_rule == "2026-12-20"
    assert measure.target_count == 2
    assert "应急管理厅" in measure.lead
    levels = select(Addressee.level).where(Addressee.measure_id == measure.id)
    assert session.exec(levels).all() == ["village"]
    assert measure.findings["deadlines"][0]["value"] == "2026-12-20"


def test_taking_in_costs_the_same_statements_for_many_measures(session: Session) -> None:
    taken_in(session)
    long = NOTICE.replace(
        "二、工作要求", "".join(f"（{n}）检查。各嘎查村要检查{n}。\n" for n in "三四五六")
    )
    with statements(session) as short_log:
        taken_in(session)
    with statements(session) as long_log:
        taken_in(session, long)
    assert len(long_log) == len(short_log)


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (("通知.docx", b"this is no document"), "内容不是 Word 文件"),
        (("通知.docx", b"PK\x03\x04 broken"), "无法打开"),
        (("通知.txt", b"   \n"), "没有文字"),
        (("通知.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600), "另存为 .docx"),
        (("扫描.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100), "图片"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_pasted_text_is_kept(
    session: Session, sign_in: Callable[..., TestClient], file: tuple[Any, ...], sentence: str
) -> None:
    answer = post(sign_in(REGION, "office"), text="我粘贴的文字", file=file)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "我粘贴的文字" in check(answer).xpath("//textarea[@id='text']")[0].text
    assert session.exec(select(Campaign)).all() == []


def test_a_scanned_pdf_without_text_is_refused_with_a_sentence(
    sign_in: Callable[..., TestClient],
) -> None:
    answer = post(sign_in(REGION, "office"), file=("扫描.pdf", empty_pdf()))
    assert answer.status_code == 422
    assert "文字" in text_of(answer)


def empty_pdf() -> bytes:
    """A PDF of one page with nothing on it."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj%s endobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(made)
    made += b"xref\n0 4\n0000000000 65535 f \n" + table
    return made + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start


def test_sending_nothing_asks_for_a_file_or_text(sign_in: Callable[..., TestClient]) -> None:
    answer = post(sign_in(REGION, "office"))
    assert answer.status_code == 422
    assert "请选择通知文件" in text_of(answer)


def test_a_file_above_the_limit_is_answered_with_a_page(sign_in: Callable[..., TestClient]) -> None:
    limit = get_settings().upload_limit
    answer = post(sign_in(REGION, "office"), file=("大.docx", b"x" * (limit + 1)))
    assert answer.status_code == 413
    assert "20 MB" in text_of(answer)


@pytest.mark.parametrize(("code", "role"), [(REGION, "clerk"), (VILLAGE, "clerk")])
def test_only_an_office_takes_notices_in(
    session: Session, sign_in: Callable[..., TestClient], code: str, role: str
) -> None:
    client = sign_in(code, role)
    assert client.get("/campaigns/new").status_code == 404
    assert post(client, text=NOTICE).status_code == 404
    assert session.exec(select(Campaign)).all() == []


def test_a_stranger_is_sent_away_before_anything_is_read(client: TestClient) -> None:
    assert post(client, text=NOTICE).status_code == 401


def test_an_office_of_a_lower_level_takes_in_its_own(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    answer = post(sign_in(LEAGUE, "office"), text=NOTICE)
    assert answer.status_code == 303
    levels = set(session.exec(select(Addressee.level)).all())
    assert "league" not in levels


def test_pasted_text_longer_than_any_notice_is_refused_and_kept(
    sign_in: Callable[..., TestClient],
) -> None:
    answer = post(sign_in(REGION, "office"), text="长" * 500_001)
    assert answer.status_code == 422
    assert "500001个字" in text_of(answer)
    assert len(check(answer).xpath("//textarea[@id='text']")[0].text.strip()) == 500_001
