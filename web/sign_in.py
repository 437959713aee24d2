"""Signing in and out."""

from contextlib import suppress
from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlmodel import Session
from starlette.datastructures import FormData

from models import Account
from queries.not_found import NotFound
from rules.passwords import LONGEST_LOGIN
from rules.refusal import N_, Refusal
from services import accounts
from web.carrying import sign_in_page, unpack
from web.language import local_path, say
from web.posted import Posted
from web.rendering import render
from web.security import SESSION_COOKIE, end_session, page_unit, set_session
from web.submissions import resume_form
from web.transactions import Attempt, Now, OpenSession, ReadingSession, attempt

TRIES = RateLimitItemPerMinute(8, 5)
"""Failed tries of one login from one address: 8 in 5 minutes."""
TRIES_OF_ADDRESS = RateLimitItemPerMinute(200, 5)
"""Failed tries from one address, whatever the login; a league may share one address."""
OTHERS = N_("登录前填写的内容属于另一个单位，没有带到这里。请用原来的账号登录后重新办理。")

router = APIRouter()
limiter = MovingWindowRateLimiter(MemoryStorage())


@router.get("/sign-in")
def show_sign_in(request: Request, next: str = "/") -> Response:
    """Login and password."""
    return sign_in_page(request, next=local_path(next))


@router.post("/sign-in")
def sign_in(
    request: Request, reading: ReadingSession, session: OpenSession, now: Now, posted: Posted
) -> Response:
    """Sign in, and go on where the person was; what was typed there comes along.

    The password is checked before the writing transaction begins: it takes long on purpose.
    """
    login, password = _text(posted, "login").strip(), _text(posted, "password")
    host = request.client.host if request.client else ""
    with attempt(reading, request) as outcome:
        _count_try(login, host)
        account = accounts.check_password(reading, login, password)
    if not outcome.done:
        limiter.hit(TRIES_OF_ADDRESS, host)
        return _again(request, posted, login, outcome)
    limiter.clear(TRIES, login, host)
    before = request.cookies.get(SESSION_COOKIE)
    if before:
        accounts.sign_out(session, before, now=now)
    token = accounts.open_session(session, account, password, now=now)
    return _go_on(request, session, account, now, posted, token)


def _count_try(login: str, host: str) -> None:
    """Count before the slow check, so that tries side by side are counted too.

    No login is longer than `LONGEST_LOGIN`: what is counted must not fill the memory.
    """
    if len(login) > LONGEST_LOGIN:
        raise Refusal(accounts.WRONG)
    if not limiter.test(TRIES_OF_ADDRESS, host) or not limiter.hit(TRIES, login, host):
        raise Refusal(N_("密码错误次数过多，请五分钟后再试。"))


def _again(request: Request, posted: FormData, login: str, outcome: Attempt) -> Response:
    return sign_in_page(
        request,
        next=local_path(_text(posted, "next")),
        carried=unpack(_text(posted, "carried")),
        login=login,
        refusal=outcome.refusal,
        status=422,
    )


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
        title = say(request, N_("已重新登录"))
        sentence = say(request, OTHERS)
        answer = render(request, "pages/error.html", title=title, sentence=sentence, fields={})
    elif carried:
        answer = _carry_on(request, session, account, now, next, carried, token)
    set_session(answer, token)
    return answer


def _carry_on(
    request: Request,
    session: Session,
    account: Account,
    now: datetime,
    next: str,
    carried: dict[str, list[str]],
    token: str,
) -> Response:
    """Back on the form with everything typed; elsewhere a page to look at it and send it."""
    path: str | None = None
    with attempt(session, request) as outcome, suppress(NotFound):
        path = resume_form(session, account, next, carried, now=now)
    if path and outcome.done:
        return RedirectResponse(path, 303)
    # The form token is made from the session; this page must carry the new one.
    request.cookies[SESSION_COOKIE] = token
    return render(
        request, "pages/carried.html", next=next, carried=carried, refusal=outcome.refusal
    )


@router.post("/sign-out")
def sign_out(request: Request, session: OpenSession, now: Now) -> Response:
    """End the session of this browser."""
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        accounts.sign_out(session, token, now=now)
    answer = RedirectResponse("/sign-in", 303)
    end_session(answer)
    return answer


def _text(posted: FormData, name: str) -> str:
    value = posted.get(name, "")
    return value if isinstance(value, str) else ""
