"""The first sign-in with a first code: the account gets a password of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from adapters.passwords import is_first_code
from rules.sentences.refusal import N_, Refusal
from services.accounts.accounts import choose_password, prepare_password
from web.accounts.own_password import DIFFERENT, Faults
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.requests.waiting import waiting_of
from web.edge.viewer.language import local_path, say, words_of
from web.edge.viewer.security import SESSION_COOKIE, Viewer, get_newcomer, who_came
from web.edge.viewer.transactions import Look, Now, OpenSession, attempt

router = APIRouter()
Newcomer = Annotated[Viewer, Depends(get_newcomer)]


@dataclass(frozen=True)
class FirstPasswordPage(Page):
    """The form in which an account with a first code gets its own password."""

    TEMPLATE = "pages/accounts/first_password.html"

    login: str
    unit: str
    next: str
    """Where the person wanted to go."""
    faults: Faults


@router.get("/password/first")
def show_first_password(request: Request, viewer: Newcomer, next: str = "/") -> Response:
    """The form: the new password, twice."""
    if not is_first_code(viewer.account.password_hash):
        return back_to(local_path(next), N_("这个账号已经有自己的密码。"))
    page = FirstPasswordPage(viewer.account.login, viewer.unit.name, local_path(next), {})
    return render(request, page)


async def hash_own(request: Request, look: Look, now: Now, posted: Posted) -> str | Faults:
    """Hash the new password before the transaction that writes begins."""
    viewer = await look(lambda session: who_came(request, session, now))
    new, again = (str(posted.get(name, "")) for name in ("new", "again"))
    if new != again:
        return {"again": say(request, Refusal(DIFFERENT))}
    try:
        prepare = partial(prepare_password, viewer.account.login, new)
        return await waiting_of(request).passwords.run(prepare)
    except Refusal as refusal:
        return {"new": say(request, refusal)}


@router.post("/password/first")
def choose_first_password(
    request: Request,
    hashed: Annotated[str | Faults, Depends(hash_own)],
    viewer: Newcomer,
    session: OpenSession,
    now: Now,
    posted: Posted,
) -> Response:
    """Store the password; this browser stays signed in."""
    next, faults = local_path(str(posted.get("next", "/"))), {}
    if isinstance(hashed, dict):
        faults = hashed
    else:
        with attempt(session, words_of(request)) as outcome:
            token = request.cookies[SESSION_COOKIE]
            choose_password(session, hashed, token, actor=viewer.account, now=now)
        faults = {} if outcome.done else {"": outcome.refusal}
    if faults:
        page = FirstPasswordPage(viewer.account.login, viewer.unit.name, next, faults)
        return render(request, page, status=422)
    return back_to(next, N_("密码已经设置好。以后请用这个密码登录，密码条可以撕掉了。"))
