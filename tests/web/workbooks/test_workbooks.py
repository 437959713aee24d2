"""The pages of workbooks: handed out, uploaded, looked through, sent; and who may not."""

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session, select

from models import Draft, FormVersion, Role, Submission, WorkbookUpload
from services.review.reviews import return_
from tests.answering import arrived, keep_draft, try_to_send
from tests.building import (
    BANNER,
    OTHER_VILLAGE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    make_form,
    make_measure,
    release_down,
)
from tests.conftest import NOW
from tests.full_form import FILLED, full_fields
from tests.web.conftest import World, account_of
from tests.web.pages import check, fields_of, text_of
from tests.workbook_filling import add_filling, edited, filled

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def path_of(world: World, code: str) -> str:
    return f"/assignments/{world.id(code)}/workbook"


def download(client: TestClient, path: str) -> bytes:
    answer = client.get(f"{path}.xlsx")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == XLSX
    return answer.content


def upload(client: TestClient, path: str, content: bytes, name: str = "填报表.xlsx") -> Response:
    fields = fields_of(client.get(path), path)
    fields.pop("file", None)
    return client.post(path, data=fields, files={"file": (name, content, XLSX)})


def confirm(client: TestClient, address: str) -> Response:
    return client.post(address, data=fields_of(client.get(address), address))


def codes_in(content: bytes) -> list[str]:
    sheet = openpyxl.load_workbook(io.BytesIO(content))["填报"]
    return [cell.value for cell in sheet["A"][2:]]


