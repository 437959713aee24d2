"""What keeps an office's work from being done, on the page of its schedules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from models import Trouble, TroubleKind
from queries.campaigns.troubles import find_looked_at, get_own_trouble, list_troubles
from rules.campaigns.troubles import NOT_RUNNING, is_silent, original_of, tell_trouble
from rules.sentences.refusal import N_
from services.campaigns import troubles
from web.edge.pages.rendering import moment
from web.edge.pages.said import back_to
from web.edge.viewer.context import Context, Officer

router = APIRouter()


@dataclass(frozen=True)
class ToldTrouble:
    """One trouble in words."""

    trouble: Trouble
    sentence: str
    original: str
    """What Prefect says, word for word; empty where there is nothing to quote."""
    may_settle: bool
    """It is the office's own, and goes when the office has read it."""
    taking_over: str
    """What the button says that does here what was done on Prefect's page; empty: no such button.
    A msgid."""


@dataclass(frozen=True)
class ShownTroubles:
    """The troubles of an office."""

    silence: str
    """The sentence that the dispatcher does not run; empty: it does."""
    told: Sequence[ToldTrouble]


def shown_troubles(context: Context) -> ShownTroubles:
    """What there is to be told to the office of the context; two statements."""
    looked_at = find_looked_at(context.session)
    silence = ""
    if looked_at is not None and is_silent(looked_at, context.now):
        silence = context.words.say(NOT_RUNNING, since=moment(looked_at))
    found = list_troubles(context.session, context.viewer.unit_id)
    return ShownTroubles(silence, [_told(context, trouble) for trouble in found])


def _told(context: Context, trouble: Trouble) -> ToldTrouble:
    return ToldTrouble(
        trouble=trouble,
        sentence=context.words.say(tell_trouble(trouble, moment(trouble.since))),
        original=original_of(trouble),
        may_settle=trouble.unit_id == context.viewer.unit_id,
        taking_over=_taking_over(trouble),
    )


def _taking_over(trouble: Trouble) -> str:
    """See `ToldTrouble.taking_over`."""
    if trouble.kind is not TroubleKind.PUT_RIGHT or trouble.schedule_id is None:
        return ""
    if trouble.cron:
        return N_("改用 Prefect 页面上的时间")
    return N_("暂停这个安排") if trouble.said == "off" else ""


@router.post("/troubles/{trouble_id}/settle")
def settle(context: Officer, trouble_id: int) -> Response:
    """Note that the office has read a trouble."""
    trouble = get_own_trouble(context.session, context.actor, trouble_id)
    troubles.settle_trouble(context.session, trouble, actor=context.actor, now=context.now)
    return back_to("/schedules", N_("已标为知道了。"))


@router.post("/troubles/{trouble_id}/take-over")
def take_over(context: Officer, trouble_id: int) -> Response:
    """Do for the office what was done on Prefect's page."""
    trouble = get_own_trouble(context.session, context.actor, trouble_id)
    troubles.take_over(context.session, trouble, actor=context.actor, now=context.now)
    return back_to("/schedules", N_("已按 Prefect 页面上的改动调整了这个安排。"))
