"""Importing a list of units: first its faults or what would change, then the change itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from adapters.settings import get_settings
from adapters.table_process import table_apart
from models import Level
from queries.units.units import list_levels
from rules.accounts.permissions import Right
from rules.accounts.predicates import Subject
from rules.sentences.refusal import N_, Refusal
from rules.units.unit_list import UnitList, UnitListRefused, read_units
from services.units.unit_lists import rehearse
from services.units.units import ImportResult, import_units
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.packed_upload import carried, content_of, pack
from web.edge.requests.posted import Posted
from web.edge.requests.waiting import Crowded, waiting_of
from web.edge.viewer.context import Officer
from web.edge.viewer.language import words_of
from web.edge.viewer.security import Viewer, which_office
from web.edge.viewer.transactions import Look, Now

router = APIRouter()


@dataclass(frozen=True)
class SentList:
    """A list as it was sent: read, or with its faults in finished sentences."""

    units: UnitList | None
    packed: str = ""
    """The file, packed into text, so that nobody sends the file again to confirm it."""
    refusal: str = ""
    faults: tuple[str, ...] = ()
    more: int = 0
    """Faults besides the listed ones."""
    status: int = 200
    sheet: str = ""
    """The sheet that was read, where the workbook has others."""
    others: tuple[str, ...] = ()


async def read_list(request: Request, look: Look, now: Now, posted: Posted) -> SentList:
    """Read the list before the transaction begins; see `web.campaigns.intake.read_intake`."""
    levels = await look(partial(_levels, request, now))
    words = words_of(request)
    try:
        return await waiting_of(request).offices.run(partial(_read, posted, levels))
    except Crowded as crowded:
        kept, sentence = carried(posted, crowded)
        return SentList(None, kept, words.say(sentence), status=503)
    except UnitListRefused as refused:
        faults = tuple(words.say(fault.placed()) for fault in refused.faults)
        return SentList(None, "", words.say(refused), faults, refused.more, 422)
    except Refusal as refusal:
        return SentList(None, refusal=words.say(refusal), status=422)


def _levels(request: Request, now: datetime, session: Session) -> Sequence[Level]:
    """The levels that a list may name, for an office that may send a list."""
    _require_top(which_office(request, session, now))
    return list_levels(session)


def _read(posted: FormData, levels: Sequence[Level]) -> SentList:
    content = content_of(posted, none=N_("请选择单位名单文件。"))
    table = table_apart(content)
    sheet, others = (table.sheet, table.others) if table.others else ("", ())
    return SentList(read_units(table.lines, levels), pack(content), sheet=sheet, others=others)


@router.get("/units/import")
def show_import(context: Officer) -> Response:
    """Choose a file."""
    _require_top(context.viewer)
    return _page(context.request, SentList(None))


@router.post("/units/import")
def import_list(
    sent: Annotated[SentList, Depends(read_list)], context: Officer, posted: Posted
) -> Response:
    """Show what the list would change; after the confirmation, make the change."""
    _require_top(context.viewer)
    if sent.units is None:
        return _page(context.request, sent)
    if posted.get("do") != "import":
        result = rehearse(context.session, sent.units, actor=context.actor, now=context.now)
        return _page(context.request, sent, result)
    done = import_units(context.session, sent.units, actor=context.actor, now=context.now)
    said = N_(
        "名单已导入：新增 %(added)s，有改动 %(changed)s，变更上级 %(moved)s，停用 %(ended)s。"
    )
    return back_to(
        "/units", said, added=done.added, changed=done.changed, moved=done.moved, ended=done.ended
    )


def _require_top(viewer: Viewer) -> None:
    """Only the office at the top of the tree looks after the list."""
    if not viewer.may(Right.IMPORT_UNITS, Subject()):
        raise HTTPException(404)


@dataclass(frozen=True)
class UnitImportPage(Page):
    """A list of units: where the file is chosen, the faults, and what would change."""

    TEMPLATE = "pages/units/import.html"

    sent: SentList
    result: ImportResult | None
    """What the list would change."""
    limit: int
    """Megabytes of the largest file."""


def _page(request: Request, sent: SentList, result: ImportResult | None = None) -> Response:
    limit = get_settings().upload_limit // (1024 * 1024)
    return render(request, UnitImportPage(sent, result, limit), status=sent.status)
