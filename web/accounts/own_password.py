"""One's own password: everybody changes it, who knows the old one."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from models import Account
from rules.sentences.refusal import N_, Refusal
from services.accounts.accounts import WRONG_OLD, PasswordChange, change_password, prepare_change
from web.accounts.sign_in import sign_in_limits
from web.accounts.sign_in_limits import TOO_MANY
from web.edge.language import say
from web.edge.posted import Posted
from web.edge.rendering import render
from web.edge.security import SESSION_COOKIE, SignedIn, who_asks
from web.edge.transactions import Look, Now, OpenSession, attempt
from web.edge.waiting import waiting_of

PAGE = "own password"
"""Stands for a browser among those that try a login (`web.accounts.sign_in_limits`)."""
DIFFERENT = N_("两次输入的新密码不一样。")
FIELDS = {WRONG_OLD: "old", TOO_MANY: "old", DIFFERENT: "again"}
"""Refusal (its msgid) → the input it is about; every other one is about the new password."""
Faults = dict[str, str]
"""Input → the finished sentence of what is wrong with it."""

router = APIRouter()


@router.get("/password")
def show_own_password(request: Request, viewer: SignedIn, done: bool = False) -> Response:
    """The form: the old password, and the new one twice."""
    return _page(request, {}, done=done)


async def check_change(
    request: Request, look: Look, now: Now, posted: Posted
) -> PasswordChange | Faults:
    """Check the old password and hash the new one, before the transaction that writes begins.

    Old passwords that are tried count as at signing in, so that who
    finds a browser signed in cannot guess.
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
    request: Request,
    change: Annotated[PasswordChange | Faults, Depends(check_change)],
    session: OpenSession,
    viewer: SignedIn,
    now: Now,
) -> Response:
    """Change it. Every other browser is signed out, this one stays signed in."""
    if isinstance(change, dict):
        return _page(request, change)
    token = request.cookies[SESSION_COOKIE]
    with attempt(session, request) as outcome:
        change_password(session, change, token, actor=viewer.account, now=now)
    if not outcome.done:
        return _page(request, {"old": outcome.refusal})
    sign_in_limits(request).forgive(viewer.account.login)
    return RedirectResponse("/password?done=1", 303)


def _page(request: Request, faults: Faults, *, done: bool = False) -> Response:
    status = 422 if faults else 200
    return render(
        request, "pages/accounts/own_password.html", status=status, faults=faults, done=done
    )
