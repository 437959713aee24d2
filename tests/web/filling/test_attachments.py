"""Uploads and downloads over the web: by the cast, with odd offsets and odd files."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session, select

from adapters.attachment_store import AttachmentStore
from models import Assignment, Attachment, AttachmentKind, Submission
from rules.filling.attachments.kinds import LARGEST_PIECE, MB
from services.filling.attachments import as_answer
from tests.attachments import docx, open_assignment, photo, png, receive
from tests.building import BANNER, OTHER_VILLAGE, REGION, TOWNSHIP, VILLAGE
from tests.conftest import NOW
from tests.counting import statements
from tests.web.conftest import account_of, make_client
from tests.web.pages import text_of
from web.edge.pages.stored_files import get_files
from web.edge.viewer.security import SESSION_COOKIE

RAW = {"Content-Type": "application/octet-stream"}
SECOND = "150402005003"
"""The village beside ours, in the same township."""


@pytest.fixture
def store(app: FastAPI, tmp_path: Path) -> AttachmentStore:
    store = AttachmentStore(tmp_path)
    app.dependency_overrides[get_files] = lambda: store
    return store


@pytest.fixture
def assignment(session: Session, photos_wanted: int) -> Assignment:
    return session.get_one(Assignment, photos_wanted)


def begin(
    client: TestClient,
    assignment: Assignment,
    content: bytes,
    field: str = "paper",
    name: str = "情况.txt",
    **more: str,
) -> Response:
    fields = {"name": name, "size": str(len(content)), "field": field, "key": "browser-key", **more}
    return client.post(f"/assignments/{assignment.id}/uploads", data=fields)


def post_piece(
    client: TestClient,
    assignment: Assignment,
    token: str,
    offset: object,
    piece: bytes,
    **headers: str,
) -> Response:
    path = f"/assignments/{assignment.id}/uploads/{token}?offset={offset}"
    return client.post(path, content=piece, headers={**RAW, **headers})


def attach(
    session: Session,
    store: AttachmentStore,
    assignment: Assignment,
    content: bytes,
    name: str = "现场.jpg",
    field: str = "photo",
) -> Attachment:
    clerk = account_of(session, VILLAGE)
    kind = AttachmentKind.IMAGE if field == "photo" else AttachmentKind.FILE
    return receive(session, store, assignment.id, field, name, content, kind, actor=clerk, now=NOW)


def mention(session: Session, assignment: Assignment, attachment: Attachment) -> None:
    """A submission whose answers hold the attachment."""
    session.add(
        Submission(
            assignment_id=assignment.id, revision=1, answers={"photo": as_answer(attachment)},
            send_key="k" * 12, receipt="r", checksum="c", sent_at=NOW,
            sent_by=account_of(session, VILLAGE).id,
        )
    )  # fmt: skip
    session.flush()


def test_an_upload_goes_through_piece_by_piece(
    store: AttachmentStore,
    assignment: Assignment,
    sign_in: Callable[..., TestClient],
    session: Session,
) -> None:
    client, sent = sign_in(VILLAGE), photo(900, 700, noise=True)
    started = begin(client, assignment, sent, "photo", "../../现场.jpg").json()
    assert started["received"] == 0
    step, token = 200_000, started["token"]
    for offset in range(0, len(sent), step):
        answer = post_piece(client, assignment, token, offset, sent[offset : offset + step])
        assert answer.status_code == 200
        assert answer.json()["received"] == min(offset + step, len(sent)) or answer.json()["done"]
    done = answer.json()
    assert done["done"]
    assert (done["name"], done["type"]) == ("现场.jpg", "image/jpeg")
    path = f"/assignments/{assignment.id}/uploads/{token}"
    assert client.get(path).json() == done
    assert begin(client, assignment, sent, "photo", "../../现场.jpg").json() == done
    assert store.received(token) == 0  # its pieces are gone
    shown = client.get(f"/attachments/{token}")
    assert shown.content == store.read(session.exec(select(Attachment.digest)).one())


def test_a_wrong_offset_is_told_the_right_one(
    store: AttachmentStore, assignment: Assignment, sign_in: Callable[..., TestClient]
) -> None:
    client, sent = sign_in(VILLAGE), b"x" * 60_000
    token = begin(client, assignment, sent).json()["token"]
    post_piece(client, assignment, token, 0, sent[:20_000])
    for offset in (0, 10_000, 30_000):
        answer = post_piece(client, assignment, token, offset, sent[:20_000])
        assert (answer.status_code, answer.json()) == (409, {"received": 20_000})
    assert client.get(f"/assignments/{assignment.id}/uploads/{token}").json()["received"] == 20_000


def test_two_uploads_with_the_same_key_are_one(
    store: AttachmentStore, assignment: Assignment, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(VILLAGE)
    first, second = (begin(client, assignment, b"x" * 100).json() for _ in range(2))
    assert first == second
    assert begin(client, assignment, b"x" * 101).json()["token"] != first["token"]


@pytest.mark.parametrize(
    ("size", "field"),
    [("0", "photo"), (str(16 * MB), "photo"), ("9" * 40, "paper"), ("x", "paper"),
     ("100", "checked"), ("100", "nothing"), ("100", "")],
)  # fmt: skip
def test_what_cannot_be_uploaded_is_told_before_it_is_sent(
    store: AttachmentStore,
    assignment: Assignment,
    sign_in: Callable[..., TestClient],
    size: str,
    field: str,
) -> None:
    answer = begin(sign_in(VILLAGE), assignment, b"", field, size=size)
    assert answer.status_code == 422
    assert answer.json()["sentence"].endswith("。")


def test_a_refused_file_is_told_and_can_be_tried_again(
    store: AttachmentStore, assignment: Assignment, sign_in: Callable[..., TestClient]
) -> None:
    client, sent = sign_in(VILLAGE), b"<html><script>alert(1)</script></html>"
    token = begin(client, assignment, sent, name="a.pdf").json()["token"]
    answer = post_piece(client, assignment, token, 0, sent)
    assert answer.status_code == 422
    assert "网页" in answer.json()["sentence"]
    assert client.get(f"/assignments/{assignment.id}/uploads/{token}").status_code == 404
    assert begin(client, assignment, sent, name="a.pdf").json()["received"] == 0


@pytest.mark.parametrize(
    ("offset", "piece", "kind", "status"),
    [
        (0, b"x" * (LARGEST_PIECE + 1), "application/octet-stream", 413),
        (0, b"a=b", "application/x-www-form-urlencoded", 415),
        (-1, b"x" * 5000, "application/octet-stream", 404),
        ("9" * 40, b"x" * 5000, "application/octet-stream", 404),
        ("", b"x" * 5000, "application/octet-stream", 404),
    ],
)
def test_odd_pieces_store_nothing(
    store: AttachmentStore,
    assignment: Assignment,
    sign_in: Callable[..., TestClient],
    offset: int | str,
    piece: bytes,
    kind: str,
    status: int,
) -> None:
    client = sign_in(VILLAGE)
    token = begin(client, assignment, b"x" * 300_000).json()["token"]
    answer = post_piece(client, assignment, token, offset, piece, **{"Content-Type": kind})
    assert answer.status_code == status
    assert store.received(token) == 0


def test_when_its_turn_has_not_come_the_photo_is_kept_and_an_empty_piece_asks_again(
    app: FastAPI,
    store: AttachmentStore,
    assignment: Assignment,
    sign_in: Callable[..., TestClient],
) -> None:
    client, sent = sign_in(VILLAGE), photo(100, 80)
    token = begin(client, assignment, sent, "photo").json()["token"]
    line = app.state.waiting.clerks
    line.most, usual = 0, line.most  # nobody may wait, and nobody's turn comes
    line.limiter.total_tokens, places = 0, line.limiter.total_tokens
    assert post_piece(client, assignment, token, 0, sent).status_code == 503
    line.most, line.limiter.total_tokens = usual, places
    state = client.get(f"/assignments/{assignment.id}/uploads/{token}").json()
    assert (state["received"], state["done"]) == (len(sent), False)
    assert post_piece(client, assignment, token, len(sent), b"").json()["done"]


@pytest.mark.parametrize("code", [OTHER_VILLAGE, SECOND, TOWNSHIP, BANNER, REGION])
def test_nobody_uploads_for_another_unit(
    store: AttachmentStore, assignment: Assignment, sign_in: Callable[..., TestClient], code: str
) -> None:
    token = begin(sign_in(VILLAGE), assignment, b"x" * 100).json()["token"]
    other = sign_in(code)
    assert begin(other, assignment, b"x" * 100).status_code == 404
    assert other.get(f"/assignments/{assignment.id}/uploads/{token}").status_code == 404
    assert post_piece(other, assignment, token, 0, b"x" * 100).status_code == 404
    assert store.received(token) == 0


def test_an_upload_of_another_assignment_is_not_found(
    store: AttachmentStore,
    assignment: Assignment,
    sign_in: Callable[..., TestClient],
    session: Session,
) -> None:
    other = open_assignment(session)
    client = sign_in(VILLAGE)
    token = begin(client, assignment, b"x" * 100).json()["token"]
    assert post_piece(client, other, token, 0, b"x" * 100).status_code == 404
    assert client.get(f"/assignments/{other.id}/uploads/{token}").status_code == 404


def test_without_a_session_or_from_another_site_nothing_is_stored(
    app: FastAPI, store: AttachmentStore, assignment: Assignment, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(VILLAGE)
    token = begin(client, assignment, b"x" * 5000).json()["token"]
    assert post_piece(make_client(app), assignment, token, 0, b"x" * 5000).status_code == 401
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert post_piece(client, assignment, token, 0, b"x" * 5000, **foreign).status_code == 403
    assert store.received(token) == 0


def test_an_old_browser_proves_its_page_by_the_header_of_a_piece(
    store: AttachmentStore, assignment: Assignment, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(VILLAGE)
    token = begin(client, assignment, b"x" * 5000).json()["token"]
    form_token = client.get("/complaints/new").text.split('name="_token" value="')[1].split('"')[0]
    client.headers.pop("Sec-Fetch-Site")
    assert client.cookies.get(SESSION_COOKIE)
    assert post_piece(client, assignment, token, 0, b"x" * 5000).status_code == 403
    wrong = {"X-Form-Token": "0" * 32}
    assert post_piece(client, assignment, token, 0, b"x" * 5000, **wrong).status_code == 403
    good = {"X-Form-Token": form_token}
    assert post_piece(client, assignment, token, 0, b"x" * 5000, **good).status_code == 200


def test_the_file_is_seen_by_the_unit_and_once_sent_by_those_above(
    store: AttachmentStore,
    assignment: Assignment,
    sign_in: Callable[..., TestClient],
    session: Session,
) -> None:
    done = attach(session, store, assignment, photo())
    path = f"/attachments/{done.token}"
    assert sign_in(VILLAGE).get(path).content == store.read(done.digest)
    assert sign_in(TOWNSHIP).get(path).status_code == 404
    mention(session, assignment, done)
    for code in (TOWNSHIP, BANNER, REGION):
        assert sign_in(code).get(path).status_code == 200
    for code in (SECOND, OTHER_VILLAGE):
        assert sign_in(code).get(path).status_code == 404


@pytest.mark.parametrize("token", ["x", "..%2f..%2fetc%2fpasswd", "%00", "a" * 500])
def test_an_attachment_nobody_has_is_not_found(
    store: AttachmentStore, sign_in: Callable[..., TestClient], token: str
) -> None:
    assert sign_in(VILLAGE).get(f"/attachments/{token}").status_code == 404


@pytest.mark.parametrize(
    ("content", "field", "media", "how"),
    [
        (photo(), "photo", "image/jpeg", "inline"),
        (png(), "photo", "image/png", "inline"),
        (docx(), "paper", "application/vnd.openxmlformats", "attachment"),
        (b"%PDF-1.7 <script>", "paper", "application/pdf", "attachment"),
        (b"just text", "paper", "text/plain", "attachment"),
    ],
)
def test_nothing_that_is_handed_out_can_run(
    store: AttachmentStore,
    assignment: Assignment,
    sign_in: Callable[..., TestClient],
    session: Session,
    content: bytes,
    field: str,
    media: str,
    how: str,
) -> None:
    done = attach(session, store, assignment, content, "现场 “一”.jpg", field)
    headers = sign_in(VILLAGE).get(f"/attachments/{done.token}").headers
    assert headers["content-type"].startswith(media)
    assert headers["content-disposition"].startswith(f"{how}; ")
    assert "filename*=UTF-8''%E7%8E%B0%E5%9C%BA%20" in headers["content-disposition"]
    assert headers["content-disposition"].isascii()
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "private, no-cache"


def test_a_type_the_list_does_not_have_is_handed_out_as_bytes(
    store: AttachmentStore,
    assignment: Assignment,
    sign_in: Callable[..., TestClient],
    session: Session,
) -> None:
    done = attach(session, store, assignment, b"text", field="paper")
    done.content_type = "text/html"
    session.flush()
    headers = sign_in(VILLAGE).get(f"/attachments/{done.token}").headers
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"].startswith("attachment")


def test_a_photo_seen_before_is_not_sent_again_but_access_is_asked_again(
    store: AttachmentStore,
    assignment: Assignment,
    sign_in: Callable[..., TestClient],
    session: Session,
) -> None:
    done = attach(session, store, assignment, photo())
    path = f"/attachments/{done.token}"
    tag = {"If-None-Match": sign_in(VILLAGE).get(path).headers["etag"]}
    assert sign_in(VILLAGE).get(path, headers=tag).status_code == 304
    assert sign_in(SECOND).get(path, headers=tag).status_code == 404


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_file_the_disk_has_lost_is_told_on_a_page(
    store: AttachmentStore,
    assignment: Assignment,
    sign_in: Callable[..., TestClient],
    session: Session,
    damage: str,
) -> None:
    done = attach(session, store, assignment, photo())
    path = next(store.folder.glob("??/??/*"))
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(b"something else")
    answer = sign_in(VILLAGE).get(f"/attachments/{done.token}")
    assert answer.status_code == 404
    assert "找不到了" in text_of(answer)


def test_a_piece_and_a_download_are_a_few_statements(
    store: AttachmentStore,
    assignment: Assignment,
    sign_in: Callable[..., TestClient],
    session: Session,
) -> None:
    client, sent = sign_in(VILLAGE), b"x" * 60_000
    token = begin(client, assignment, sent).json()["token"]
    with statements(session) as seen:
        post_piece(client, assignment, token, 0, sent[:20_000])
    assert (
        len([statement for statement in seen if not statement.startswith(("SAVEPOINT", "RELEASE"))])
        <= 6
    )
    assert not [
        statement for statement in seen if statement.startswith(("INSERT", "UPDATE", "DELETE"))
    ]
