"""Nine o'clock: the pages of a signed-in person while a hundred others sign in or send files."""

import http.client
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from statistics import quantiles
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from sqlalchemy import Engine, select
from sqlmodel import col

from adapters.passwords import hash_password, is_password
from adapters.root import ROOT
from adapters.settings import Settings
from adapters.workbooks.writing import write_workbook
from bench.browser import sign_in_clerks, sign_in_office
from bench.databases import transaction
from models import Account, Assignment, Unit
from queries.assignments.visible_assignments import get_visible_assignment
from services.workbooks.workbooks import get_layout
from web.edge.viewer.security import SESSION_COOKIE

PEOPLE = 100
PASSWORD = "Caoyuan-2026"
PAGE = "/campaigns"
FORM = "application/x-www-form-urlencoded"


def measure(engine: Engine, settings: Settings, measure_id: int) -> dict[str, Any]:
    """The milliseconds of one page that one browser asks for again and again. The web application
    must run.

    The page is measured alone (`quiet_…`), while 100 clerks sign in, and while 50 notices and 50
    workbooks are sent. `…_seconds` is the time until the last of the hundred has an answer;
    `…_refused` counts those who are told to come again. `argon2_floor_seconds` is the time of
    checking 100 passwords one after the other.
    """
    office = sign_in_office(engine)
    clerks = sign_in_clerks(engine, measure_id, PEOPLE)
    signing_in = [partial(_sign_in, settings, login) for login in _give_passwords(engine, clerks)]
    sending: list[Callable[[], Any]] = [
        *[partial(_send_notice, settings, office)] * (PEOPLE // 2),
        *_workbooks(engine, settings, clerks[: PEOPLE // 2]),
    ]
    return {
        **_named("quiet", _pages_while(settings, office, [partial(time.sleep, 3)])),
        **_named("sign_in", _pages_while(settings, office, signing_in)),
        "argon2_floor_seconds": _floor(),
        **_named("upload", _pages_while(settings, office, sending)),
    }


def _named(name: str, figures: dict[str, Any]) -> dict[str, Any]:
    return {f"{name}_{key}": figure for key, figure in figures.items()}


def _pages_while(
    settings: Settings, token: str, work: Iterable[Callable[[], Any]]
) -> dict[str, Any]:
    """The figures of the page while all `work`, which begins at once, is being done."""
    statuses: list[Any] = []
    threads = [threading.Thread(target=lambda act=act: statuses.append(act())) for act in work]
    taken: list[float] = []
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        start = time.perf_counter()
        if _ask(settings, "GET", PAGE, cookie=token) != 200:
            raise RuntimeError(f"{PAGE} was not answered")
        taken.append((time.perf_counter() - start) * 1000)
    cuts = quantiles(taken, n=100)
    return {
        "page_p50_ms": round(cuts[49], 1),
        "page_p99_ms": round(cuts[98], 1),
        "pages": len(taken),
        "seconds": round(time.perf_counter() - begun, 1),
        "refused": sum(status == 503 for status in statuses),
        "failed": sum(status not in (None, 200, 303, 503) for status in statuses),
    }


def _give_passwords(engine: Engine, clerks: list[tuple[str, int]]) -> list[str]:
    """Give the clerks the password `PASSWORD`, and return their logins."""
    hashed = hash_password(PASSWORD)
    owners = (
        select(Account)
        .join(Assignment, col(Assignment.unit_id) == Account.unit_id)
        .where(col(Assignment.id).in_([assignment_id for _, assignment_id in clerks]))
    )
    with transaction(engine) as session:
        accounts = session.scalars(owners).all()
        for account in accounts:
            account.password_hash = hashed
        return [account.login for account in accounts]


def _floor() -> float:
    hashed, start = hash_password(PASSWORD), time.perf_counter()
    for _ in range(PEOPLE):
        is_password(hashed, PASSWORD)
    return round(time.perf_counter() - start, 1)


def _sign_in(settings: Settings, login: str) -> int:
    body = urlencode({"login": login, "password": PASSWORD})
    return _ask(settings, "POST", "/sign-in", body=body.encode(), kind=FORM)


def _send_notice(settings: Settings, token: str) -> int:
    content = (ROOT / "samples" / "notice.txt").read_bytes()
    return _send_file(settings, token, "/campaigns/new", "notice.txt", content)


def _workbooks(
    engine: Engine, settings: Settings, clerks: list[tuple[str, int]]
) -> list[Callable[[], int]]:
    """For each village an act that sends the workbook it has downloaded."""
    sending: list[Callable[[], int]] = []
    with transaction(engine) as session:
        for token, assignment_id in clerks:
            unit = session.get_one(Unit, session.get_one(Assignment, assignment_id).unit_id)
            seen = get_visible_assignment(session, unit, assignment_id)
            content = write_workbook(get_layout(session, seen.assignment, seen.unit))
            path = f"/assignments/{assignment_id}/workbook"
            sending.append(partial(_send_file, settings, token, path, "form.xlsx", content))
    return sending


def _send_file(settings: Settings, token: str, path: str, name: str, content: bytes) -> int:
    edge = uuid4().hex
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + f"\r\n--{edge}--\r\n".encode()
    kind = f"multipart/form-data; boundary={edge}"
    return _ask(settings, "POST", path, body=body, kind=kind, cookie=token)


def _ask(
    settings: Settings, method: str, path: str, *, body: bytes = b"", kind: str = "",
    cookie: str = "",
) -> int:  # fmt: skip
    connection = http.client.HTTPConnection(settings.host, settings.web_port, timeout=300)
    headers = {"Sec-Fetch-Site": "same-origin", "Cookie": f"{SESSION_COOKIE}={cookie}"}
    if kind:
        headers["Content-Type"] = kind
    connection.request(method, path, body or None, headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status
