"""Files of a notice: an office adds, replaces and removes them, and the units of its measures read
the notice and download them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from models import Notice
from queries.campaigns.campaigns import get_notice, get_own_campaign
from queries.campaigns.notice_files import (
    HandedNotice,
    get_handed_notice,
    get_visible_notice_file,
)
from queries.units.visibility import get_visible_campaign
from rules.sentences.refusal import N_
from rules.sentences.sentence import Sentence
from services.campaigns.notice_files import (
    add_annexes,
    keep_original,
    remove_notice_file,
    replace_notice_file,
)
from web.campaigns.campaigns import campaign_page
from web.campaigns.notice_uploads import SentNoticeFiles, TakenNoticeFiles
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.pages.stored_files import Files, Token, hand_out
from web.edge.viewer.context import Context, Officer, SignedIn
from web.edge.viewer.transactions import attempt

router = APIRouter()


@dataclass(frozen=True)
class HandedNoticePage(Page):
    """The text of a notice, for every unit that has a measure of it."""

    TEMPLATE = "pages/campaigns/handed.html"

    notice: Notice
    handed: HandedNotice
    left_out: Sequence[str]
    """What the file of the notice holds and its text does not."""


@router.get("/notices/{campaign_id}")
def read_notice(context: SignedIn, campaign_id: int) -> Response:
    """The notice as text, with its files, for whoever sees the campaign."""
    campaign = get_visible_campaign(context.session, context.actor, campaign_id)
    notice = get_notice(context.session, campaign)
    page = HandedNoticePage(
        notice=notice,
        handed=get_handed_notice(context.session, campaign_id),
        left_out=[context.words.say(sentence) for sentence in notice.left_out],
    )
    return render(context.request, page)


@router.get("/notices/{campaign_id}/files/{token}")
def download_file(context: SignedIn, store: Files, campaign_id: int, token: Token) -> Response:
    """The original or an annex, under its own name, for whoever sees the campaign."""
    found = get_visible_notice_file(context.session, context.actor, campaign_id, token)
    return hand_out(context, store, found)


@router.post("/campaigns/{campaign_id}/files")
def add_files(sent: TakenNoticeFiles, context: Officer, campaign_id: int) -> Response:
    """Add what was sent; what is not taken is told, and the rest is there."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    count = 0
    with attempt(context.session, context.words) as outcome:
        if sent.original:
            keep_original(
                context.session, campaign, sent.original, actor=context.actor, now=context.now
            )
        added = add_annexes(
            context.session, campaign, sent.annexes, actor=context.actor, now=context.now
        )
        count = len(added) + bool(sent.original)
    if not outcome.done or sent.faults:
        return _again(context, campaign_id, sent, outcome.refusal)
    if not count:
        return _back(campaign_id, Sentence(N_("这些文件以前已经上传，没有重复添加。")))
    return _back(campaign_id, Sentence(N_("已上传 %(count)s 个文件。"), {"count": count}))


@router.post("/campaigns/{campaign_id}/files/{token}/replace")
def replace_file(
    sent: TakenNoticeFiles, context: Officer, campaign_id: int, token: Token
) -> Response:
    """Put the file that was sent in the place of another."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    if not sent.annexes:
        return _again(context, campaign_id, sent)
    file = sent.annexes[0]
    with attempt(context.session, context.words) as outcome:
        replace_notice_file(
            context.session, campaign, token, file, actor=context.actor, now=context.now
        )
    if not outcome.done:
        return _again(context, campaign_id, sent, outcome.refusal)
    return _back(campaign_id, Sentence(N_("已更换为“%(name)s”。"), {"name": file.name}))


@router.post("/campaigns/{campaign_id}/files/{token}/remove")
def remove_file(context: Officer, campaign_id: int, token: Token) -> Response:
    """Remove a file; a second click finds it removed and changes nothing."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    removed = remove_notice_file(
        context.session, campaign, token, actor=context.actor, now=context.now
    )
    return _back(campaign_id, Sentence(N_("已删除“%(name)s”。"), {"name": removed.name}))


def _back(campaign_id: int, said: Sentence) -> Response:
    return back_to(f"/campaigns/{campaign_id}#files", said.msgid, **said.values)


def _again(
    context: Context, campaign_id: int, sent: SentNoticeFiles, refusal: str = ""
) -> Response:
    """The campaign's page with what was not taken, and why."""
    faults = [context.words.say(fault) for fault in sent.faults]
    return campaign_page(context, campaign_id, refusals=[*filter(None, [refusal]), *faults])
