"""Photos and files that come with the form itself, from a browser that runs no script."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session, select

from adapters.attachment_store import AttachmentStore
from models import Assignment, Attachment, Status, Submission
from rules.filling.attachments.kinds import MOST_FILES, MOST_TRIES
from rules.sentences.refusal import Refusal
from services.filling import attachments
from tests.attachments import CAMERA, photo
from tests.building import OTHER_VILLAGE, VILLAGE
from tests.conftest import NOW
from tests.full_form import FILLED, posted
from tests.present import present
from tests.web.conftest import World
from tests.web.full_world import make_full_world
from tests.web.pages import check, fields_of, text_of
from web.edge.pages.stored_files import get_files

PAPER = ("台账.txt", "一户一档。\n".encode() * 20, "text/plain")
PHOTOS: list[dict[str, Any]] = [
    {"name": "visits", "label": "走访", "type": "repeat"},
    {"name": "photo", "label": "照片", "type": "image", "within": "visits", "required": True},
    {"name": "remark", "label": "说明", "type": "text", "within": "visits"},
]


@pytest.fixture
def store(app: FastAPI, tmp_path: Path) -> AttachmentStore:
    store = AttachmentStore(tmp_path)
    app.dependency_overrides[get_files] = lambda: store
    return store


@pytest.fixture
def path(full: World) -> str:
    return f"/assignments/{full.id(VILLAGE)}/form"


@pytest.fixture
def assignment(session: Session, photos_wanted: int) -> Assignment:
    return session.get_one(Assignment, photos_wanted)


def post(
    client: TestClient,
    path: str,
    typed: dict[str, Any],
    act: str,
    **files: tuple[str, bytes, str],
) -> Response:
    page = client.get(path)
    data = {**fields_of(page, path), **posted(typed), "_act": act}
    return client.post(path, data=data, files={f"f-{key}": file for key, file in files.items()})


def sent(session: Session) -> Submission:
    return session.exec(select(Submission)).one()


def test_a_file_goes_with_the_form_and_is_stored_once(
    path: str, sign_in: Callable[..., TestClient], store: AttachmentStore, session: Session
) -> None:
    client = sign_in(VILLAGE)
    assert check(client.get(path)).xpath("//form[@enctype='multipart/form-data']")
    page = client.get(path)
    data = {**fields_of(page, path), **posted(FILLED), "_act": "send"}
    first = client.post(path, data=data, files={"f-paper": PAPER})
    assert first.headers["location"].startswith("/receipts/")
    again = client.post(path, data=data, files={"f-paper": PAPER})
    assert again.headers["location"] == first.headers["location"]
    answer = sent(session).answers["paper"]
    assert (answer["name"], answer["type"]) == ("台账.txt", "text/plain")
    assert len(session.exec(select(Attachment)).all()) == 1
    assert "台账.txt" in text_of(client.get(first.headers["location"]))


def test_a_draft_keeps_the_file_and_a_box_takes_it_away(
    path: str, sign_in: Callable[..., TestClient], store: AttachmentStore, session: Session
) -> None:
    client = sign_in(VILLAGE)
    post(client, path, FILLED, "save", paper=PAPER)
    page = client.get(path)
    token = fields_of(page, path)["f-paper"]
    assert check(page).xpath(f"//a[@href='/attachments/{token[0]}']")
    post(client, path, FILLED, "save")
    assert fields_of(client.get(path), path)["f-paper"] == token
    fields = fields_of(client.get(path), path)
    client.post(path, data={**fields, "_remove": "f-paper", "_act": "save"})
    assert fields_of(client.get(path), path)["f-paper"] == [""]


def test_photos_in_a_repeat_stay_with_their_filling(
    session: Session, sign_in: Callable[..., TestClient], store: AttachmentStore
) -> None:
    full = make_full_world(session, PHOTOS)
    path, client = f"/assignments/{full.id(VILLAGE)}/form", sign_in(VILLAGE)
    picture = ("一.jpg", photo(), "image/jpeg")
    post(client, path, {"visits.0.remark": ["甲"]}, "add:visits")
    post(client, path, {"visits.1.remark": ["乙"]}, "save", **{"visits.1.photo": picture})
    post(client, path, {}, "remove:visits.0")
    answer = post(client, path, {}, "send")
    assert answer.headers["location"].startswith("/receipts/")
    (row,) = sent(session).answers["visits"]
    assert (row["remark"], row["photo"]["type"]) == ("乙", "image/jpeg")
    assert CAMERA.encode() not in present(store.read(row["photo"]["digest"]))


def test_a_file_that_is_not_taken_costs_nothing_else_that_was_typed(
    path: str, sign_in: Callable[..., TestClient], store: AttachmentStore, session: Session
) -> None:
    client = sign_in(VILLAGE)
    bad = ("程序.exe", b"MZ" + b"\x00" * 200, "application/octet-stream")
    answer = post(client, path, FILLED, "send", paper=bad)
    assert answer.status_code == 422
    assert check(answer).xpath("//*[@id='f-paper-fault']")
    assert fields_of(answer, path)["f-story"] == FILLED["story"]
    assert not session.exec(select(Submission)).all()
    again = client.post(path, data={**fields_of(answer, path), "_act": "send"})
    assert again.headers["location"].startswith("/receipts/")


def test_a_file_and_an_answer_that_are_wrong_are_told_together(
    path: str, sign_in: Callable[..., TestClient], store: AttachmentStore
) -> None:
    wrong = {**FILLED, "day": ["明天"]}
    answer = post(
        sign_in(VILLAGE), path, wrong, "send", paper=("台账.exe", b"MZ\x90", "text/plain")
    )
    assert answer.status_code == 422
    blamed = check(answer).xpath("//section[@role='alert']//a/@href")
    assert blamed == ["#f-paper", "#f-day"]


def test_a_file_for_what_takes_none_is_left_aside(
    path: str, sign_in: Callable[..., TestClient], store: AttachmentStore, session: Session
) -> None:
    client = sign_in(VILLAGE)
    for key in ("story", "nothing", "visits.0.who"):
        assert post(client, path, {"story": ["写了"]}, "save", **{key: PAPER}).status_code == 303
    assert not session.exec(select(Attachment)).all()


def test_nobody_elses_file_is_looked_at(
    path: str,
    sign_in: Callable[..., TestClient],
    client: TestClient,
    store: AttachmentStore,
    session: Session,
    full: World,
) -> None:
    other = sign_in(OTHER_VILLAGE)
    files = {"f-paper": PAPER}
    assert other.post(path, data={"_act": "save"}, files=files).status_code == 404
    assert client.post(path, data={"_act": "save"}, files=files).status_code == 401
    assert not session.exec(select(Attachment)).all()


def test_a_token_of_another_village_is_no_answer(
    path: str,
    sign_in: Callable[..., TestClient],
    store: AttachmentStore,
    session: Session,
    full: World,
) -> None:
    theirs = sign_in(OTHER_VILLAGE)
    their_path = f"/assignments/{full.id(OTHER_VILLAGE)}/form"
    post(theirs, their_path, FILLED, "save", paper=PAPER)
    token = session.exec(select(Attachment)).one().token
    client = sign_in(VILLAGE)
    answer = post(client, path, {**FILLED, "paper": [token]}, "send")
    assert answer.headers["location"] == f"{path}?faults=1"
    assert "没有传完或已经失效" in text_of(client.get(answer.headers["location"]))


def test_more_files_than_a_task_may_have_are_not_even_looked_at(
    sign_in: Callable[..., TestClient], store: AttachmentStore, session: Session
) -> None:
    world = make_full_world(session, PHOTOS)
    path = f"/assignments/{world.id(VILLAGE)}/form"
    client = sign_in(VILLAGE)
    wrong = ("x.jpg", b"nothing a camera made", "image/jpeg")
    files = {f"f-visits.{at}.photo": wrong for at in range(33)}
    answer = client.post(path, data={"_act": "save", "f-visits.#": "33"}, files=files)
    assert answer.status_code == 422
    assert answer.text.count("这不是照片") == 2 * 30
    assert "最多上传 30 个文件" in answer.text


def stored(store: AttachmentStore) -> list[Any]:
    return [path.name for path in store.folder.glob("??/??/*")]


def another(number: int) -> tuple[str, bytes, str]:
    return ("台账.txt", f"第 {number} 户。\n".encode() * 20, "text/plain")


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.CLOSED, Status.WITHDRAWN])
def test_nothing_is_stored_for_a_task_that_takes_no_answer(
    sign_in: Callable[..., TestClient],
    store: AttachmentStore,
    session: Session,
    assignment: Assignment,
    status: Status,
) -> None:
    assignment.status = status
    session.flush()
    client, path = sign_in(VILLAGE), f"/assignments/{assignment.id}/form"
    for number in range(3):
        files = {"f-paper": another(number)}
        answer = client.post(path, data={"_act": "save"}, files=files)
        assert answer.status_code in (404, 409)
    assert stored(store) == []


def test_nothing_is_stored_once_the_measure_is_closed(
    sign_in: Callable[..., TestClient],
    store: AttachmentStore,
    session: Session,
    assignment: Assignment,
) -> None:
    assignment.closed_at = NOW
    session.flush()
    client, path = sign_in(VILLAGE), f"/assignments/{assignment.id}/form"
    answer = client.post(path, data={"_act": "save"}, files={"f-paper": another(1)})
    assert answer.status_code == 409
    assert stored(store) == []


def test_nothing_is_stored_where_there_is_no_room(
    sign_in: Callable[..., TestClient],
    store: AttachmentStore,
    session: Session,
    assignment: Assignment,
) -> None:
    client, path = sign_in(VILLAGE), f"/assignments/{assignment.id}/form"
    fields = [f"f-p{at}" for at in range(MOST_FILES)]
    for turn in range(MOST_TRIES):
        files = {name: another(turn * MOST_FILES + at) for at, name in enumerate(fields)}
        client.post(path, data={"_act": "save"}, files=files)
    assert len(stored(store)) == MOST_FILES * MOST_TRIES
    answer = client.post(path, data={"_act": "save"}, files={"f-p1": another(1_000)})
    assert "更换文件的次数太多" in answer.text
    assert len(stored(store)) == MOST_FILES * MOST_TRIES


def test_files_that_have_no_room_together_are_not_stored(
    sign_in: Callable[..., TestClient],
    store: AttachmentStore,
    session: Session,
    assignment: Assignment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rules.filling.attachments.kinds.MOST_BYTES", 1000)
    paper = ("台账.txt", b"x" * 600, "text/plain")
    more = ("名单.txt", b"y" * 600, "text/plain")
    answer = sign_in(VILLAGE).post(
        f"/assignments/{assignment.id}/form",
        data={"_act": "save"},
        files={"f-paper": paper, "f-p1": more},
    )
    assert check(answer).xpath("//*[@id='f-p1-fault']")
    assert len(stored(store)) == len(session.exec(select(Attachment)).all()) == 1


def test_a_file_that_is_refused_after_it_was_stored_goes_again(
    sign_in: Callable[..., TestClient],
    store: AttachmentStore,
    session: Session,
    assignment: Assignment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two forms at the same moment: there was room for both when each was asked."""
    client, path = sign_in(VILLAGE), f"/assignments/{assignment.id}/form"
    client.post(path, data={"_act": "save"}, files={"f-p1": PAPER})

    def refuse(*_: object, **__: object) -> None:
        raise Refusal("任务已收回。")

    monkeypatch.setattr(attachments, "add", refuse)
    files = {"f-paper": another(1), "f-p2": another(1), "f-p3": PAPER}
    answer = client.post(path, data={"_act": "save"}, files=files)
    assert answer.status_code == 422
    (row,) = session.exec(select(Attachment)).all()
    assert stored(store) == [row.digest]


def test_a_photo_is_sent_twice_with_the_form_and_the_receipt_is_the_same(
    session: Session, sign_in: Callable[..., TestClient], store: AttachmentStore
) -> None:
    full = make_full_world(session, [PHOTOS[0] | {"type": "image", "required": True}])
    path, client = f"/assignments/{full.id(VILLAGE)}/form", sign_in(VILLAGE)
    data = {**fields_of(client.get(path), path), "_act": "send"}
    first, again = (
        client.post(path, data=data, files={"f-visits": ("一.jpg", photo(), "image/jpeg")})
        for _ in range(2)
    )
    assert first.headers["location"].startswith("/receipts/")
    assert again.headers["location"] == first.headers["location"]
    assert len(stored(store)) == 1
