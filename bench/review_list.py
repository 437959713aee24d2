"""The review list of a unit with 15,000 waiting submissions, and a decision about all of them."""

import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, insert, literal, select, text
from sqlmodel import Session, col

from bench import sample
from bench.answers import answer
from bench.browser import browser, open_session
from bench.databases import fresh_engine, transaction, why_absent
from bench.form_page import statements_of
from bench.installation import installed, running
from cli.programs import WEB
from models import (
    Account,
    Assignment,
    Campaign,
    Decision,
    FormVersion,
    Tag,
    Unit,
    UnitTag,
)
from queries.review.review_list import WaitingSubmissions
from services.campaigns.measures import (
    MeasureContent,
    confirm_measure,
    create_measure,
    release_measure,
)
from services.review.review_batches import decide_matching, undo

WAITING = 15_000
TIMES = 100
TAG = "bench-review"
PAGES = {
    "list": "/review",
    "list_by_due": "/review?sort=due",
    "list_by_sent": "/review?sort=sent",
    "list_by_unit": "/review?sort=unit",
    "list_by_flags": "/review?sort=flags",
    "list_flagged": "/review?flagged=1",
    "list_overdue": "/review?overdue=1",
    "list_last_page": "/review?page=9999",
}


def measure(backend: str, folder: Path) -> dict[str, Any] | None:
    """The figures of the list; None where the database is not here.

    `…_p95_ms` are the milliseconds over HTTP of the list in each order and of one submission. The
    seconds are those of approving all and of undoing it. The floor is one plain count and one plain
    page.
    """
    if why_absent(backend):
        return None
    with fresh_engine(backend, folder) as engine:
        sample.fill(engine)
        unit_id = _fill(engine)
        if backend == "postgresql":
            with engine.connect() as connection:
                connection.execute(text("ANALYZE"))
                connection.commit()
        with installed(engine, folder) as settings, running(settings, WEB):
            with transaction(engine) as session:
                reviewer = session.scalars(select(Account).where(_of(unit_id))).one()
                token = open_session(session, reviewer)
                assignment_id = _middle(session, unit_id)
            figures: dict[str, float] = {"waiting": _count(engine, unit_id)}
            with browser(settings, token) as client:
                for name, path in {**PAGES, "one": f"/review/{assignment_id}"}.items():
                    figures[f"{name}_p95_ms"] = p95_ms(client, path)
            figures["statements"] = statements_of(token, "/review")
            figures["one_statements"] = statements_of(token, f"/review/{assignment_id}")
        figures["floor_p95_ms"] = _floor_ms(engine, unit_id)
        return {**figures, **_decide_all(engine, unit_id)}


