"""Signing in and out."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated

from anyio import sleep
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.datastructures import FormData

from models import Account
from queries.accounts.accounts import find_account, find_password_time
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal
from services.accounts import accounts
from services.accounts.accounts import Verified
from web.accounts.known_browsers import known_browser, remember
from web.accounts.sign_in_limits import SignInLimits, Try
from web.edge.pages.carrying import sign_in_page, unpack
from web.edge.pages.error_page import ErrorPage
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.requests.waiting import Crowded, Waiting, waiting_of
from web.edge.viewer.language import local_path, say, words_of
from web.edge.viewer.security import (
    SESSION_COOKIE,
    SHARED,
    SignInRefused,
    end_session,
    page_unit,
    set_session,
)
from web.edge.viewer.transactions import Look, Looking, Now, OpenSession, attempt
from web.filling.resuming import resume_form

OTHERS = N_("登录前填写的内容属于另一个单位，没有带到这里。请用原来的账号登录后重新办理。")

router = APIRouter()


@router.get("/sign-in")
def show_sign_in(request: Request, next: str = "/") -> Response:
    """Login and password."""
    return sign_in_page(request, next=local_path(next))


@dataclass(frozen=True)
class Entry:
    """Login and password of somebody who may come in."""

    verified: Verified
    login: str
    password: str


async def check_entry(request: Request, look: Look, now: Now, posted: Posted) -> Entry:
    """Check login and password before the transaction that writes begins.

    The limits are asked first. Then the account is read, over a connection for a moment. Then the
    password is hashed; people who come together wait in a row for it. Raises `SignInRefused`.
    """
    login, password = _text(posted, "login").strip(), _text(posted, "password")
    limits = sign_in_limits(request)
    browser, host = known_browser(request, login), request.client.host if request.client else ""
    try:
        begun = await _begin(look, limits, login, (host, browser), now.timestamp())
    except Refusal as refusal:
        raise SignInRefused(refusal) from refusal
    try:
        verified = await _verify(look, waiting_of(request), login, password, begun)
    except Crowded:
        begun.take_back()
        raise
    except Refusal as refusal:
        begun.fail()
        raise SignInRefused(refusal) from refusal
    limits.succeed(begun)
    return Entry(verified, login, password)


async def _begin(
    look: Looking, limits: SignInLimits, login: str, whence: tuple[str, str], now: float
) -> Try:
    """Count a try. A password that was set meanwhile, by whichever process, forgives the wrong
    tries before it."""
    try:
        return limits.begin(login, *whence, now)
    except Refusal:
        if not limits.may_look(login, now):
            raise
        set_at = await look(lambda session: find_password_time(session, login))
        if set_at is None or not limits.forgive_before(login, set_at.timestamp()):
            raise
        return limits.begin(login, *whence, now)


async def _verify(
    look: Looking, waiting: Waiting, login: str, password: str, begun: Try
) -> Verified:
    await sleep(begun.delay)
    account = await look(lambda session: find_account(session, login))
    check = partial(accounts.verify, account, password)
    if begun.known:
        return await waiting.passwords.run(check)
    async with waiting.strangers.turn():
        return await waiting.passwords.run(check)


def sign_in_limits(request: Request) -> SignInLimits:
    """The budgets of this application."""
    limits: SignInLimits = request.app.state.sign_in_limits
    return limits


@router.post("/sign-in")
def sign_in(
    request: Request,
    entry: Annotated[Entry, Depends(check_entry)],
    session: OpenSession,
    now: Now,
    posted: Posted,
) -> Response:
    """Sign in, and go on where the person was; what was typed there comes along."""
    before = request.cookies.get(SESSION_COOKIE)
    if before:
        accounts.sign_out(session, before, now=now)
    try:
        token = accounts.open_session(session, entry.verified, entry.password, now=now)
    except Refusal as refusal:
        raise SignInRefused(refusal) from refusal
    answer = _go_on(request, session, entry.verified.account, now, posted, token)
    remember(request, answer, entry.login)
    return answer


def _go_on(
    request: Request,
    session: Session,
    account: Account,
    now: datetime,
    posted: FormData,
    token: str,
) -> Response:
    next = local_path(_text(posted, "next"))
    carried = unpack(_text(posted, "carried"))
    answer: Response = RedirectResponse(next, 303)
    if carried and page_unit(request) not in (0, account.unit_id):
        title, sentence = say(request, N_("已重新登录")), say(request, OTHERS)
        answer = render(request, ErrorPage(title, sentence))
    elif carried:
        answer = _carry_on(request, session, account, now, next, carried, token)
    set_session(answer, token, shared=SHARED in posted)
    return answer


@dataclass(frozen=True)
class CarriedPage(Page):
    """What was typed before the session ended, to be looked at and sent."""

    TEMPLATE = "pages/edge/carried.html"

    next: str
    """Where it was typed."""
    carried: Mapping[str, Sequence[str]]
    refusal: str


def _carry_on(
    request: Request,
    session: Session,
    account: Account,
    now: datetime,
    next: str,
    carried: dict[str, list[str]],
    token: str,
) -> Response:
    """Back on the form with everything typed; elsewhere a page that shows what was typed."""
    resumed: Response | None = None
    with attempt(session, words_of(request)) as outcome, suppress(NotFound):
        resumed = resume_form(request, session, account, next, carried, now=now)
    if resumed and outcome.done:
        return resumed
    # The form token is made from the session; this page must carry the new one.
    request.cookies[SESSION_COOKIE] = token
    return render(request, CarriedPage(next, carried, outcome.refusal))


@router.post("/sign-out")
def sign_out(request: Request, session: OpenSession, now: Now) -> Response:
    """End the session of this browser."""
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        accounts.sign_out(session, token, now=now)
    answer = back_to("/sign-in", N_("已退出。"))
    end_session(answer)
    return answer


def _text(posted: FormData, name: str) -> str:
    value = posted.get(name, "")
    return value if isinstance(value, str) else ""
