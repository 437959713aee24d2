"""Browsers of signed-in clerks, without the password check that is not measured here."""

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
from web.edge.security import SESSION_COOKIE

SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Accept-Encoding": "gzip"}
"""What every browser younger than 2020 says of a request from our own pages."""
STATIC = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def browser(settings: Settings, token: str) -> httpx.Client:
    """A browser that is signed in by a session's token."""
    return httpx.Client(
        base_url=settings.web_url,
        cookies={SESSION_COOKIE: token},
        headers=SAME_SITE,
        trust_env=False,
        timeout=60,
    )


def open_session(session: Session, account: Account) -> str:
    """The token of a new session; as signing in leaves it."""
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
    """The token of a session of the region's office."""
    with transaction(engine) as session:
        return open_session(session, sample.get_office(session))


def sign_in_clerks(engine: Engine, measure_id: int, count: int) -> list[tuple[str, int]]:
    """Sessions of clerks of `count` villages, each with its assignment of the measure."""
    wanted = (
        select(Unit, col(Assignment.id))
        .join(Assignment, col(Assignment.unit_id) == Unit.id)
        .where(col(Assignment.measure_id) == measure_id, col(Assignment.lowest))
        .order_by(col(Unit.lft))
    )
    with transaction(engine) as session:
        rows = session.execute(wanted).all()
        spread = rows[:: max(1, len(rows) // count)][:count]  # over all banners
        return [
            (open_session(session, _account_of(session, unit)), assignment_id)
            for unit, assignment_id in spread
        ]


def _account_of(session: Session, unit: Unit) -> Account:
    login = f"{Role.CLERK}-{unit.code}"
    found = session.scalars(select(Account).where(col(Account.login) == login)).first()
    return found or sample.make_account(session, unit)
