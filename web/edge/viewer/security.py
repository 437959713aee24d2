"""Who is asking, and whether the request comes from our own pages."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe

from fastapi import HTTPException, Request, Response
from sqlmodel import Session

from adapters.passwords import is_first_code
from adapters.settings import get_settings
from models import Account, Role, Unit
from rules.accounts.permissions import Right, may
from rules.accounts.predicates import Subject
from rules.sentences.held import storable
from rules.sentences.refusal import Refusal
from services.accounts.accounts import find_signed_in
from web.edge.requests.posted import read_form
from web.edge.viewer.transactions import READING, Now, OpenSession

SESSION_COOKIE = "jieli"
VISITOR_COOKIE = "visitor"
"""The cookie from which the form token of a browser without a session is made."""
TOKEN_FIELD = "_token"
TOKEN_HEADER = "X-Form-Token"
"""The same for a body that is no form; no other site may send such a header."""
LARGEST_ID = 2**31 - 1


class SignInNeeded(Exception):
    """Nobody is signed in, or no longer."""


class PasswordNeeded(Exception):
    """Somebody has signed in with a first code and has no password of the account's own yet."""


class SignInRefused(Exception):
    """Signing in is refused, before any transaction begins; `refusal` is the reason."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


class Untrusted(Exception):
    """A request that changes something did not come from a page of ours.

    `repeatable`: nothing speaks for a foreign site; only the form's own token is missing or old.
    The person may look at what was typed and send the form again.
    """

    def __init__(self, *, repeatable: bool) -> None:
        super().__init__()
        self.repeatable = repeatable


@dataclass(frozen=True)
class Viewer:
    """The account that asks, and the unit of the account."""

    account: Account
    unit: Unit
    unread: int = 0
    """How many messages of the unit nobody has read."""

    @property
    def unit_id(self) -> int:
        return self.unit.id

    @property
    def is_office(self) -> bool:
        return self.account.role == Role.OFFICE

    @property
    def has_lower(self) -> bool:
        return self.unit.rgt - self.unit.lft > 1

    @property
    def has_upper(self) -> bool:
        return self.unit.parent_id is not None

    def may(self, right: Right, subject: Subject) -> bool:
        """Whether the table of permissions lets the viewer; what is offered is what is allowed."""
        return may(self.account, right, subject, at=self.unit)

    def apart(self) -> "Viewer":
        """The same without a database session, for a page that tells of a failed session."""
        account, unit = self.account.model_dump(), self.unit.model_dump()
        return Viewer(Account(**account), Unit(**unit), self.unread)


def get_viewer(request: Request, session: OpenSession, now: Now) -> Viewer:
    """Who is signed in. Raises as `who_asks` does."""
    viewer = who_asks(request, session, now)
    request.state.viewer = viewer.apart()
    return viewer


def who_asks(request: Request, session: Session, now: datetime) -> Viewer:
    """Who is signed in, for a look before the transaction of the request.

    Raises `SignInNeeded`, and `PasswordNeeded` for an account that still has its first code.
    """
    viewer = who_came(request, session, now)
    if is_first_code(viewer.account.password_hash):
        raise PasswordNeeded
    return viewer


def get_newcomer(request: Request, session: OpenSession, now: Now) -> Viewer:
    """Who is signed in with a first code or a password. Raises `SignInNeeded`."""
    return who_came(request, session, now)


def who_came(request: Request, session: Session, now: datetime) -> Viewer:
    """Who is signed in, with a password or with a first code. Raises `SignInNeeded`."""
    token = request.cookies.get(SESSION_COOKIE)
    found = find_signed_in(session, token, now=now) if token else None
    if found is None:
        raise SignInNeeded
    return Viewer(found.account, found.unit, found.unread)


def which_office(request: Request, session: Session, now: datetime) -> Viewer:
    """As `who_asks`, for what only a coordinating office may do; 404 for everyone else."""
    viewer = who_asks(request, session, now)
    require_office(viewer)
    return viewer


def require_office(viewer: Viewer) -> None:
    """404 for everyone but a coordinating office."""
    if not viewer.is_office:
        raise HTTPException(404)


def form_token(request: Request) -> str:
    """What a form of this browser must carry, made from a cookie that no other site can read.

    The id of the unit for which the page was made stands at the end of the token (`page_unit`).
    """
    secret = _secret_of(request) or getattr(request.state, "visitor", "")
    if not secret:
        return ""
    viewer = getattr(request.state, "viewer", None)
    unit_id = viewer.unit_id if viewer else page_unit(request)
    return f"{_mark(secret)}-{unit_id}" if unit_id else _mark(secret)


def page_unit(request: Request) -> int:
    """The id of the unit whose page sent this form; 0 where no page of ours sent it.

    The id tells whose text was typed when the session has ended meanwhile. No right follows from
    the id.
    """
    return getattr(request.state, "page_unit", 0)


def _mark(secret: str) -> str:
    return sha256(f"form {secret}".encode()).hexdigest()[:32]


def _secret_of(request: Request) -> str:
    return request.cookies.get(SESSION_COOKIE) or request.cookies.get(VISITOR_COOKIE) or ""


async def check_same_site(request: Request) -> None:
    """Refuse a changing request of another site: Sec-Fetch-Site, else Origin, else the token.

    Raises `Untrusted`. Without any cookie there is nothing a foreign site could borrow, except
    for signing in. The whole body is read here, before any transaction begins: a form that comes
    in over a weak network must not hold up everybody else's writing.
    """
    if request.method in READING:
        return
    posted = (await read_form(request)).get(TOKEN_FIELD, request.headers.get(TOKEN_HEADER, ""))
    sent, _, unit_id = str(posted).partition("-")
    request.state.page_unit = read_id(unit_id)
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        _require(site in ("same-origin", "none"), repeatable=False)
    elif origin is not None:
        host = request.headers.get("host", "")
        _require(bool(host) and origin.partition("://")[2] == host, repeatable=False)
    elif _secret_of(request) or request.url.path == "/sign-in":
        secret = _secret_of(request)
        same = bool(secret) and compare_digest(sent.encode(), _mark(secret).encode())
        _require(same, repeatable=True)


async def check_ids(request: Request) -> None:
    """404 for a value in the address that no database can hold, instead of the database's error."""
    for name, value in request.path_params.items():
        if name.endswith("_id") and not read_id(str(value)):
            raise HTTPException(404)
    said = (*request.path_params.values(), *request.query_params.values())
    if any(storable(str(text)) != str(text) for text in said):
        raise HTTPException(404)


