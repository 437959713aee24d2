"""The units that a measure asks and that have no account with which they could answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from adapters.list_file import MEDIA_TYPE, list_file
from models import Campaign, Measure
from queries.campaigns.campaigns import get_own_measure
from queries.campaigns.unanswering import MOST_COUNTED, SilentUnit, count_silent, list_silent
from rules.sentences.refusal import N_
from rules.units.access import ACCESS_NAMES, Access
from web.edge.context import Officer
from web.edge.downloads import saved_as
from web.edge.paging import PageNumber, count_pages
from web.edge.rendering import Page, render

PAGE = 50
HEADS = (N_("代码"), N_("单位"), N_("账号情况"), N_("上级"), N_("上级电话"))

router = APIRouter()


@dataclass(frozen=True)
class SilentUnitsPage(Page):
    """The units that are asked to answer and cannot, page by page."""

    TEMPLATE = "pages/campaigns/measures/silent.html"

    measure: Measure
    campaign: Campaign
    rows: Sequence[SilentUnit]
    page: int
    pages: int


@router.get("/measures/{measure_id}/silent")
def show_silent(context: Officer, measure_id: int, page: PageNumber = 1) -> Response:
    """The units, with what their accounts are like and whom to call."""
    measure, campaign = get_own_measure(context.session, context.actor, measure_id)
    own = context.viewer.unit
    rows = list_silent(context.session, measure_id, own, limit=PAGE, offset=PAGE * (page - 1))
    total = sum(count_silent(context.session, measure_id, own).values())
    shown = SilentUnitsPage(measure, campaign, rows, page, count_pages(total, PAGE))
    return render(context.request, shown)


@router.get("/measures/{measure_id}/silent.xlsx")
def save_silent(context: Officer, measure_id: int) -> Response:
    """The same as an Excel file."""
    measure, _campaign = get_own_measure(context.session, context.actor, measure_id)
    found = list_silent(context.session, measure_id, context.viewer.unit, limit=MOST_COUNTED)
    say = context.words.say
    rows = [
        (row.code, row.name, say(ACCESS_NAMES[Access(row.access)]), row.above, row.telephone)
        for row in found
    ]
    name = say(N_("自己填报不了的单位")) + f"-{measure.id}.xlsx"
    headers = {"Content-Disposition": saved_as(name, "units.xlsx"), "Cache-Control": "no-store"}
    return Response(list_file([say(head) for head in HEADS], rows), 200, headers, MEDIA_TYPE)
