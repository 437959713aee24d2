"""Browsers of signed-in clerks. The password check is left out, because it is not measured."""

import re
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from adapters.passwords import hash_token, make_token
from adapters.settings import Settings
from bench import sample
from bench.databases import transaction
from models import Account, Assignment, Role, SignIn, Unit
from web.edge.viewer.security import SESSION_COOKIE

SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Accept-Encoding": "gzip"}
"""The headers that browsers since 2020 send with a request from our own pages."""
STATIC = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def browser(settings: Settings, token: str) -> httpx.Client:
    """A browser that is signed in with a session's token."""
    return httpx.Client(
        base_url=settings.web_url,
        cookies={SESSION_COOKIE: token},
        headers=SAME_SITE,
        trust_env=False,
        timeout=60,
    )


def open_session(session: Session, account: Account) -> str:
    """Open a session as signing in does, and return its token."""
    token, now = make_token(), datetime.now(UTC)
    session.add(
        SignIn(
            token_hash=hash_token(token),
            account_id=account.id,
            created_at=now,
            expires_at=now + timedelta(hours=1),
        )
    )
    return token


def sign_in_office(engine: Engine) -> str:
    """Open a session of the region's office, and return its token."""
    with transaction(engine) as session:
        return open_session(session, sample.get_office(session))


def sign_in_clerks(engine: Engine, measure_id: int, count: int) -> list[tuple[str, int]]:
    """Open sessions of clerks of `count` villages: each token with the village's assignment."""
    wanted = (
        select(Unit, col(Assignment.id))
        .join(Assignment, col(Assignment.unit_id) == Unit.id)
        .where(col(Assignment.measure_id) == measure_id, col(Assignment.lowest))
        .order_by(col(Unit.lft))
    )
    with transaction(engine) as session:
        rows = session.execute(wanted).all()
        spread = rows[:: max(1, len(rows) // count)][:count]  # Villages of all banners.
        return [
            (open_session(session, _account_of(session, unit)), assignment_id)
            for unit, assignment_id in spread
        ]


def _account_of(session: Session, unit: Unit) -> Account:
    login = f"{Role.CLERK}-{unit.code}"
    found = session.scalars(select(Account).where(col(Account.login) == login)).first()
    return found or sample.make_account(session, unit)
