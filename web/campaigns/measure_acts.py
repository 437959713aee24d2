"""Acts on a measure that may be refused; the page of a refused act is shown again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi import Response
from starlette.datastructures import FormData

from models import Campaign, Measure, MeasureStatus
from queries.campaigns.campaigns import lock_own_measure
from queries.campaigns.reach import count_reached
from queries.campaigns.schedules import count_plans_of
from web.edge.pages.rendering import Page, render
from web.edge.viewer.context import Context
from web.edge.viewer.transactions import Attempt, attempt


@contextmanager
def attempt_on(context: Context, measure: Measure) -> Iterator[Attempt]:
    """Run an act on a measure; after a refusal the measure is again as it is stored."""
    with attempt(context.session, context.words) as outcome:
        yield outcome
    if not outcome.done:
        context.session.refresh(measure)


@dataclass(frozen=True)
class Reasoned:
    """An act on a measure that needs a reason: before anybody has tried the act, or after."""

    measure: Measure
    campaign: Campaign
    reason: str = ""
    refusal: str = ""
    count: int = 0
    """How many assignments the act has changed."""

    @property
    def status(self) -> int:
        """The status of the page that shows this."""
        return 422 if self.refusal else 200


def try_with_reason(
    context: Context, measure_id: int, posted: FormData, act: Callable[..., int]
) -> Reasoned:
    """Do `act`, a service, to a measure of the office, with the reason that was typed."""
    measure, campaign = lock_own_measure(context.session, context.actor, measure_id)
    reason, count = str(posted.get("reason", "")), 0
    with attempt_on(context, measure) as outcome:
        count = act(context.session, measure, reason=reason, actor=context.actor, now=context.now)
    return Reasoned(measure, campaign, reason, outcome.refusal, count)


WITHDRAW, OPEN_AGAIN = "withdraw", "open-again"
STARTS_FROM = {WITHDRAW: MeasureStatus.RELEASED, OPEN_AGAIN: MeasureStatus.CLOSED}
"""The acts that need a reason, as the last part of their address, and the status each changes."""


@dataclass(frozen=True)
class ReasonPage(Page):
    """Asks for the reason of an act on a measure, and says how many units the act concerns."""

    TEMPLATE = "pages/campaigns/measures/reason.html"

    measure: Measure
    campaign: Campaign
    act: str
    count: int
    """How many units have an assignment of the measure."""
    plans: int
    """How many schedules of the measure have a coming moment."""
    reason: str
    refusal: str
    can: bool
    """The measure stands where the act can begin."""


def reason_page(context: Context, act: str, tried: Reasoned) -> Response:
    """The page that asks for the reason of `act`, before the act or after its refusal."""
    page = ReasonPage(
        measure=tried.measure,
        campaign=tried.campaign,
        act=act,
        count=count_reached(context.session, tried.measure.id),
        plans=count_plans_of(context.session, tried.measure.id),
        reason=tried.reason,
        refusal=tried.refusal,
        can=tried.measure.status == STARTS_FROM[act],
    )
    return render(context.request, page, status=tried.status)