def test_a_township_fills_in_for_its_villages_and_each_has_a_receipt(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    client, path = sign_in(TOWNSHIP), path_of(world, TOWNSHIP)
    assert path in client.get(f"/assignments/{world.id(TOWNSHIP)}").text
    content = download(client, path)
    codes = codes_in(content)
    typed = {code: {"排查户数": 10 + n, "投入资金": "１.５"} for n, code in enumerate(codes)}
    answer = upload(client, path, filled(content, typed))
    assert answer.status_code == 303
    looked_at = client.get(answer.headers["location"])
    page = text_of(looked_at)
    (sums,) = check(looked_at).xpath("//table/tfoot/tr")
    assert [cell.text for cell in sums] == [
        "合计", str(sum(range(10, 10 + len(codes)))), f"{1.5 * len(codes):g}", None
    ]  # fmt: skip
    assert len(check(looked_at).xpath("//table/tbody/tr[td='1.5']")) == len(codes)
    assert f"{len(codes)}要报送" in page
    assert page.count(f"确认报送 {len(codes)} 个单位") == 2  # On top, and after the rows.
    assert session.exec(select(Submission)).all() == []
    sent = confirm(client, answer.headers["location"])
    assert sent.status_code == 303
    tree = check(client.get(sent.headers["location"]))
    assert f"已报送 {len(codes)} 个单位的填报，每个单位一份回执。" in tree.text_content()
    receipts = tree.xpath("//a[starts-with(@href,'/receipts/')]/@href")
    assert len(receipts) == len(codes)
    village = sign_in(VILLAGE)
    assert "由上级单位用 Excel 代填" in text_of(village.get(f"/assignments/{world.id(VILLAGE)}"))
    assert [village.get(receipt).status_code for receipt in receipts].count(200) == 1
    typed[VILLAGE]["投入资金"] = "2"
    again = client.get(upload(client, path, filled(content, typed)).headers["location"])
    assert f"1现在不能改，不报 {len(codes) - 1}与已报送的相同，不报" in text_of(again)
    assert check(again).xpath("//del/text()") == ["1.5"]


def test_a_village_fills_in_its_own_row(world: World, sign_in: Callable[..., TestClient]) -> None:
    client, path = sign_in(VILLAGE), path_of(world, VILLAGE)
    assert path in client.get(f"/assignments/{world.id(VILLAGE)}").text
    content = download(client, path)
    assert codes_in(content) == [VILLAGE]
    answer = upload(client, path, filled(content, {VILLAGE: {"排查户数": 4}}))
    confirm(client, answer.headers["location"])
    assert world.assignment(VILLAGE).status == "submitted"


@pytest.mark.parametrize("code", [BANNER, REGION])
def test_a_unit_above_whose_lower_units_do_not_answer_has_no_workbook(
    world: World, sign_in: Callable[..., TestClient], code: str
) -> None:
    client = sign_in(code)
    path = path_of(world, code)
    assert path not in client.get(f"/assignments/{world.id(code)}").text
    assert client.get(path).status_code == 404
    assert client.get(f"{path}.xlsx").status_code == 404


def test_nobody_else_sees_an_upload_or_the_workbook(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    client, path = sign_in(TOWNSHIP), path_of(world, TOWNSHIP)
    content = filled(download(client, path), {VILLAGE: {"排查户数": 4}})
    address = upload(client, path, content).headers["location"]
    for code in (VILLAGE, OTHER_VILLAGE, BANNER, REGION):
        stranger = sign_in(code)
        for wanted in (path, f"{path}.xlsx", address):
            assert stranger.get(wanted).status_code == 404, (code, wanted)
        assert stranger.post(address, data={"_seen": ""}).status_code == 404
        files = {"file": ("a.xlsx", content, XLSX)}
        assert stranger.post(path, files=files).status_code == 404
    assert session.exec(select(Submission)).all() == []
    token = address.rpartition("/")[2]
    assert sign_in(VILLAGE).get(f"{path_of(world, VILLAGE)}/{token}").status_code == 404


def test_faults_are_told_with_sheet_and_cell_and_nothing_can_be_sent(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    client, path = sign_in(TOWNSHIP), path_of(world, TOWNSHIP)
    content = download(client, path)
    row = codes_in(content).index(VILLAGE) + 3
    answer = upload(client, path, filled(content, {VILLAGE: {"排查户数": 3.5}}))
    address = answer.headers["location"]
    page = client.get(address)
    assert f"填报!D{row}" in text_of(page)
    assert "请填整数。" in text_of(page)
    (group,) = check(page).xpath("//h3")
    assert group.text_content().split()[1:] == [f"填报!A{row}", "1", "处错误"]
    assert "确认报送" not in text_of(page)
    assert client.post(address, data={"_seen": ""}).status_code == 409
    assert session.exec(select(Submission)).all() == []


def test_what_changed_while_looking_is_shown_and_nothing_is_sent(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    client, path = sign_in(TOWNSHIP), path_of(world, TOWNSHIP)
    content = download(client, path)
    other = next(code for code in codes_in(content) if code != VILLAGE)
    typed: dict[str, dict[str, object]] = {VILLAGE: {"排查户数": 1}, other: {"排查户数": 2}}
    address = upload(client, path, filled(content, typed)).headers["location"]
    fields = fields_of(client.get(address), address)
    world.send(VILLAGE)
    answer = client.post(address, data=fields)
    assert answer.status_code == 409
    page = text_of(answer)
    assert "什么都没有报送" in page
    assert "确认报送 1 个单位" in page
    assert world.assignment(other).status != "submitted"
    again = client.post(address, data=fields_of(answer, address))
    assert again.status_code == 303
    assert world.assignment(other).status == "submitted"


def test_a_double_click_sends_once(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    client, path = sign_in(TOWNSHIP), path_of(world, TOWNSHIP)
    content = filled(download(client, path), {VILLAGE: {"排查户数": 1}})
    address = upload(client, path, content).headers["location"]
    fields = fields_of(client.get(address), address)
    assert client.post(address, data=fields).status_code == 303
    assert client.post(address, data=fields).status_code == 303
    assert len(session.exec(select(Submission)).all()) == 1


def test_a_change_shows_old_and_new(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    sent = world.send(VILLAGE, checked="12")
    township = account_of(session, TOWNSHIP)
    return_(session, sent.id, reason="请核对户数。", fields=["checked"], actor=township, now=NOW)
    client, path = sign_in(TOWNSHIP), path_of(world, TOWNSHIP)
    content = filled(download(client, path), {VILLAGE: {"排查户数": 15}})
    page = client.get(upload(client, path, content).headers["location"])
    tree = check(page)
    assert tree.xpath("//del/text()") == ["12"]
    assert "修改后重新报送" in text_of(page)


def bad_files(good: bytes) -> dict[str, bytes]:
    with_macros = io.BytesIO(good)
    with zipfile.ZipFile(with_macros, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf")
    return {
        "": b"",
        "a.pdf": b"%PDF-1.4",
        "a.csv": b"a,b\n",
        "a.xlsm": with_macros.getvalue(),
        "cut.xlsx": good[:500],
    }


def test_what_is_no_workbook_is_told_on_the_page(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    client, path = sign_in(TOWNSHIP), path_of(world, TOWNSHIP)
    for name, content in bad_files(download(client, path)).items():
        answer = upload(client, path, content, name)
        assert answer.status_code == 422, name
        assert check(answer).xpath("//*[@role='alert']//li"), name
    assert session.exec(select(WorkbookUpload)).all() == []


def test_a_form_that_needs_a_photo_says_so_instead_of_a_download(
    world: World,
    sign_in: Callable[..., TestClient],
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:

    version = session.get_one(FormVersion, world.measure.form_version_id)
    version.fields = [
        *version.fields, {"name": "p", "label": "现场照片", "type": "image", "required": True}
    ]  # fmt: skip
    session.add(version)
    session.flush()
    client, path = sign_in(TOWNSHIP), path_of(world, TOWNSHIP)
    page = client.get(path)
    assert "现场照片" in text_of(page)
    assert not check(page).xpath("//input[@type='file']")
    assert client.get(f"{path}.xlsx").status_code == 409


def full_world(session: Session) -> tuple[dict[str, int], list[str]]:
    """The form with one of everything, handed down; the ids by code, and a draft, a return."""
    office = account_of(session, REGION, Role.OFFICE)
    form = make_form(
        session, office, [field for field in full_fields() if field["name"] != "paper"]
    )
    measure = make_measure(session, office, form=form)
    release_down(session, measure, office)
    codes = [VILLAGE, "150402005003", "150402005004"]
    ids = {code: assignment_of(session, measure, code).id for code in (*codes, TOWNSHIP)}
    typed = {
        "households": ["４０ 户"], "day": ["20261122"], "tags": ["x", "y"], "heated": ["gas"],
        "visits.0.who": ["一号\n二层 "], "visits.2.who": ["007"], "visits.2.stove": ["no"],
        "story": [" 第一行\n第二行 "], "alarms": ["1,234.50"],
    }  # fmt: skip
    keep_draft(session, ids[codes[1]], typed, actor=account_of(session, codes[1]), now=NOW)
    answers = {name: texts for name, texts in FILLED.items() if name != "visits.#"}
    sent = arrived(try_to_send(
        session, ids[codes[2]], answers, send_key="sent-before", now=NOW,
        actor=account_of(session, codes[2]),
    ))  # fmt: skip
    return_(
        session, sent.submission.id, reason="请核对走访情况。", fields=["visits"],
        actor=account_of(session, TOWNSHIP), now=NOW,
    )  # fmt: skip
    return ids, codes


def test_a_workbook_that_nobody_touched_sends_nothing(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    ids, _ = full_world(session)
    client, path = sign_in(TOWNSHIP), f"/assignments/{ids[TOWNSHIP]}/workbook"
    content = edited(download(client, path), lambda book: None)
    page = text_of(client.get(upload(client, path, content).headers["location"]))
    assert "没有可以报送的行" in page
    assert "2没有改动，不报 1没有填，不报" in page
    assert "没有改动的 2 个单位" in page
    assert "确认报送" not in page


def test_fillings_of_a_repeat_are_added_and_what_was_not_returned_stays(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    ids, codes = full_world(session)
    client, path = sign_in(TOWNSHIP), f"/assignments/{ids[TOWNSHIP]}/workbook"
    more = {"门牌": "三号", "常住人数": 5, "炉具完好": "是"}
    content = edited(
        download(client, path), lambda book: add_filling(book, "入户走访", codes[2], more)
    )
    address = upload(client, path, content).headers["location"]
    assert "修改后重新报送" in text_of(client.get(address))
    assert confirm(client, address).status_code == 303
    last = session.exec(select(Submission).where(Submission.revision == 2)).one()
    assert [visit["who"] for visit in last.answers["visits"]] == ["一号", "二号", "三号"]
    assert last.answers["all_people"] == "10"
    assert last.answers["households"] == 40
    assert session.get(Draft, ids[codes[1]]) is not None


def test_characters_no_database_holds_are_left_out(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    client, path = sign_in(VILLAGE), path_of(world, VILLAGE)
    typed = {"排查户数": 4, "工作情况": "看_x0000_过_xD800_了"}
    content = unescaped(filled(download(client, path), {VILLAGE: typed}))
    answer = upload(client, path, content)
    assert confirm(client, answer.headers["location"]).status_code == 303
    assert world.assignment(VILLAGE).status == "submitted"


def unescaped(content: bytes) -> bytes:
    """The workbook with its `_x…_` meant as what they stand for, as a hostile program writes."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(
                name, old.read(name).replace(b"_x005F_x", b"_x").replace(b"_x005f_x", b"_x")
            )
    return changed.getvalue()


def test_a_page_of_an_upload_that_was_replaced_says_so(
    world: World, sign_in: Callable[..., TestClient], session: Session
) -> None:
    client, path = sign_in(TOWNSHIP), path_of(world, TOWNSHIP)
    content = filled(download(client, path), {VILLAGE: {"排查户数": 3}})
    first = upload(client, path, content).headers["location"]
    typed = fields_of(client.get(first), first)
    second = upload(client, path, content).headers["location"]
    for answer in (client.get(first), client.post(first, data=typed)):
        assert answer.status_code == 404
        assert "后来又上传过文件" in text_of(answer)
    assert session.exec(select(Submission)).all() == []
    assert confirm(client, second).status_code == 303
    assert len(session.exec(select(Submission)).all()) == 1
