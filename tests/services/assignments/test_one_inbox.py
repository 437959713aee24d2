"""Whatever is done to declined work, it waits with exactly one unit until it is done."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy.exc import NoResultFound
from sqlmodel import Session, col, select

from models import Assignment, Decline, Measure, Ruling, Status, Submission, Unit
from queries.filling.submissions import find_current
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import Refusal
from services.assignments.declines import escalate
from services.review.reviews import return_
from tests.answering import ANSWER, account_of, send
from tests.building import BANNER, TOWNSHIP, VILLAGE, assignment_of
from tests.conftest import NOW
from tests.declining import DAY, THIRD, all_inboxes, decline_it, rule_it


def _story(session: Session, few: Measure) -> list[Callable[[], Any]]:
    """What may happen next to the village's work; what is refused as well."""
    pending = session.exec(select(Decline).where(col(Decline.ruled_at).is_(None))).first()
    if pending is not None:
        asked = session.get_one(Unit, pending.asked_id).code
        acts: list[Callable[[], Any]] = [
            partial(rule_it, session, pending, ruling, asked, unit=THIRD) for ruling in Ruling
        ]
        goes_up = asked in (TOWNSHIP, BANNER)
        return [*acts, partial(escalate, session, days=2, now=NOW + 90 * DAY)] if goes_up else acts
    code = THIRD if session.exec(select(Decline.handed_to_id)).first() else VILLAGE
    senders = (code, TOWNSHIP)
    return [
        partial(decline_it, session, few, code),
        *(partial(_send, session, few, code, sender) for sender in senders),
        partial(_review, session, few, code),
    ]


def _send(session: Session, few: Measure, code: str, sender: str) -> None:
    send(session, assignment_of(session, few, code), ANSWER, actor=account_of(session, sender))


def _review(session: Session, few: Measure, code: str) -> None:
    current = find_current(session, assignment_of(session, few, code).id)
    if current is None:
        return
    return_(
        session, current.submission.id, reason="数字不符", fields=[],
        actor=account_of(session, BANNER if current.stand_in else TOWNSHIP), now=NOW,
    )  # fmt: skip


def _rows(session: Session, few: Measure) -> Sequence[Assignment]:
    """The village's assignment, and the one that was made of it."""
    units = select(Unit.id).where(col(Unit.code).in_([VILLAGE, THIRD]))
    wanted = select(Assignment).where(
        Assignment.measure_id == few.id, col(Assignment.unit_id).in_(units)
    )
    return session.exec(wanted.order_by(col(Assignment.id))).all()


def _standing(session: Session, few: Measure) -> tuple[Any, ...]:
    """What tells two moments of the village's work apart."""
    session.expire_all()
    rows = _rows(session, few)
    declines = session.exec(select(Decline).order_by(col(Decline.id))).all()
    return (
        *((row.status, row.taken_by_id) for row in rows),
        *((row.assignment_id, row.asked_id, row.final, row.ruling) for row in declines),
    )


IN_NO_INBOX = {Status.HANDED_OVER, Status.EXCUSED, Status.WITHDRAWN, Status.APPROVED}


def _walk(session: Session, few: Measure, seen: set[tuple[Any, ...]], depth: int) -> None:
    standing = _standing(session, few)
    if standing in seen or depth == 0:
        return
    seen.add(standing)
    found = all_inboxes(session)
    for row in _rows(session, few):
        expected = 0 if row.status in IN_NO_INBOX else 1
        assert len(found[row.id]) == expected, (standing, row.id)
    for act in _story(session, few):
        savepoint = session.begin_nested()
        if _done(session, act):
            _walk(session, few, seen, depth - 1)
        savepoint.rollback()
        session.expire_all()
        for forgotten in [row for row in session if isinstance(row, Submission)]:
            session.expunge(forgotten)  # SQLite gives its id to another submission


def _done(session: Session, act: Callable[[], Any]) -> bool:
    """Whether the act is possible. It has been done then."""
    try:
        act()
        session.flush()
    except (Refusal, NotFound, NoResultFound):
        return False
    return True


def test_the_work_is_in_exactly_one_inbox_whatever_happens(session: Session, few: Measure) -> None:
    seen: set[tuple[Any, ...]] = set()
    _walk(session, few, seen, depth=6)
    statuses = {status for standing in seen for status, _ in standing[:1]}
    assert len(seen) > 30, len(seen)
    assert statuses >= {Status.DECLINED, Status.HANDED_OVER, Status.EXCUSED, Status.SUBMITTED}
