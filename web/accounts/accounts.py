"""The accounts at and below an office: listed, added, switched off, given a new password."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from models import AccountAct, Role, Unit
from queries.accounts import account_list
from queries.accounts.account_history import AccountChange, list_account_changes
from queries.accounts.account_list import (
    SHOWN,
    AccountRow,
    get_administered,
    list_account_page,
)
from queries.accounts.unused_accounts import count_unused, is_unused
from queries.units.names_above import list_names_above
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
from web.accounts.account_export import export_accounts
from web.accounts.sign_in import sign_in_limits
from web.edge.pages.exports import wants_file
from web.edge.pages.paging import PageNumber, count_pages
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.requests.waiting import waiting_of
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.language import say
from web.edge.viewer.security import which_office
from web.edge.viewer.transactions import Look, Now, attempt

PAGE = 50
ACCOUNT_ACT_NAMES = {
    AccountAct.MADE: N_("添加账号"),
    AccountAct.MADE_TOGETHER: N_("批量添加账号"),
    AccountAct.CODE_MADE: N_("重新生成密码条"),
    AccountAct.PASSWORD_SET: N_("设置新密码"),
    AccountAct.PASSWORD_CHANGED: N_("本人修改密码"),
    AccountAct.SWITCHED_OFF: N_("停用"),
    AccountAct.SWITCHED_ON: N_("重新启用"),
}

router = APIRouter()


@dataclass(frozen=True)
class TypedAccount:
    """What stands in the inputs of a new account; the password is not shown again."""

    unit: str = ""
    login: str = ""
    name: str = ""
    role: str = Role.CLERK


@dataclass(frozen=True)
class NewPassword:
    """A password as it is stored, or the finished sentence why the password is not taken."""

    hashed: str = ""
    refusal: str = ""


async def hash_first(request: Request, look: Look, now: Now, posted: Posted) -> NewPassword:
    """Hash the password of a new account before the transaction that writes begins."""
    await look(lambda session: which_office(request, session, now))
    return await _hashed(request, str(posted.get("login", "")), posted)


async def hash_for(
    request: Request, look: Look, now: Now, posted: Posted, account_id: int
) -> NewPassword:
    """Hash a new password for an account that the office looks after."""

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


@dataclass(frozen=True)
class AccountsPage(Page):
    """The accounts at and below a unit."""

    TEMPLATE = "pages/accounts/list.html"

    here: Unit
    rows: Sequence[AccountRow]
    total: int
    most: int
    """Of more accounts than these it is only said that there are more."""
    q: str
    show: str
    """`unused`, `off`, or empty for all accounts."""
    page: int
    pages: int
    unused: int
    """Accounts here that nobody has used and that still have their first code."""
    above: Mapping[int, str]
    """Unit → the name of the unit above."""


@router.get("/accounts")
def show_accounts(
    context: Officer, unit: str = "", q: str = "", show: str = "", page: PageNumber = 1
) -> Response:
    """The accounts at and below a unit, page by page."""
    here = get_visible_unit(context.session, context.actor, unit) if unit else context.viewer.unit
    show = show if show in SHOWN else ""
    if wants_file(context.query):
        return export_accounts(context, here, q.strip(), show)
    rows, total = list_account_page(
        context.session, here, text=q.strip(), show=show, limit=PAGE, offset=PAGE * (page - 1)
    )
    most, fresh = account_list.MOST_COUNTED, count_unused(context.session, here)
    pages = count_pages(min(total, most), PAGE)
    above = list_names_above(context.session, [row.unit for row in rows])
    shown = AccountsPage(
        here, rows, total, account_list.MOST_COUNTED, q, show, page, pages, fresh, above
    )
    return render(context.request, shown)


@dataclass(frozen=True)
class NewAccountPage(Page):
    """The form of a new account."""

    TEMPLATE = "pages/accounts/new.html"

    sent: TypedAccount
    refusal: str = ""


@router.get("/accounts/new")
def show_new(context: Officer, unit: str = "") -> Response:
    """The form of a new account."""
    sent = TypedAccount(unit=unit or context.viewer.unit.code)
    return render(context.request, NewAccountPage(sent))


@router.post("/accounts/new")
def add_account(
    password: Annotated[NewPassword, Depends(hash_first)], context: Officer, posted: Posted
) -> Response:
    """Make the account, or show the form again with what was typed."""
    names = ("unit", "login", "name", "role")
    sent = TypedAccount(**{name: str(posted.get(name, "")).strip() for name in names})
    if password.refusal:
        return render(context.request, NewAccountPage(sent, password.refusal), status=422)
    with attempt(context.session, context.words) as outcome:
        try:
            unit = get_visible_unit(context.session, context.actor, sent.unit)
        except NotFound as error:
            raise Refusal(
                N_("本单位和下级单位里没有代码为“%(code)s”的单位。"), code=sent.unit[:20]
            ) from error
        account = create_account(
            context.session,
            login=sent.login,
            name=sent.name,
            password_hash=password.hashed,
            unit=unit,
            role=Role.OFFICE if sent.role == Role.OFFICE else Role.CLERK,
            actor=context.actor,
            now=context.now,
        )
    if not outcome.done:
        return render(context.request, NewAccountPage(sent, outcome.refusal), status=422)
    said = N_("已添加账号 %(login)s。请把初始密码当面告诉对方。")
    return back_to(f"/accounts?unit={sent.unit}", said, login=account.login)


@router.get("/accounts/{account_id}")
def show_account(context: Officer, account_id: int) -> Response:
    """One account, and what can be done about it."""
    row = get_administered(context.session, context.actor, account_id)
    return _account_page(context, row)


@router.post("/accounts/{account_id}/password")
def give_password(
    password: Annotated[NewPassword, Depends(hash_for)], context: Officer, account_id: int
) -> Response:
    """Give the account a new password; every browser of the account is signed out."""
    row = get_administered(context.session, context.actor, account_id)
    refusal = password.refusal
    if not refusal:
        with attempt(context.session, context.words) as outcome:
            set_password(
                context.session, row.account, password.hashed, actor=context.actor, now=context.now
            )
        refusal = outcome.refusal
    if refusal:
        return _account_page(context, row, refusal)
    sign_in_limits(context.request).forgive(row.account.login)
    said = N_("新密码已经生效，这个账号在别处的登录都已退出。")
    return back_to(f"/accounts/{account_id}", said)


@router.post("/accounts/{account_id}/deactivate")
def switch_off(context: Officer, account_id: int) -> Response:
    """The account can no longer sign in; what the account did stays in the history."""
    row = get_administered(context.session, context.actor, account_id)
    deactivate(context.session, row.account, actor=context.actor, now=context.now)
    return back_to(f"/accounts/{account_id}", N_("账号已停用，不能再登录。"))


@router.post("/accounts/{account_id}/activate")
def switch_on(context: Officer, account_id: int) -> Response:
    """The account can sign in again."""
    row = get_administered(context.session, context.actor, account_id)
    activate(context.session, row.account, actor=context.actor, now=context.now)
    return back_to(f"/accounts/{account_id}", N_("账号已重新启用，可以用原来的密码登录。"))


@dataclass(frozen=True)
class AccountPage(Page):
    """One account with its history."""

    TEMPLATE = "pages/accounts/show.html"

    row: AccountRow
    refusal: str
    own: bool
    """The account is the viewer's."""
    fresh: bool
    """Nobody has used the account, and it still has its first code."""
    changes: Sequence[AccountChange]
    account_act_names: Mapping[AccountAct, str]


def _account_page(context: Context, row: AccountRow, refusal: str = "") -> Response:
    page = AccountPage(
        row=row,
        refusal=refusal,
        own=row.account.id == context.actor.id,
        fresh=is_unused(row.account),
        changes=list_account_changes(context.session, row.account.id),
        account_act_names=ACCOUNT_ACT_NAMES,
    )
    return render(context.request, page, status=422 if refusal else 200)
