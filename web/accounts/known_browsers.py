"""Browsers that have signed in before: a signed cookie says to which logins.

The cookie gives no right. It only tells the clerk's own phone from strangers who try the clerk's
login elsewhere (`web.accounts.sign_in_limits`), after OWASP's "device cookies".
"""

from hashlib import sha256
from secrets import token_urlsafe
from typing import NamedTuple

from fastapi import Request, Response
from itsdangerous import BadData

from adapters.signing import serializer
from web.edge.viewer.security import set_cookie

COOKIE = "known"
KEPT = 180 * 24 * 3600
"""Seconds the cookie lives after the last sign-in: half a year."""
MOST_LOGINS = 8
"""Logins of one browser, the latest first; the phone of a township office is shared."""


class KnownBrowser(NamedTuple):
    """What the cookie says: a name made by chance, and marks of logins."""

    name: str
    logins: tuple[str, ...]


def known_browser(request: Request, login: str) -> str:
    """The name of this browser if it has signed in to `login` before; else empty."""
    browser = _read(request)
    return browser.name if _mark(login) in browser.logins else ""


def remember(request: Request, answer: Response, login: str) -> None:
    """This browser has signed in to `login`."""
    name, logins = _read(request)
    others = [mark for mark in logins if mark != _mark(login)]
    value = [name or token_urlsafe(12), _mark(login), *others[: MOST_LOGINS - 1]]
    set_cookie(answer, COOKIE, str(serializer(COOKIE).dumps(value)), KEPT)


def _read(request: Request) -> KnownBrowser:
    try:
        name, *logins = serializer(COOKIE).loads(request.cookies.get(COOKIE, ""))
    except BadData:
        return KnownBrowser("", ())
    return KnownBrowser(name, tuple(logins))


def _mark(login: str) -> str:
    return sha256(f"login {login}".encode()).hexdigest()[:16]