def _fill(engine: Engine) -> int:
    """Hand down and answer so many measures that `WAITING` submissions wait; returns the id of the
    unit with the most lower units, which reviews them."""
    with transaction(engine) as session:
        unit_id, lower = _widest(session)
        session.add(Tag(code=TAG, name="测", name_en="bench"))
        session.flush()
        chosen = select(col(Unit.id), literal(TAG)).where(
            col(Unit.parent_id) == unit_id, col(Unit.takes_assignments)
        )
        session.execute(insert(UnitTag).from_select(["unit_id", "tag"], chosen))
        sample.make_account(session, session.get_one(Unit, unit_id))
    for number in range(1, -(-WAITING // lower) + 1):
        with transaction(engine) as session:
            wish = _release(session, number)
        sample.carry_out(engine, wish)
    with transaction(engine) as session:
        below = select(col(Unit.id)).where(col(Unit.parent_id) == unit_id)
        answer(session, col(Assignment.unit_id).in_(below))
    return unit_id


def _widest(session: Session) -> tuple[int, int]:
    lower = func.count()
    return session.execute(
        select(col(Unit.parent_id), lower)
        .where(col(Unit.takes_assignments), col(Unit.level) == "village")
        .group_by(col(Unit.parent_id))
        .order_by(lower.desc())
        .limit(1)
    ).one()  # type: ignore[return-value]


def _release(session: Session, number: int) -> int:
    office = sample.get_office(session)
    content = MeasureContent(
        title=f"第{number}项：入户排查取暖安全",
        text="逐户查看取暖设备，登记并整改。",
        due_rule="2026-12-20",
        review_days=2,
        form_version_id=session.scalars(select(col(FormVersion.id))).first(),
        addressees=(("village", TAG),),
    )
    campaign_id = session.scalars(select(col(Campaign.id))).one()
    made = create_measure(
        session, campaign_id=campaign_id, content=content,
        position=number, path=f"{number}", actor=office, now=sample.NOW,
    )  # fmt: skip
    confirm_measure(session, made, actor=office, now=sample.NOW)
    wish = release_measure(session, made, actor=office, now=sample.NOW)
    assert wish is not None
    return wish


def _of(unit_id: int) -> Any:
    return col(Account.unit_id) == unit_id


def _middle(session: Session, unit_id: int) -> int:
    """An assignment in the middle of the list, as far from its beginning as from its end."""
    wanted = WaitingSubmissions(unit_id)
    middle = wanted.shape.in_order().offset(WAITING // 2).limit(1)
    found: int = session.scalars(middle, wanted.given).one()
    return found


def _count(engine: Engine, unit_id: int) -> int:
    with transaction(engine) as session:
        wanted = WaitingSubmissions(unit_id).select().with_only_columns(func.count())
        count: int = session.execute(wanted).scalar_one()
        return count


def p95_ms(client: Any, path: str) -> float:
    """The milliseconds over HTTP below which 95 of 100 requests for a page stay."""
    return _p95(lambda: client.get(path).raise_for_status())


def _p95(act: Any) -> float:
    taken = []
    for _ in range(TIMES):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return round(sorted(taken)[TIMES * 95 // 100 - 1] * 1000, 1)


def _floor_ms(engine: Engine, unit_id: int) -> float:
    """The milliseconds of two hand-written statements for what the list shows."""
    waiting = (
        "FROM assignment a JOIN assignment u ON u.id = a.parent_id"
        " WHERE u.unit_id = :unit AND a.status = 'submitted'"
    )
    count = text(f"SELECT count(*) {waiting}")
    page = text(
        "SELECT a.id, s.id, n.name, m.title, a.review_due_on, s.sent_at FROM"
        f" (SELECT a.* {waiting} ORDER BY a.review_due_on, a.id LIMIT 50) a"
        " JOIN submission s ON s.assignment_id = a.id AND s.revision = a.revision"
        " JOIN unit n ON n.id = a.unit_id JOIN measure m ON m.id = a.measure_id"
    )
    with engine.connect().execution_options(readonly=True) as connection:

        def ask() -> None:
            connection.execute(count, {"unit": unit_id}).all()
            connection.execute(page, {"unit": unit_id}).all()

        return _p95(ask)


def _decide_all(engine: Engine, unit_id: int) -> dict[str, float]:
    """The seconds of approving everything that waits, and of undoing it."""
    now = sample.NOW + timedelta(days=1)
    wanted = WaitingSubmissions(unit_id, until=now)
    start = time.perf_counter()
    with transaction(engine) as session:
        actor = session.scalars(select(Account).where(_of(unit_id))).one()
        batch = decide_matching(session, wanted, Decision.APPROVE, actor=actor, now=now)
        assert batch is not None
        batch_id, count = batch.id, batch.count
    approved = time.perf_counter()
    undone = _undo(engine, unit_id, batch_id, now)
    assert undone == count
    return {
        "approve_all_seconds": round(approved - start, 2),
        "undo_all_seconds": round(time.perf_counter() - approved, 2),
    }


def _undo(engine: Engine, unit_id: int, batch_id: int, now: datetime) -> int:
    with transaction(engine) as session:
        actor = session.scalars(select(Account).where(_of(unit_id))).one()
        return undo(session, batch_id, actor=actor, now=now).undone_count