def read_id(text: str) -> int:
    """The id in `text`; 0 for what cannot be one."""
    known = text.isascii() and text.isdigit() and len(text) <= 10
    number = int(text) if known else 0
    return number if number <= LARGEST_ID else 0


def _require(trusted: bool, *, repeatable: bool) -> None:
    if not trusted:
        raise Untrusted(repeatable=repeatable)


def note_visitor(request: Request) -> None:
    """Give a browser without any cookie a secret for its form token; see `set_visitor`."""
    if not _secret_of(request):
        request.state.visitor = token_urlsafe(24)


def set_visitor(request: Request, answer: Response) -> None:
    """Hand out the secret that `note_visitor` made."""
    secret = getattr(request.state, "visitor", "")
    if secret:
        set_cookie(answer, VISITOR_COOKIE, secret)


SHARED = "shared"
"""The box of the sign-in page which says that others use the computer, too."""


def set_session(answer: Response, token: str, *, shared: bool = False) -> None:
    """Sign the browser in, for as long as the session lasts, whether it is closed meanwhile or not;
    on a `shared` computer only until it is closed."""
    lasts = None if shared else get_settings().session_hours * 3600
    set_cookie(answer, SESSION_COOKIE, token, lasts)


def end_session(answer: Response) -> None:
    """Forget the browser."""
    answer.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")


def set_cookie(answer: Response, name: str, value: str, max_age: int | None = None) -> None:
    """A cookie that no script reads and no other site sends.

    `max_age`: seconds; None: until the browser is closed.
    """
    secure = get_settings().secure_cookies
    answer.set_cookie(
        name, value, max_age=max_age, httponly=True, samesite="lax", secure=secure, path="/"
    )
