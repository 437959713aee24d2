"""The books of a campaign, balanced: nothing is lost, and nothing is there twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session, col

from bench.season import Told
from models import Act, Assignment, Event, HandDown, Message, MessageKind, Status, Submission, Unit
from queries.assignments.declines import list_waiting_declines
from queries.assignments.held_days import held_in_campaign, read_held_days
from queries.assignments.inbox import list_owed, list_taken
from queries.assignments.still_open import DECLINED, OWED, WAITING_ABOVE, WAITING_DIRECTLY
from queries.review.review_list import ReviewFilter, WaitingSubmissions
from rules.assignments.held_days import LIES_WITH
from rules.dates.calendar import PUBLISHED, local_date
from services.assignments.recounts import list_wrong_totals


class Books(NamedTuple):
    """What the books come to."""

    assignments: int
    lost: list[str]
    doubled: list[str]


def balance(session: Session, told: Told, campaign_id: int, today: date) -> Books:
    """Hold the tables against what was confirmed, against each other and against recounts."""
    lost: list[str] = []
    doubled: list[str] = []
    _sendings(session, told, lost, doubled)
    _messages(session, told, lost, doubled)
    _histories(session, lost, doubled)
    _inboxes(session, lost, doubled)
    _days(session, campaign_id, today, lost, doubled)
    lost += [
        f"totals of measure {number} {period}" for number, period in list_wrong_totals(session)
    ]
    pending = select(col(HandDown.id)).where(col(HandDown.done_at).is_(None))
    lost += [f"wish {wish}" for wish in session.scalars(pending)]
    doubled += ["an act done twice"] * told.again
    count = session.scalar(select(func.count(col(Assignment.id)))) or 0
    return Books(count, lost, doubled)


def _sendings(session: Session, told: Told, lost: list[str], doubled: list[str]) -> None:
    """Every confirmed sending is there once."""
    stored = Counter(session.scalars(select(col(Submission.receipt))))
    lost += ["a form that was not taken"] * told.refused
    lost += [f"receipt {receipt}" for receipt in told.receipts if receipt not in stored]
    doubled += [f"receipt {receipt}" for receipt, times in stored.items() if times > 1]
    unknown = stored.keys() - set(told.receipts)
    doubled += [f"receipt {receipt} that nobody was told" for receipt in unknown]


def _messages(session: Session, told: Told, lost: list[str], doubled: list[str]) -> None:
    """Every reminder is there once."""
    wanted = {MessageKind.REMIND: told.reminders, MessageKind.DIGEST: told.digests}
    for kind, confirmed in wanted.items():
        stored = select(func.count(col(Message.id))).where(col(Message.kind) == kind)
        difference = confirmed - (session.scalar(stored) or 0)
        (lost if difference > 0 else doubled).extend([f"a {kind}"] * abs(difference))


def _histories(session: Session, lost: list[str], doubled: list[str]) -> None:
    """Each step goes on from the step before, the last one leads to the status, and each assignment
    is issued once."""
    now_in = select(col(Assignment.id), col(Assignment.status))
    status = {row.id: row.status for row in session.execute(now_in)}
    reached: dict[int, Status] = {}
    issued: Counter[int] = Counter()
    for row in session.execute(_STEPS):
        issued[row.assignment_id] += row.act == Act.ISSUE
        if reached.get(row.assignment_id) != row.from_status:
            lost.append(f"a step of assignment {row.assignment_id} before {row.act}")
        reached[row.assignment_id] = row.to_status
    lost += [f"the last step of {key}" for key, now in status.items() if reached.get(key) != now]
    doubled += [f"the issue of {key}" for key, times in issued.items() if times > 1]


_STEPS = select(
    col(Event.assignment_id), col(Event.act), col(Event.from_status), col(Event.to_status),
    col(Event.at),
).order_by(col(Event.id))  # fmt: skip


def _inboxes(session: Session, lost: list[str], doubled: list[str]) -> None:
    """What is owed is in its unit's inbox, and what waits in its reviewer's, each in one place.

    The issuer's own assignments stand on the pages of its campaigns.
    """
    found: Counter[int] = Counter()
    units = session.scalars(select(col(Assignment.unit_id)).distinct()).all()
    for unit_id in units:
        found.update(row.id for row in list_owed(session, unit_id))
        found.update(row.id for row in list_taken(session, unit_id))
        declines = list_waiting_declines(session, unit_id, limit=999)
        found.update(row.assignment_id for row in declines)
        for stood_in in (False, True):
            waiting = WaitingSubmissions(unit_id, ReviewFilter(stood_in=stood_in))
            found.update(session.scalars(waiting.select(), waiting.given))
    wanted: set[int] = set()
    for clause in (OWED, WAITING_DIRECTLY, WAITING_ABOVE, DECLINED):
        given = select(col(Assignment.id)).where(clause, col(Assignment.parent_id).is_not(None))
        wanted.update(session.scalars(given))
    lost += [f"assignment {key} from all inboxes" for key in wanted - found.keys()]
    doubled += [f"assignment {key} in inboxes" for key, times in found.items() if times > 1]
    doubled += [f"assignment {key}, which is over" for key in found.keys() - wanted]


def _days(
    session: Session, campaign_id: int, today: date, lost: list[str], doubled: list[str]
) -> None:
    """Every working day of every life is booked: the tables against a walk through all steps."""
    top = session.scalars(select(col(Unit.id)).where(col(Unit.parent_id).is_(None))).one()
    table = read_held_days(session, held_in_campaign(campaign_id, [top]), today)[top]
    lived = sum(_lives(session.execute(_STEPS).all(), today))
    difference = lived - table.days
    (lost if difference > 0 else doubled).extend(["a working day"] * abs(difference))


def _lives(steps: Sequence[object], today: date) -> list[int]:
    """The working days of each assignment's life, by walking through its steps."""
    alive: dict[int, date] = {}
    days: Counter[int] = Counter()
    for row in steps:
        key, on = row.assignment_id, local_date(row.at)  # type: ignore[attr-defined]
        if key in alive:
            days[key] += PUBLISHED.workdays_between(alive.pop(key), on)
        over = LIES_WITH[row.to_status] is None or row.act == Act.CLOSE  # type: ignore[attr-defined]
        if not over:
            alive[key] = on
    for key, on in alive.items():
        days[key] += PUBLISHED.workdays_between(on, today)
    return list(days.values())
