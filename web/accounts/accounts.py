"""The accounts at and below an office: listed, added, switched off, given a new password."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.datastructures import FormData

from models import AccountAct, Role
from queries.accounts.account_history import list_account_changes
from queries.accounts.account_list import AccountRow, get_administered, list_account_page
from queries.units.visibility import get_visible_unit
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal
from services.accounts.accounts import (
    activate,
    create_account,
    deactivate,
    prepare_password,
    set_password,
)
from web.accounts.sign_in import sign_in_limits
from web.edge.language import say
from web.edge.posted import Posted
from web.edge.rendering import render
from web.edge.security import Officer, Viewer, which_office
from web.edge.transactions import Look, Now, OpenSession, attempt
from web.edge.waiting import waiting_of

PAGE = 50
ACCOUNT_ACT_NAMES = {
    AccountAct.MADE: N_("添加账号"),
    AccountAct.PASSWORD_SET: N_("设置新密码"),
    AccountAct.PASSWORD_CHANGED: N_("本人修改密码"),
    AccountAct.SWITCHED_OFF: N_("停用"),
    AccountAct.SWITCHED_ON: N_("重新启用"),
}

router = APIRouter()


@dataclass(frozen=True)
class TypedAccount:
    """What stands in the inputs of a new account. The password is not shown again."""

    unit: str = ""
    login: str = ""
    name: str = ""
    role: str = Role.CLERK


@dataclass(frozen=True)
class NewPassword:
    """A password as it is stored, or the finished sentence why it is not taken."""

    hashed: str = ""
    refusal: str = ""


async def hash_first(request: Request, look: Look, now: Now, posted: Posted) -> NewPassword:
    """Hash the password of a new account before the transaction that writes begins."""
    await look(lambda session: which_office(request, session, now))
    return await _hashed(request, str(posted.get("login", "")), posted)


async def hash_for(
    request: Request, look: Look, now: Now, posted: Posted, account_id: int
) -> NewPassword:
    """The same for an account that exists and that the office looks after."""

    def find(session: Session) -> AccountRow:
        return get_administered(session, which_office(request, session, now).account, account_id)

    row = await look(find)
    return await _hashed(request, row.account.login, posted)


async def _hashed(request: Request, login: str, posted: FormData) -> NewPassword:
    prepare = partial(prepare_password, login, str(posted.get("password", "")))
    try:
        return NewPassword(await waiting_of(request).passwords.run(prepare))
    except Refusal as refusal:
        return NewPassword(refusal=say(request, refusal))


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
    request: Request,
    password: Annotated[NewPassword, Depends(hash_first)],
    session: OpenSession,
    now: Now,
    viewer: Officer,
    posted: Posted,
) -> Response:
    """Make the account, or show the form again with what was typed."""
    names = ("unit", "login", "name", "role")
    sent = TypedAccount(**{name: str(posted.get(name, "")).strip() for name in names})
    if password.refusal:
        return _new_page(request, sent, password.refusal)
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
            password_hash=password.hashed,
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
    return _account_page(request, session, row, viewer, done=done)


@router.post("/accounts/{account_id}/password")
def give_password(
    request: Request,
    password: Annotated[NewPassword, Depends(hash_for)],
    session: OpenSession,
    now: Now,
    viewer: Officer,
    account_id: int,
) -> Response:
    """A new password; the account is signed out everywhere, and can sign in with it at once."""
    row = get_administered(session, viewer.account, account_id)
    refusal = password.refusal
    if not refusal:
        with attempt(session, request) as outcome:
            set_password(session, row.account, password.hashed, actor=viewer.account, now=now)
        refusal = outcome.refusal
    if refusal:
        return _account_page(request, session, row, viewer, refusal)
    sign_in_limits(request).forgive(row.account.login)
    return RedirectResponse(f"/accounts/{account_id}?done=1", 303)


@router.post("/accounts/{account_id}/deactivate")
def switch_off(session: OpenSession, now: Now, viewer: Officer, account_id: int) -> Response:
    """The account can no longer sign in; what it did stays in the history."""
    row = get_administered(session, viewer.account, account_id)
    deactivate(session, row.account, actor=viewer.account, now=now)
    return RedirectResponse(f"/accounts/{account_id}", 303)


@router.post("/accounts/{account_id}/activate")
def switch_on(session: OpenSession, now: Now, viewer: Officer, account_id: int) -> Response:
    """The account can sign in again."""
    row = get_administered(session, viewer.account, account_id)
    activate(session, row.account, actor=viewer.account, now=now)
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
    request: Request,
    session: Session,
    row: AccountRow,
    viewer: Viewer,
    refusal: str = "",
    *,
    done: bool = False,
) -> Response:
    return render(
        request,
        "pages/accounts/show.html",
        status=422 if refusal else 200,
        row=row,
        refusal=refusal,
        done=done,
        own=row.account.id == viewer.account.id,
        changes=list_account_changes(session, row.account.id),
        account_act_names=ACCOUNT_ACT_NAMES,
    )
