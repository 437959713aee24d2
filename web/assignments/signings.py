"""Signing for many assignments at once, from the first page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response
from sqlmodel import Session

from queries.assignments.inbox import Owed, list_owed
from queries.campaigns.reach import count_reach_below
from rules.sentences.refusal import N_, Refusal
from services.assignments.signings import Signed, acknowledge_each
from web.edge.pages.asked_first import MANY, SURE
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.viewer.context import SignedIn
from web.edge.viewer.security import Viewer, read_id

router = APIRouter()


@dataclass(frozen=True)
class SureToSignPage(Page):
    """Asks before signing hands measures down to many units."""

    TEMPLATE = "pages/assignments/sign_many.html"

    ids: Sequence[int]
    """Everything that is ticked."""
    releasing: Sequence[tuple[Owed, int]]
    """What signing hands down, and to how many units in the end."""
    units: int


@router.post("/assignments/acknowledge")
def acknowledge_many(context: SignedIn, posted: Posted) -> Response:
    """Sign for everything that is ticked; a second press finds it signed and changes nothing."""
    ids = sorted({read_id(str(value)) for value in posted.getlist("assignment")})
    if not ids:
        raise Refusal(N_("请先勾选要签收的任务。"))
    if posted.get(SURE) != "yes":
        releasing = _releasing(context.session, context.viewer, ids)
        units = sum(count for _, count in releasing)
        if units > MANY:
            return render(context.request, SureToSignPage(ids, releasing, units))
    done = acknowledge_each(context.session, ids, actor=context.actor, now=context.now)
    return back_to("/", _said(done), **done._asdict())


def _releasing(session: Session, viewer: Viewer, ids: Sequence[int]) -> list[tuple[Owed, int]]:
    """What of it is handed down by signing; one statement, and one for each of these measures."""
    owed = [row for row in list_owed(session, viewer.unit_id) if row.id in ids]
    return [
        (row, count_reach_below(session, row.measure_id, viewer.unit).all)
        for row in owed
        if row.signing_releases
    ]


def _said(done: Signed) -> str:
    if not done.signed:
        return N_("勾选的任务此前已经签收，或者已经撤回、办结，没有改动。")
    if done.released and done.waiting:
        return N_(
            "已签收 %(signed)s 项任务，其中 %(released)s 项已下发给下级单位；"
            "另有 %(waiting)s 项还要由您细化或直接下发，请逐项办理。"
        )
    if done.released:
        return N_("已签收 %(signed)s 项任务，其中 %(released)s 项已下发给下级单位。")
    if done.waiting:
        return N_(
            "已签收 %(signed)s 项任务；其中 %(waiting)s 项还要由您细化或直接下发，请逐项办理。"
        )
    return N_("已签收 %(signed)s 项任务。")
