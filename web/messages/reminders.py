"""When a campaign reminds: the page of its office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from models import Campaign
from queries.campaigns.campaigns import get_own_campaign
from queries.messages.reminder_rules import get_ladder
from rules.messages.ladder import USUAL, Ladder, read_steps
from rules.sentences.refusal import N_, Refusal
from services.messages.reminder_rules import set_reminders
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.language import Words
from web.edge.viewer.transactions import attempt

router = APIRouter()
STEPS = {
    "before": (N_("截止前几个工作日提醒"), N_("0 是当天。截止日是休息日的，提前到前一个工作日。")),
    "after": (N_("逾期几个工作日提醒"), N_("只提醒还没有报的单位；退回的从新的截止日算起。")),
    "above": (N_("逾期几个工作日告知上级单位"), N_("审核超期的，同样告知上级单位。")),
    "higher": (N_("逾期几个工作日告知再上一级"), ""),
}  # fmt: skip
"""Field → its label and its hint."""


@dataclass(frozen=True)
class RemindersPage(Page):
    """The steps and the quiet hours of a campaign."""

    TEMPLATE = "pages/messages/reminders.html"

    campaign: Campaign
    typed: Mapping[str, str]
    steps: Mapping[str, tuple[str, str]]
    usual: Mapping[str, str]
    hours: Sequence[tuple[str, str]]
    refusal: str = ""


@router.get("/campaigns/{campaign_id}/reminders")
def show_reminders(context: Officer, campaign_id: int) -> Response:
    """When the campaign reminds."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    return _page(
        context, campaign, _as_typed(context.words, get_ladder(context.session, campaign.id))
    )


@router.post("/campaigns/{campaign_id}/reminders")
def save_reminders(context: Officer, campaign_id: int, posted: Posted) -> Response:
    """Keep the steps, or show what was typed again."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    typed = {name: str(posted.get(name, "")) for name in Ladder._fields}
    with attempt(context.session, context.words) as outcome:
        ladder = _read(typed)
        set_reminders(context.session, campaign, ladder, actor=context.actor, now=context.now)
    if not outcome.done:
        return _page(context, campaign, typed, outcome.refusal)
    return back_to(f"/campaigns/{campaign.id}/reminders", N_("催办设置已保存。"))


def _read(typed: Mapping[str, str]) -> Ladder:
    steps = {name: read_steps(typed[name]) for name in STEPS}
    opens_at, closes_at = (_hour(typed[name]) for name in ("opens_at", "closes_at"))
    return Ladder(
        **steps, opens_at=opens_at, closes_at=closes_at, active=typed["active"] != "no"
    )  # fmt: skip


def _hour(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:3]) <= 24):
        raise Refusal(N_("请选择提醒的时段。"))
    return int(text)


def _as_typed(words: Words, ladder: Ladder) -> dict[str, str]:
    steps = {name: words.listed(map(str, getattr(ladder, name))) for name in STEPS}
    hours = {"opens_at": str(ladder.opens_at), "closes_at": str(ladder.closes_at)}
    return {**steps, **hours, "active": "yes" if ladder.active else "no"}


def _page(
    context: Context, campaign: Campaign, typed: Mapping[str, str], refusal: str = ""
) -> Response:
    page = RemindersPage(
        campaign=campaign,
        typed=typed,
        steps=STEPS,
        usual=_as_typed(context.words, USUAL),
        hours=[(str(hour), f"{hour:02}:00") for hour in range(25)],
        refusal=refusal,
    )
    return render(context.request, page, status=422 if refusal else 200)
