"""The notice, its original and its annexes: an office uploads them, the units of its measures read
and download them, and nobody else does."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session, select

from models import Campaign, Measure, Notice, NoticeFile, Role
from tests.attachments import docx, old_office, photo
from tests.building import LEAGUE, OTHER_LEAGUE, REGION, TOWNSHIP, VILLAGE, make_measure
from tests.building import release_down as released
from tests.web.conftest import World
from tests.web.office import NOTICE, office_of, taken_in
from tests.web.pages import check, text_of

LONG = "附件：" + "内蒙古自治区冬春季安全隐患排查整治情况统计表" * 8 + ".docx"
Signing = Callable[..., TestClient]


def take_in(client: TestClient, *files: tuple[str, tuple[str, bytes]]) -> Response:
    return client.post("/campaigns/new", data={"text": NOTICE}, files=list(files))


def upload(client: TestClient, campaign: Campaign, *files: tuple[str, bytes]) -> Response:
    sent = [("annexes", file) for file in files]
    return client.post(f"/campaigns/{campaign.id}/files", files=sent)


def rows(session: Session) -> list[NoticeFile]:
    kept = select(NoticeFile).where(NoticeFile.removed_at == None)  # noqa: E711
    return list(session.exec(kept.order_by(NoticeFile.id)).all())  # type: ignore[arg-type]


@pytest.fixture
def handed(session: Session) -> Campaign:
    """A notice of the region with a measure for one league, handed down to all its villages."""
    office, campaign = office_of(session), taken_in(session)
    measure = make_measure(session, office, campaign, addressees=(("league", ""),))
    released(session, measure, office)
    return campaign


def test_the_file_a_notice_was_read_from_is_kept_with_its_annexes(
    session: Session, sign_in: Signing
) -> None:
    client = sign_in(REGION, Role.OFFICE)
    page = f"<html><body><p>{NOTICE}</p></body></html>".encode()
    answer = take_in(
        client,
        ("file", ("通知.html", page)),
        ("annexes", ("统计表.docx", docx())),
        ("annexes", ("现场.jpg", photo())),
    )
    assert answer.status_code == 303
    shown = text_of(client.get(answer.headers["location"]))
    assert "通知.html" in shown
    assert "统计表.docx" in shown
    original, *annexes = rows(session)
    assert [row.kind for row in (original, *annexes)] == ["original", "annex", "annex"]
    got = client.get(f"/notices/{original.campaign_id}/files/{original.token}")
    assert got.content == page
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]


def test_a_wrong_annex_is_told_and_the_rest_is_there(session: Session, sign_in: Signing) -> None:
    client = sign_in(REGION, Role.OFFICE)
    answer = take_in(
        client,
        ("annexes", ("好.docx", docx())),
        ("annexes", ("病毒.exe", b"MZ" + bytes(200))),
        ("annexes", ("带宏.xls", old_office("Workbook", "_VBA_PROJECT"))),
    )
    shown = text_of(client.get(answer.headers["location"]))
    assert "有 2 个文件没有收下" in shown
    assert "“病毒.exe”没有收下" in shown
    assert "这个文件带有宏" in shown
    assert [row.name for row in rows(session)] == ["好.docx"]
    assert session.exec(select(Notice)).one().text


def test_what_was_pasted_is_shown_again_when_the_notice_is_refused(sign_in: Signing) -> None:
    client = sign_in(REGION, Role.OFFICE)
    sent = [("file", ("通知.ofd", b"PK\x03\x04")), ("annexes", ("好.docx", docx()))]
    answer = client.post("/campaigns/new", data={"text": "粘贴的文字"}, files=sent)
    assert answer.status_code == 422
    assert "粘贴的文字" in text_of(answer)


def test_files_are_added_later_and_told_one_by_one(
    session: Session, sign_in: Signing, handed: Campaign
) -> None:
    client = sign_in(REGION, Role.OFFICE)
    refused = upload(client, handed, ("表.docx", docx()), ("表.docx", old_office("_VBA_PROJECT")))
    assert "“表.docx”没有收下：这个文件带有宏" in text_of(refused)
    answer = upload(client, handed, ("清单.txt", "一\n".encode()))
    assert answer.headers["location"] == f"/campaigns/{handed.id}#files"
    assert "已上传 1 个文件" in text_of(client.get(f"/campaigns/{handed.id}"))
    upload(client, handed, ("清单.txt", "一\n".encode()))
    assert "没有重复添加" in text_of(client.get(f"/campaigns/{handed.id}"))
    refused = upload(client, handed, ("网页.html", b"<html>"))
    assert refused.status_code == 422
    assert "不能上传网页或程序文件" in text_of(refused)
    assert upload(client, handed).status_code == 422
    assert [row.name for row in rows(session)] == ["表.docx", "清单.txt"]


def test_a_file_is_replaced_and_removed_and_the_page_tells_who_did_it(
    session: Session, sign_in: Signing, handed: Campaign
) -> None:
    client = sign_in(REGION, Role.OFFICE)
    upload(client, handed, ("旧.txt", b"1"), ("多余.txt", b"2"))
    old, spare = rows(session)
    here = f"/campaigns/{handed.id}/files"
    client.post(f"{here}/{old.token}/replace", files={"annexes": ("新.txt", b"3")})
    client.post(f"{here}/{spare.token}/remove")
    assert client.post(f"{here}/{spare.token}/remove").status_code == 303
    shown = text_of(client.get(f"/campaigns/{handed.id}"))
    assert "更换为“新.txt”" in shown
    assert "删除" in shown
    for gone in (old, spare):
        assert client.get(f"/notices/{handed.id}/files/{gone.token}").status_code == 404
    assert "多余.txt" not in text_of(client.get(f"/notices/{handed.id}"))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (LONG, LONG[:115] + ".docx"),
        ("../../etc/passwd.docx", "passwd.docx"),
        ("C:\\通知\\表.html.docx", "表.docx"),
        ('a"; filename="b.html', "a_22; filename=_22b.docx"),
    ],
)
def test_names_are_kept_and_harmless(
    session: Session, sign_in: Signing, handed: Campaign, sent: str, kept: str
) -> None:
    client, content = sign_in(REGION, Role.OFFICE), docx()
    upload(client, handed, (sent, content))
    (row,) = rows(session)
    assert row.name == kept
    got = sign_in(LEAGUE).get(f"/notices/{handed.id}/files/{row.token}")
    header = got.headers["content-disposition"]
    assert header == f"attachment; filename=\"file.docx\"; filename*=UTF-8''{quote(kept, safe='')}"
    assert got.content == content


def test_a_unit_with_a_measure_of_it_reads_the_notice_and_a_unit_without_finds_nothing(
    session: Session, sign_in: Signing, handed: Campaign
) -> None:
    upload(sign_in(REGION, Role.OFFICE), handed, ("附件.txt", "表格".encode()))
    (row,) = rows(session)
    here = f"/notices/{handed.id}"
    for code in (LEAGUE, OTHER_LEAGUE):
        client = sign_in(code)
        shown = text_of(client.get(here))
        assert "开展入户排查" in shown
        assert "附件.txt" in shown
        assert client.head(f"{here}/files/{row.token}").status_code == 200
        assert client.get(f"{here}/files/{row.token}").text == "表格"
    for code in (TOWNSHIP, VILLAGE):
        client = sign_in(code)
        assert client.get(here).status_code == 404
        assert client.get(f"{here}/files/{row.token}").status_code == 404
    other = taken_in(session)
    assert sign_in(LEAGUE).get(f"/notices/{other.id}").status_code == 404
    assert sign_in(LEAGUE).get(f"/notices/{other.id}/files/{row.token}").status_code == 404


@pytest.mark.parametrize("act", ["", "/{token}/replace", "/{token}/remove"])
def test_only_the_office_that_owns_the_notice_changes_its_files(
    session: Session, sign_in: Signing, handed: Campaign, act: str
) -> None:
    upload(sign_in(REGION, Role.OFFICE), handed, ("附件.txt", b"1"))
    (row,) = rows(session)
    address = f"/campaigns/{handed.id}/files" + act.format(token=row.token)
    for code, role in ((REGION, Role.CLERK), (LEAGUE, Role.OFFICE)):
        answer = sign_in(code, role).post(address, files={"annexes": ("坏.txt", b"2")})
        assert answer.status_code == 404
    assert [kept.name for kept in rows(session)] == ["附件.txt"]


def test_task_pages_name_the_campaign_and_lead_to_the_notice_and_its_files(
    session: Session, sign_in: Signing, world: World
) -> None:
    campaign = session.get_one(Campaign, session.get_one(Measure, world.measure.id).campaign_id)
    upload(sign_in(REGION, Role.OFFICE), campaign, ("附件一.txt", b"1" * 3000))
    (row,) = rows(session)
    world.send(VILLAGE)
    village, township = sign_in(VILLAGE), sign_in(TOWNSHIP)
    pages: list[tuple[TestClient, str]] = [
        (village, f"/assignments/{world.id(VILLAGE)}"),
        (township, f"/assignments/{world.id(TOWNSHIP)}/form"),
        (township, f"/review/{world.id(VILLAGE)}"),
    ]
    for client, path in pages:
        page = client.get(path)
        shown, links = text_of(page), set[Any](check(page).xpath("//main//a/@href"))
        assert campaign.title in shown, path
        assert "附件一.txt 3 KB" in shown, path
        assert {f"/notices/{campaign.id}", f"/notices/{campaign.id}/files/{row.token}"} <= links
