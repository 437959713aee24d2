"""The messages of a unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from models import Message, MessageKind
from queries.messages.messages import WhichMessages, count_messages, list_messages
from rules.messages.kinds import MESSAGE_KIND_NAMES
from rules.sentences.refusal import N_
from services.messages.messages import read_all, read_message
from web.edge.pages.exports import Column, exported, in_pages, wants_file, when
from web.edge.pages.paging import PageNumber, count_pages
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, SignedIn
from web.edge.viewer.language import local_path
from web.edge.viewer.security import read_id

router = APIRouter()
PAGE = 30
LIST = "/messages"
COLUMNS = (
    Column(N_("时间"), 18),
    Column(N_("种类"), 14),
    Column(N_("消息"), 80),
    Column(N_("已读时间"), 18),
)


@dataclass(frozen=True)
class MessagesPage(Page):
    """The messages of a unit, the newest first."""

    TEMPLATE = "pages/messages/list.html"

    rows: Sequence[tuple[Message, str]]
    """Each with its sentence in the reader's language."""
    page: int
    pages: int
    shown: WhichMessages
    kinds: Mapping[MessageKind, str]
    last_id: int
    """The newest message that the page shows; 0 where there is none."""


@router.get("/messages")
def show_messages(context: SignedIn, show: str = "", page: PageNumber = 1) -> Response:
    """What the product has told the unit."""
    shown = WhichMessages(show) if show in set(WhichMessages) else WhichMessages.ALL
    if wants_file(context.query):
        return _exported(context, shown)
    unit_id = context.viewer.unit_id
    rows = list_messages(context.session, unit_id, shown=shown, page=page, size=PAGE)
    count = count_messages(context.session, unit_id, shown=shown)
    drawn = MessagesPage(
        rows=[(row, context.words.say(row.sentence)) for row in rows],
        page=page,
        pages=count_pages(count, PAGE),
        shown=shown,
        kinds=MESSAGE_KIND_NAMES,
        last_id=rows[0].id if rows else 0,
    )
    return render(context.request, drawn)


def _exported(context: Context, shown: WhichMessages) -> Response:
    def read(page: int, size: int) -> Sequence[Message]:
        return list_messages(
            context.session, context.viewer.unit_id, shown=shown, page=page, size=size
        )

    say = context.words.say
    cells = (
        (when(row.created_at), say(MESSAGE_KIND_NAMES[row.kind]), say(row.sentence),
         when(row.read_at))
        for row in in_pages(read)
    )  # fmt: skip
    title = say(N_("%(unit)s消息"), unit=context.viewer.unit.name)
    return exported(context, title, COLUMNS, cells)


@router.post("/messages/{message_id}/open")
def open_message(context: SignedIn, message_id: int) -> Response:
    """Note that the message was read, and go where it leads."""
    message = read_message(context.session, message_id, actor=context.actor, now=context.now)
    return RedirectResponse(local_path(message.path, LIST), 303)


@router.post("/messages/{message_id}/read")
def mark_read(context: SignedIn, message_id: int, posted: Posted) -> Response:
    """Note that the message was read, and stay on the list."""
    read_message(context.session, message_id, actor=context.actor, now=context.now)
    return RedirectResponse(_list(posted), 303)


@router.post("/messages/read")
def mark_all_read(context: SignedIn, posted: Posted) -> Response:
    """Note that everything was read that the page has shown, and everything older."""
    last_id = read_id(str(posted.get("last", "")))
    read_all(context.session, last_id=last_id, actor=context.actor, now=context.now)
    return back_to(_list(posted), N_("都已标为已读。"))


def _list(posted: Mapping[str, object]) -> str:
    return f"{LIST}?show=unread" if posted.get("show") == WhichMessages.UNREAD else LIST
