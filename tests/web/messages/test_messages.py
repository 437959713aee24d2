"""The page of messages, and the unread count on every page."""

from collections.abc import Callable

from fastapi.testclient import TestClient
from sqlmodel import Session

from tests.building import OTHER_VILLAGE, VILLAGE
from tests.messages import messages_of, tell
from tests.web.pages import check, fields_of, text_of

SignIn = Callable[..., TestClient]


def test_an_unread_message_is_counted_on_every_page_until_it_is_opened(
    session: Session, sign_in: SignIn
) -> None:
    message = tell(session, VILLAGE)
    village = sign_in(VILLAGE)
    assert "1 条未读" in text_of(village.get("/receipts"))
    page = village.get("/messages?show=unread")
    assert "现为“已退回”" in check(page).text_content()
    opened = village.post(
        f"/messages/{message.id}/open", data=fields_of(page, f"/messages/{message.id}/open")
    )
    assert opened.headers["location"] == "/receipts"
    assert "条未读" not in text_of(village.get("/receipts"))
    assert "没有未读的消息" in text_of(village.get("/messages?show=unread"))
    assert "现为“已退回”" in text_of(village.get("/messages"))


def test_all_are_marked_as_read_and_the_filter_stays(session: Session, sign_in: SignIn) -> None:
    for about in "ab":
        tell(session, VILLAGE, about)
    village = sign_in(VILLAGE)
    page = village.get("/messages?show=unread")
    first = messages_of(session, VILLAGE)[0]
    stayed = village.post(f"/messages/{first.id}/read", data={"show": "unread"})
    assert stayed.headers["location"] == "/messages?show=unread"
    village.post("/messages/read", data=fields_of(page, "/messages/read"))
    assert "都已标为已读" in text_of(village.get("/messages"))
    assert all(message.read_at for message in messages_of(session, VILLAGE))


def test_a_unit_beside_sees_and_opens_nothing(session: Session, sign_in: SignIn) -> None:
    message = tell(session, VILLAGE)
    beside = sign_in(OTHER_VILLAGE)
    assert "还没有消息" in text_of(beside.get("/messages"))
    assert beside.post(f"/messages/{message.id}/open").status_code == 404
    assert messages_of(session, VILLAGE) == [message]
    assert message.read_at is None


def test_the_messages_are_a_file_as_well(session: Session, sign_in: SignIn) -> None:
    tell(session, VILLAGE)
    answer = sign_in(VILLAGE).get("/messages?format=xlsx")
    assert answer.status_code == 200
    assert answer.content.startswith(b"PK")
