"""The pages of an office, of a reviewer and of a village: statements, processor time and bytes."""

import time
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from sqlalchemy import Engine, func, insert, literal, select
from sqlmodel import Session, UTCDateTime, col

from adapters.settings import Settings
from bench import processor_time, sample
from bench.answers import answer
from bench.browser import browser, open_session
from bench.country import fill_country
from bench.databases import POSTGRESQL, fresh_engine, transaction, why_absent
from bench.form_page import statements_of
from bench.installation import installed, running
from bench.sample import NOW
from cli.programs import WEB
from models import Account, Assignment, Campaign, Measure, Role, Unit
from services.campaigns.measures import confirm_measure

ANSWERED, OPEN = 1, 2
"""The position of a measure that all villages but a few have answered, and of one that none has."""
FEW = 3
TIMES, SECONDS = 100, 2.0
"""A page is asked for so many times; a slow page until so much time is over."""


class Looked(NamedTuple):
    """A page, and who looks at it."""

    token: str
    path: str


def measure(backend: str, folder: Path, *, country: bool = False) -> dict[str, Any] | None:
    """The figures of each page; None where the database is not here.

    `statements` are counted in this process. `cpu_ms` is the processor time of the web application
    for one request, `database_cpu_ms` that of PostgreSQL, `ms` the time of one request over HTTP,
    `bytes_gz` the size of the page as it is sent.
    """
    if why_absent(backend):
        return None
    with fresh_engine(backend, folder) as engine:
        fill(engine, country=country)
        return measure_on(engine, folder)


def fill(engine: Engine, *, country: bool) -> None:
    """Load the tree, give every unit an account, and hand measures down to every village."""
    if country:
        fill_country(engine)
        sample.fill_around(engine)
    else:
        sample.fill(engine)
    with transaction(engine) as session:
        _make_accounts(session)
    for number in (ANSWERED, OPEN) if country else (ANSWERED, OPEN, 3, 4, 5):
        with transaction(engine) as session:
            _, wish = sample.release_one(session, number)
        sample.carry_out(engine, wish)
    with transaction(engine) as session:
        _answer_most(session)


def measure_on(engine: Engine, folder: Path) -> dict[str, Any]:
    """The figures of each page on a database that `fill` has filled."""
    with installed(engine, folder) as settings, running(settings, WEB):
        with transaction(engine) as session:
            looks = _looks(session)
        return {name: _measure_page(engine, settings, look) for name, look in looks.items()}


def _make_accounts(session: Session) -> None:
    """Give every unit a clerk, with whom nobody can sign in."""
    rows = select(
        literal("unit-").concat(col(Unit.code)), literal("综合办公室"), literal("!"), col(Unit.id),
        literal(Role.CLERK.value), literal(True), literal(NOW, UTCDateTime()),
    )  # fmt: skip
    names = ["login", "name", "password_hash", "unit_id", "role", "active", "created_at"]
    session.execute(insert(Account).from_select(names, rows))


