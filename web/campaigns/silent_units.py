"""The units that a measure asks and that have no account with which they could answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from models import Campaign, Measure
from queries.campaigns.campaigns import get_own_measure
from queries.campaigns.unanswering import SilentUnit, count_silent, list_silent
from rules.sentences.refusal import N_
from rules.units.access import ACCESS_NAMES, Access
from web.edge.pages.exports import Column, exported, in_pages, wants_file
from web.edge.pages.paging import PageNumber, count_pages
from web.edge.pages.rendering import Page, render
from web.edge.viewer.context import Context, Officer

PAGE = 50
COLUMNS = (
    Column(N_("代码")),
    Column(N_("单位"), 28),
    Column(N_("账号情况")),
    Column(N_("上级"), 28),
    Column(N_("上级电话")),
)

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
    """The units, with what their accounts are like and whom to call; with `format=xlsx` as a
    file."""
    measure, campaign = get_own_measure(context.session, context.actor, measure_id)
    own = context.viewer.unit
    if wants_file(context.query):
        return _file(context, measure_id)
    rows = list_silent(context.session, measure_id, own, limit=PAGE, offset=PAGE * (page - 1))
    total = sum(count_silent(context.session, measure_id, own).values())
    shown = SilentUnitsPage(measure, campaign, rows, page, count_pages(total, PAGE))
    return render(context.request, shown)


def _file(context: Context, measure_id: int) -> Response:
    say = context.words.say

    def read(number: int, size: int) -> Sequence[SilentUnit]:
        bounds = {"limit": size, "offset": size * (number - 1)}
        return list_silent(context.session, measure_id, context.viewer.unit, **bounds)

    rows = (
        (row.code, row.name, say(ACCESS_NAMES[Access(row.access)]), row.above, row.telephone)
        for row in in_pages(read)
    )
    return exported(context, say(N_("自己填报不了的单位")), COLUMNS, rows)
