"""The own password: whoever knows the old one changes it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from models import Account
from rules.sentences.refusal import N_, Refusal
from services.accounts.accounts import WRONG_OLD, PasswordChange, change_password, prepare_change
from web.accounts.sign_in import sign_in_limits
from web.accounts.sign_in_limits import TOO_MANY
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.requests.waiting import waiting_of
from web.edge.viewer.context import SignedIn
from web.edge.viewer.language import say
from web.edge.viewer.security import SESSION_COOKIE, who_asks
from web.edge.viewer.transactions import Look, Now, attempt

PAGE = "own password"
"""Stands for a browser where tries of a login are counted (`web.accounts.sign_in_limits`)."""
DIFFERENT = N_("两次输入的新密码不一样。")
FIELDS = {WRONG_OLD: "old", TOO_MANY: "old", DIFFERENT: "again"}
"""Msgid of a refusal → the input at fault; every other refusal is about the new password."""
Faults = dict[str, str]
"""Input → what is wrong with the input, in a finished sentence."""

router = APIRouter()


@dataclass(frozen=True)
class OwnPasswordPage(Page):
    """The form in which everybody changes the own password."""

    TEMPLATE = "pages/accounts/own_password.html"

    faults: Faults


@router.get("/password")
def show_own_password(context: SignedIn) -> Response:
    """The form: the old password, and the new one twice."""
    return render(context.request, OwnPasswordPage({}))


async def check_change(
    request: Request, look: Look, now: Now, posted: Posted
) -> PasswordChange | Faults:
    """Check the old password and hash the new one, before the transaction that writes begins.

    A wrong old password counts as one at signing in does, so that nobody can guess in a browser
    that somebody else has left signed in.
    """
    viewer = await look(lambda session: who_asks(request, session, now))
    old, new, again = (str(posted.get(name, "")) for name in ("old", "new", "again"))
    try:
        return await _checked(request, viewer.account, old, new, again, now.timestamp())
    except Refusal as refusal:
        field = FIELDS.get(refusal.sentence.msgid, "new")
        return {field: say(request, refusal)}


async def _checked(
    request: Request, account: Account, old: str, new: str, again: str, now: float
) -> PasswordChange:
    if new != again:
        raise Refusal(DIFFERENT)
    begun = sign_in_limits(request).begin(account.login, "", PAGE, now)
    wrong = False
    try:
        prepare = partial(prepare_change, account, old, new)
        return await waiting_of(request).passwords.run(prepare)
    except Refusal as refusal:
        wrong = refusal.sentence.msgid == WRONG_OLD
        raise
    finally:
        if not wrong:
            begun.take_back()


@router.post("/password")
def change_own_password(
    change: Annotated[PasswordChange | Faults, Depends(check_change)], context: SignedIn
) -> Response:
    """Change the password. Every other browser is signed out, this one stays signed in."""
    if isinstance(change, dict):
        return render(context.request, OwnPasswordPage(change), status=422)
    token = context.request.cookies[SESSION_COOKIE]
    with attempt(context.session, context.words) as outcome:
        change_password(context.session, change, token, actor=context.actor, now=context.now)
    if not outcome.done:
        faults = {"old": outcome.refusal}
        return render(context.request, OwnPasswordPage(faults), status=422)
    sign_in_limits(context.request).forgive(context.actor.login)
    said = N_("密码已经修改。这个账号在别处的登录都已退出，这里仍然保持登录。")
    return back_to("/password", said)
