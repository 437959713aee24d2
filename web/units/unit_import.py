"""Importing a list of units: its faults or what it would change first, then for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.datastructures import FormData

from adapters.language import tell
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
from web.edge.language import language_of, say
from web.edge.packed_upload import carried, content_of, pack
from web.edge.posted import Posted
from web.edge.rendering import render
from web.edge.security import Officer, Viewer, which_office
from web.edge.transactions import Look, Now, OpenSession
from web.edge.waiting import Crowded, waiting_of

router = APIRouter()


@dataclass(frozen=True)
class SentList:
    """A list as it was sent: read, or with what is wrong with it in finished sentences."""

    units: UnitList | None
    packed: str = ""
    """The file, packed into text, so that it is confirmed without being sent twice."""
    refusal: str = ""
    faults: tuple[str, ...] = ()
    more: int = 0
    """Faults besides those listed."""
    status: int = 200
    sheet: str = ""
    """The sheet that was read, where the workbook has others."""
    others: tuple[str, ...] = ()


async def read_list(request: Request, look: Look, now: Now, posted: Posted) -> SentList:
    """Read the list before the transaction begins; see `web.campaigns.intake.read_intake`."""
    levels = await look(partial(_levels, request, now))
    language = language_of(request)
    try:
        return await waiting_of(request).offices.run(partial(_read, posted, levels))
    except Crowded as crowded:
        kept, sentence = carried(posted, crowded)
        return SentList(None, kept, say(request, sentence), status=503)
    except UnitListRefused as refused:
        faults = tuple(tell(one.placed(), language) for one in refused.faults)
        return SentList(None, "", tell(refused, language), faults, refused.more, 422)
    except Refusal as refusal:
        return SentList(None, refusal=tell(refusal, language), status=422)


def _levels(request: Request, now: datetime, session: Session) -> Sequence[Level]:
    """The levels a list may name, for the office that may send one."""
    _require_top(which_office(request, session, now))
    return list_levels(session)


def _read(posted: FormData, levels: Sequence[Level]) -> SentList:
    content = content_of(posted, none=N_("请选择单位名单文件。"))
    table = table_apart(content)
    sheet, others = (table.sheet, table.others) if table.others else ("", ())
    return SentList(read_units(table.lines, levels), pack(content), sheet=sheet, others=others)


@router.get("/units/import")
def show_import(request: Request, viewer: Officer) -> Response:
    """Choose a file."""
    _require_top(viewer)
    return _page(request, SentList(None), None)


@router.post("/units/import")
def import_list(
    request: Request,
    sent: Annotated[SentList, Depends(read_list)],
    viewer: Officer,
    session: OpenSession,
    now: Now,
    posted: Posted,
) -> Response:
    """Show what the list would change; confirmed, change it."""
    _require_top(viewer)
    if sent.units is None:
        return _page(request, sent, None)
    if posted.get("do") != "import":
        result = rehearse(session, sent.units, actor=viewer.account, now=now)
        return _page(request, sent, result)
    import_units(session, sent.units, actor=viewer.account, now=now)
    return RedirectResponse("/units", 303)


def _require_top(viewer: Viewer) -> None:
    """Only the office at the top of the tree looks after the list."""
    if not viewer.may(Right.IMPORT_UNITS, Subject()):
        raise HTTPException(404)


def _page(request: Request, sent: SentList, result: ImportResult | None) -> Response:
    return render(
        request,
        "pages/units/import.html",
        status=sent.status,
        sent=sent,
        result=result,
        limit=get_settings().upload_limit // (1024 * 1024),
    )