def _answer_most(session: Session) -> None:
    """Answer one measure in every village but `FEW`, spread over the tree."""
    lowest = select(col(Assignment.id)).where(
        col(Assignment.measure_id) == _measure_id(session, ANSWERED), col(Assignment.lowest)
    )
    count = session.execute(select(func.count()).select_from(lowest.subquery())).scalar_one()
    ids = session.scalars(lowest.order_by(col(Assignment.id))).all()
    missing = ids[count // (2 * FEW) :: count // FEW][:FEW]
    answer(session, col(Assignment.id).in_(lowest) & col(Assignment.id).not_in(missing))


def _measure_id(session: Session, position: int) -> int:
    return session.scalars(select(col(Measure.id)).where(col(Measure.position) == position)).one()


def _looks(session: Session) -> dict[str, Looked]:
    """Name of a page → the page."""
    office = open_session(session, sample.get_office(session))
    answered, opened = _measure_id(session, ANSWERED), _measure_id(session, OPEN)
    campaign_id = session.execute(select(func.min(Campaign.id))).scalar_one()
    root = sample.get_region(session)
    village = _widest_village(session, opened)
    reviewer = session.get_one(Assignment, village.parent_id)
    upper, lower = (_clerk(session, unit) for unit in (reviewer.unit_id, village.unit_id))
    waiting = _waiting(session, answered, reviewer.unit_id)
    return {
        "home": Looked(office, "/"),
        "home_township": Looked(upper, "/"),
        "home_village": Looked(lower, "/"),
        "review": Looked(upper, "/review"),
        "review_one": Looked(upper, f"/review/{waiting}"),
        "progress": Looked(office, f"/measures/{answered}/progress"),
        "progress_open": Looked(office, f"/measures/{opened}/progress"),
        "progress_township": Looked(upper, f"/measures/{opened}/progress"),
        "assignment": Looked(office, f"/assignments/{_of(session, answered, root.id)}"),
        "assignment_township": Looked(upper, f"/assignments/{reviewer.id}"),
        "assignment_village": Looked(lower, f"/assignments/{village.id}"),
        "form": Looked(lower, f"/assignments/{village.id}/form"),
        "preview": Looked(office, f"/measures/{_draft(session)}/preview"),
        "preview_released": Looked(office, f"/measures/{opened}/preview"),
        "preview_units": Looked(office, f"/measures/{opened}/preview/village"),
        "campaigns": Looked(office, "/campaigns"),
        "withdraw": Looked(office, f"/measures/{opened}/withdraw"),
        "units": Looked(office, "/units"),
        "units_found": Looked(office, "/units?q=内蒙古"),
        "accounts": Looked(office, "/accounts"),
        "reports": Looked(office, "/reports"),
        "campaign_reports": Looked(office, f"/reports/{campaign_id}"),
    }


def _widest_village(session: Session, measure_id: int) -> Assignment:
    """An assignment of a village below the township with the most of them."""
    widest = (
        select(col(Assignment.parent_id))
        .where(col(Assignment.measure_id) == measure_id, col(Assignment.lowest))
        .group_by(col(Assignment.parent_id))
        .order_by(func.count().desc(), col(Assignment.parent_id))
        .limit(1)
    )
    return session.scalars(
        select(Assignment).where(col(Assignment.parent_id).in_(widest)).limit(1)
    ).one()


def _clerk(session: Session, unit_id: int) -> str:
    account = session.scalars(select(Account).where(col(Account.unit_id) == unit_id).limit(1))
    return open_session(session, account.one())


def _of(session: Session, measure_id: int, unit_id: int) -> int:
    return session.scalars(
        select(col(Assignment.id)).where(
            col(Assignment.measure_id) == measure_id, col(Assignment.unit_id) == unit_id
        )
    ).one()


def _waiting(session: Session, measure_id: int, unit_id: int) -> int:
    """An answer that waits for the unit's review."""
    lower = select(col(Assignment.id)).where(
        col(Assignment.parent_id) == _of(session, measure_id, unit_id), col(Assignment.revision) > 0
    )
    return session.scalars(lower.limit(1)).one()


def _draft(session: Session) -> int:
    """A measure that is not released."""
    office = sample.get_office(session)
    measure = sample.draft_one(session, 1000)
    confirm_measure(session, measure, actor=office, now=NOW)
    return measure.id


def _measure_page(engine: Engine, settings: Settings, look: Looked) -> dict[str, Any]:
    with browser(settings, look.token) as client:
        page = client.get(look.path).raise_for_status()
        asked, taken = _ask(client, look.path, engine)
    figures = {
        "statements": statements_of(look.token, look.path),
        "cpu_ms": round(taken["web"] * 1000 / asked, 1),
        "bytes_gz": page.num_bytes_downloaded,
        "ms": round(taken["wall"] * 1000 / asked, 1),
    }
    if engine.dialect.name == POSTGRESQL:
        figures["database_cpu_ms"] = round(taken["database"] * 1000 / asked, 1)
    return figures


def _ask(client: httpx.Client, path: str, engine: Engine) -> tuple[int, dict[str, float]]:
    """How many times the page was asked for, and the seconds that all of these took."""
    for _ in range(3):
        client.get(path).raise_for_status()
    before = _seconds(engine)
    asked, deadline = 0, time.monotonic() + SECONDS
    while asked < TIMES and (asked < 5 or time.monotonic() < deadline):
        client.get(path).raise_for_status()
        asked += 1
    after = _seconds(engine)
    return asked, {name: after[name] - before[name] for name in after}


def _seconds(engine: Engine) -> dict[str, float]:
    return {
        "web": processor_time.of_children(),
        "database": processor_time.of_backends(engine),
        "wall": time.perf_counter(),
    }
