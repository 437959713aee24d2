"""The weekly digest of each campaign's board, for the unit that leads the campaign."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, select
from sqlmodel import Session, col

from models import Assignment, Campaign, Measure, Message, MessageKind, Status, Tally
from queries.assignments.asked import WAITS, count_to_come
from queries.assignments.progress import answer_sums, answers_of
from queries.assignments.still_open import OPEN
from queries.units.calendars import get_calendars
from rules.assignments.counting import Answers, added
from rules.dates.calendar import local_date
from rules.sentences.refusal import N_
from rules.sentences.sentence import Sentence
from services.messages.messages import Told, tell_units
from services.messages.outbox import send_outside

DIGEST = N_(
    "“%(campaign)s”每周进展：应报 %(asked)s 份，已报 %(reported)s 份，已审 %(reviewed)s 份，"
    "逾期 %(overdue)s 份，还没交办到 %(to_come)s 个单位。"
)


def tell_boards(session: Session, *, now: datetime) -> int:
    """Tell the owner of each running campaign how far its open measures have got, once a week,
    and return how many were told.

    The digest comes on the first working day of the week. When nothing ran on that day, it comes on
    the next working day. A few statements, whatever the number of campaigns. Telling twice
    changes nothing.
    """
    today = local_date(now)
    if not get_calendars(session).plain.is_workday(today):
        return 0
    rows = session.execute(_RUNNING, {"today": today}).all()
    told_already = _list_told(session, today)
    due = [row for row in rows if _subject(row.campaign_id) not in told_already]
    waiting = [row.assignment_id for row in due if row.waits]
    come = count_to_come(session, waiting)
    told = [_told(own, come) for own in _by_campaign(due).values()]
    tell_units(session, told, now=now)
    if told:
        send_outside(session, MessageKind.BOARD, now=now)
    return len(told)


def _list_told(session: Session, today: date) -> set[str]:
    """The subjects of this week's digests."""
    monday = today - timedelta(days=today.weekday())
    rows = session.scalars(
        select(col(Message.about)).where(
            col(Message.kind) == MessageKind.BOARD, col(Message.day) >= monday
        )
    )
    return set(rows)


def _by_campaign(rows: Sequence[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.campaign_id].append(row)
    return found


def _told(rows: Sequence[Any], come: Mapping[int, Mapping[str, int]]) -> Told:
    to_come = sum(sum(come.get(row.assignment_id, {}).values()) for row in rows)
    answers = added(answers_of(row) for row in rows).plus(Answers(to_come=to_come))
    names = ("asked", "reported", "reviewed", "overdue", "to_come")
    counts = {name: getattr(answers, name) for name in names}
    first = rows[0]
    return Told(
        first.owner_id, MessageKind.BOARD, _subject(first.campaign_id),
        Sentence(DIGEST, {"campaign": first.title, **counts}),
        f"/campaigns/{first.campaign_id}/board",
    )  # fmt: skip


def _subject(campaign_id: int) -> str:
    return f"campaign {campaign_id}"


def _running() -> Any:
    """The open measures at the owners of their campaigns, each period with its sums."""
    keys: tuple[Any, ...] = (
        col(Campaign.id).label("campaign_id"), col(Campaign.title),
        col(Campaign.unit_id).label("owner_id"), col(Assignment.id).label("assignment_id"),
    )  # fmt: skip
    return (
        select(*keys, WAITS.label("waits"), *answer_sums())
        .select_from(Campaign)
        .join(Measure, col(Measure.campaign_id) == Campaign.id)
        .join(
            Assignment,
            and_(
                col(Assignment.measure_id) == Measure.id,
                col(Assignment.unit_id) == Campaign.unit_id,
            ),
        )
        .outerjoin(
            Tally,
            and_(
                col(Tally.measure_id) == Assignment.measure_id,
                col(Tally.period) == Assignment.period,
                col(Tally.unit_id) == Assignment.unit_id,
            ),
        )
        .where(OPEN, col(Assignment.status) != Status.WITHDRAWN)
        .group_by(*keys)
        .order_by(col(Campaign.id), col(Assignment.id))
    )  # fmt: skip


_RUNNING = _running()
"""A statement that is built once in the life of the process."""
