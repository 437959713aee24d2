"""Many accounts at once: the plan is shown first, then all are made in one act, with slips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from adapters.qr_code import QrCode, qr_code
from adapters.settings import get_settings
from adapters.table_process import table_apart
from models import Level, Role, Unit
from queries.accounts.missing_accounts import count_units_without
from queries.units.visibility import get_visible_unit
from rules.accounts.account_list import AccountLine, read_accounts
from rules.accounts.account_plan import AccountPlan
from rules.sentences.refusal import N_, Refusal
from services.accounts.many_accounts import (
    Slip,
    make_planned,
    plan_accounts,
    plan_accounts_by_rule,
    renew_first_codes,
)
from web.edge.doors.public_address import public_address
from web.edge.pages.rendering import Page, render
from web.edge.requests.packed_upload import carried, content_of, pack
from web.edge.requests.posted import Posted
from web.edge.requests.waiting import Crowded, waiting_of
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.language import words_of
from web.edge.viewer.security import which_office
from web.edge.viewer.transactions import Look, Now, attempt

MOST_SHOWN = 100
"""Rows of a plan that are listed, of each kind."""

router = APIRouter()


@dataclass(frozen=True)
class SentAccounts:
    """A list of accounts as it was sent."""

    lines: Sequence[AccountLine] = ()
    packed: str = ""
    """The file, packed into text, so that nobody sends the file again to confirm it."""
    refusal: str = ""
    status: int = 200


async def read_sent(request: Request, look: Look, now: Now, posted: Posted) -> SentAccounts:
    """Read the list before the transaction begins, where one was sent."""
    await look(partial(_require_office, request, now))
    if posted.get("by") != "list":
        return SentAccounts()
    words = words_of(request)
    try:
        return await waiting_of(request).offices.run(partial(_read, posted))
    except Crowded as crowded:
        kept, sentence = carried(posted, crowded)
        return SentAccounts((), kept, words.say(sentence), 503)
    except Refusal as refusal:
        return SentAccounts(refusal=words.say(refusal), status=422)


def _require_office(request: Request, now: datetime, session: Session) -> None:
    which_office(request, session, now)


def _read(posted: FormData) -> SentAccounts:
    content = content_of(posted, none=N_("请选择账号名单文件。"))
    return SentAccounts(read_accounts(table_apart(content, "accounts").lines), pack(content))


@dataclass(frozen=True)
class Rule:
    """What was chosen for one account for each unit that has none."""

    level: str = ""
    role: str = Role.CLERK
    name: str = ""


class ToldRow(NamedTuple):
    """A row that is left out, and why, in a finished sentence."""

    line: int
    unit: str
    why: str


@dataclass(frozen=True)
class ManyAccountsPage(Page):
    """Where many accounts begin: a rule or a list, and what it would make."""

    TEMPLATE = "pages/accounts/many.html"

    here: Unit
    missing: Sequence[tuple[Level, int]]
    """Levels, with how many of their units have no account."""
    by: str
    """`rule` or `list`; empty: nothing is chosen yet."""
    rule: Rule
    packed: str
    plan: AccountPlan | None
    faulty: Sequence[ToldRow]
    """The first rows that somebody has to look at."""
    refusal: str
    limit: int
    """Megabytes of the largest file."""
    most: int
    """How many rows are listed at most."""


@router.get("/accounts/many")
def show_many(context: Officer, unit: str = "") -> Response:
    """Choose a rule, or a file."""
    return _page(context, _here(context, unit), by="")


@router.post("/accounts/many")
def plan_or_make(
    sent: Annotated[SentAccounts, Depends(read_sent)], context: Officer, posted: Posted
) -> Response:
    """Show what would be made. Once confirmed, make it and show the slips, this one time."""
    here = _here(context, str(posted.get("unit", "")))
    by = "list" if posted.get("by") == "list" else "rule"
    rule = Rule(**{name: str(posted.get(name, "")).strip() for name in ("level", "role", "name")})
    shown = partial(_page, context, here, by=by, rule=rule, packed=sent.packed)
    if sent.refusal:
        return shown(refusal=sent.refusal, status=sent.status)
    slips: list[Slip] = []
    plan = None
    with attempt(context.session, context.words) as outcome:
        plan = _plan(context.session, here, by, rule, sent)
        if posted.get("do") == "make":
            slips = make_planned(context.session, here, plan, actor=context.actor, now=context.now)
    if slips:
        return _slips(context.request, here, slips)
    return shown(plan=plan, refusal=outcome.refusal, status=200 if outcome.done else 422)


def _plan(session: Session, here: Unit, by: str, rule: Rule, sent: SentAccounts) -> AccountPlan:
    if by == "list":
        return plan_accounts(session, here, sent.lines)
    role = Role.OFFICE if rule.role == Role.OFFICE else Role.CLERK
    return plan_accounts_by_rule(session, here, level=rule.level, role=role, name=rule.name)


def _here(context: Context, code: str) -> Unit:
    if not code:
        return context.viewer.unit
    return get_visible_unit(context.session, context.actor, code)


def _page(
    context: Context,
    here: Unit,
    *,
    by: str,
    rule: Rule = Rule(),
    packed: str = "",
    plan: AccountPlan | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response:
    page = ManyAccountsPage(
        here=here,
        missing=count_units_without(context.session, here),
        by=by,
        rule=rule,
        packed=packed,
        plan=plan,
        faulty=[
            ToldRow(row.line, row.unit, context.words.say(row.why))
            for row in (plan.faulty[:MOST_SHOWN] if plan else ())
        ],
        refusal=refusal,
        limit=get_settings().upload_limit // (1024 * 1024),
        most=MOST_SHOWN,
    )
    return render(context.request, page, status=status)


@dataclass(frozen=True)
class SlipsPage(Page):
    """The slips of new accounts, to be printed. The codes on them are stored nowhere."""

    TEMPLATE = "pages/accounts/slips.html"

    here: Unit
    slips: Sequence[Slip]
    sign_in: str
    """The address of the sign-in page."""
    drawn: QrCode
    """The QR code of that address."""


@router.post("/accounts/slips")
def renew_slips(context: Officer, posted: Posted) -> Response:
    """New first codes for the accounts below a unit that nobody has used yet."""
    here = _here(context, str(posted.get("unit", "")))
    slips = renew_first_codes(context.session, here, actor=context.actor, now=context.now)
    return _slips(context.request, here, slips)


@router.post("/accounts/{account_id}/slip")
def renew_slip(context: Officer, account_id: int) -> Response:
    """A new first code for one account that nobody has used yet."""
    slips = renew_first_codes(
        context.session,
        context.viewer.unit,
        account_ids=[account_id],
        actor=context.actor,
        now=context.now,
    )
    return _slips(context.request, context.viewer.unit, slips)


def _slips(request: Request, here: Unit, slips: Sequence[Slip]) -> Response:
    address = f"{public_address(request)}/sign-in"
    return render(request, SlipsPage(here, slips, address, qr_code(address)))
