"""The first page of a signed-in unit, and the list of everything the unit was given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Response

from models import Campaign, Status
from queries.assignments.inbox import (
    Ended,
    Owed,
    SentAssignment,
    list_assignments_of,
    list_ended,
    list_owed,
    list_sent_assignments,
    list_waiting_answers,
)
from queries.assignments.pending_work import Pending, read_pending
from queries.assignments.standings import MeasureStanding, list_standings
from queries.review.review_clock import (
    OverdueReviewer,
    count_reviews,
    list_overdue_reviewers,
)
from queries.units.visibility import get_visible_campaign
from rules.dates.review_clock import told_above_before
from web.assignments.agenda import Agenda, agenda_of
from web.assignments.exports import export_assignments, export_standings
from web.edge.pages.due_dates import SOON, days_left
from web.edge.pages.exports import wants_file
from web.edge.pages.offline_pages import keepable
from web.edge.pages.paging import PageNumber
from web.edge.pages.rendering import Page, render
from web.edge.viewer.context import Context, SignedIn

router = APIRouter()
PAGE = 50
LAST_SENT = 5
"""How many sendings the first page tells of: whether each arrived and was accepted."""
LAST_ENDED = 5
TOLD = timedelta(days=14)
"""How long the first page tells what was withdrawn or closed."""


@dataclass(frozen=True)
class CampaignStandings:
    """How far the measures of one campaign have got."""

    campaign_id: int
    title: str
    rows: Sequence[MeasureStanding]


@dataclass(frozen=True)
class HomePage(Page):
    """The first page of a signed-in unit."""

    TEMPLATE = "pages/assignments/home.html"

    agenda: Agenda
    forms: Sequence[int]
    """The assignments whose form can be filled in now, which the browser fetches for when there is
    no network."""
    figures: Mapping[str, int]
    overdue_reviews: int
    overdue_reviewers: Sequence[OverdueReviewer]
    pending: Pending
    sent: Sequence[SentAssignment]
    ended: Sequence[Ended]
    standings: Sequence[CampaignStandings]
    measures: int
    """How many measures the standings are of."""


@router.get("/")
def show_home(context: SignedIn) -> Response:
    """What is due, what has come in, what waits for review, how far the measures have got."""
    session, today, unit_id = context.session, context.today, context.viewer.unit_id
    if wants_file(context.query):
        return export_standings(context)
    owed = list_owed(session, unit_id)
    waiting = list_waiting_answers(session, unit_id)
    standings = list_standings(session, unit_id, today) if context.viewer.has_lower else []
    page = HomePage(
        agenda=agenda_of(owed, waiting, today, context.calendar),
        forms=[assignment.id for assignment in owed if _has_form(assignment)],
        figures=_figures(context, owed, sum(answers.count for answers in waiting)),
        overdue_reviews=count_reviews(session, unit_id, today).overdue if waiting else 0,
        overdue_reviewers=_overdue_reviewers(context),
        pending=read_pending(session, unit_id),
        sent=list_sent_assignments(session, unit_id, limit=LAST_SENT),
        ended=list_ended(session, unit_id, since=context.now - TOLD, limit=LAST_ENDED),
        standings=_by_campaign(standings),
        measures=len(standings),
    )
    return keepable(render(context.request, page), context.viewer)


def _overdue_reviewers(context: Context) -> list[OverdueReviewer]:
    """Lower units that let submissions wait; nothing is asked for a unit without lower units."""
    if not context.viewer.has_lower:
        return []
    before = told_above_before(context.today, context.calendar)
    return list_overdue_reviewers(context.session, context.viewer.unit_id, before)


def _has_form(assignment: Owed) -> bool:
    """Whether the form can be filled in now: the measure goes no further, or has been released."""
    return assignment.lowest or assignment.status in (Status.RELEASED, Status.RETURNED)


def _by_campaign(standings: Sequence[MeasureStanding]) -> list[CampaignStandings]:
    """The measures by campaign; the campaign with the earliest due date comes first."""
    found: dict[int, list[MeasureStanding]] = {}
    for standing in standings:
        found.setdefault(standing.campaign_id, []).append(standing)
    return [CampaignStandings(number, rows[0].campaign, rows) for number, rows in found.items()]


def _figures(context: Context, owed: Sequence[Owed], waiting: int) -> dict[str, int]:
    left = [days_left(context.calendar, row.due_on, context.today) for row in owed]
    return {
        "overdue": sum(days < 0 for days in left),
        "soon": sum(0 <= days <= SOON for days in left),
        "returned": sum(assignment.status == Status.RETURNED for assignment in owed),
        "waiting": waiting,
    }


@dataclass(frozen=True)
class AssignmentsPage(Page):
    """Every assignment a unit was ever given."""

    TEMPLATE = "pages/assignments/list.html"

    rows: Sequence[Owed]
    page: int
    pages: int
    today: date
    campaign: Campaign | None
    """The list is of this campaign alone."""


@router.get("/assignments")
def list_all(context: SignedIn, page: PageNumber = 1, campaign: int | None = None) -> Response:
    """Everything the unit was ever given, newest first; `campaign`: of that campaign alone."""
    session, unit_id = context.session, context.viewer.unit_id
    chosen = None if campaign is None else get_visible_campaign(session, context.actor, campaign)
    if wants_file(context.query):
        return export_assignments(context, campaign)
    rows, pages = list_assignments_of(session, unit_id, page=page, size=PAGE, campaign_id=campaign)
    return render(context.request, AssignmentsPage(rows, page, pages, context.today, chosen))
