"""The accounts at and below an office: listed, added, switched off, given a new password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from models import Role
from queries.account_list import AccountRow, get_administered, list_account_page
from queries.not_found import NotFound
from queries.visibility import get_visible_unit
from rules.refusal import N_, Refusal
from services.accounts import create_account, deactivate, set_password
from web.posted import Posted
from web.rendering import render
from web.security import Officer
from web.transactions import Now, OpenSession, attempt

PAGE = 50

router = APIRouter()


@dataclass(frozen=True)
class TypedAccount:
    """What stands in the inputs of a new account. The password is not shown again."""

    unit: str = ""
    login: str = ""
    name: str = ""
    role: str = Role.CLERK


@router.get("/accounts")
def show_accounts(
    request: Request,
    session: OpenSession,
    viewer: Officer,
    unit: str = "",
    q: str = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The accounts at and below a unit, page by page."""
    here = get_visible_unit(session, viewer.account, unit) if unit else viewer.unit
    rows, total = list_account_page(
        session, here, text=q.strip(), limit=PAGE, offset=PAGE * (page - 1)
    )
    return render(
        request,
        "pages/accounts/list.html",
        here=here,
        rows=rows,
        total=total,
        q=q,
        page=page,
        pages=max(1, -(-total // PAGE)),
    )


@router.get("/accounts/new")
def show_new(request: Request, viewer: Officer, unit: str = "") -> Response:
    """The form of a new account."""
    return _new_page(request, TypedAccount(unit=unit or viewer.unit.code), "")


@router.post("/accounts/new")
def add_account(
    request: Request, session: OpenSession, now: Now, viewer: Officer, posted: Posted
) -> Response:
    """Make the account, or show the form again with what was typed."""
    names = ("unit", "login", "name", "role")
    sent = TypedAccount(**{name: str(posted.get(name, "")).strip() for name in names})
    with attempt(session, request) as outcome:
        try:
            unit = get_visible_unit(session, viewer.account, sent.unit)
        except NotFound as error:
            raise Refusal(
                N_("本单位和下级单位里没有代码为“%(code)s”的单位。"), code=sent.unit[:20]
            ) from error
        create_account(
            session,
            login=sent.login,
            name=sent.name,
            password=str(posted.get("password", "")),
            unit=unit,
            role=Role.OFFICE if sent.role == Role.OFFICE else Role.CLERK,
            actor=viewer.account,
            now=now,
        )
    if not outcome.done:
        return _new_page(request, sent, outcome.refusal)
    return RedirectResponse(f"/accounts?unit={sent.unit}", 303)


@router.get("/accounts/{account_id}")
def show_account(
    request: Request, session: OpenSession, viewer: Officer, account_id: int, done: bool = False
) -> Response:
    """One account, with what can be done about it."""
    row = get_administered(session, viewer.account, account_id)
    return _account_page(request, row, "", done=done, own=account_id == viewer.account.id)


@router.post("/accounts/{account_id}/password")
def give_password(
    request: Request,
    session: OpenSession,
    now: Now,
    viewer: Officer,
    account_id: int,
    posted: Posted,
) -> Response:
    """A new password; the account is signed out everywhere."""
    row = get_administered(session, viewer.account, account_id)
    with attempt(session, request) as outcome:
        password = str(posted.get("password", ""))
        set_password(session, row.account, password, actor=viewer.account, now=now)
    if not outcome.done:
        own = account_id == viewer.account.id
        return _account_page(request, row, outcome.refusal, done=False, own=own)
    return RedirectResponse(f"/accounts/{account_id}?done=1", 303)


@router.post("/accounts/{account_id}/deactivate")
def switch_off(session: OpenSession, now: Now, viewer: Officer, account_id: int) -> Response:
    """The account can no longer sign in; what it did stays in the history."""
    row = get_administered(session, viewer.account, account_id)
    deactivate(session, row.account, actor=viewer.account, now=now)
    return RedirectResponse(f"/accounts/{account_id}", 303)


def _new_page(request: Request, sent: TypedAccount, refusal: str) -> Response:
    return render(
        request,
        "pages/accounts/new.html",
        status=422 if refusal else 200,
        sent=sent,
        refusal=refusal,
    )


def _account_page(
    request: Request, row: AccountRow, refusal: str, *, done: bool, own: bool
) -> Response:
    return render(
        request,
        "pages/accounts/show.html",
        status=422 if refusal else 200,
        row=row,
        refusal=refusal,
        done=done,
        own=own,
    )
