"""Troubles: what a program has seen on Prefect's server is written down, and ends again.

Noting the same twice changes nothing but when it was seen. A trouble is over when it is no longer
there, when the work was done after all, or when an office has read it. None ends by its age.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlmodel import Session, col

from adapters.database import insert_into
from models import (
    Account,
    Campaign,
    HandDown,
    LastLook,
    Measure,
    Schedule,
    Snapshot,
    Trouble,
    TroubleKind,
    WorkName,
)
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.dates.timetable import Timing, read_cron
from rules.sentences.refusal import N_, Refusal
from services.campaigns.schedule_changes import pause_schedule, retime_schedule

PASSING = (TroubleKind.LATE, TroubleKind.POOL_PAUSED)
"""Kinds that are over when they are no longer seen."""
WENT_WRONG = (TroubleKind.FAILED, TroubleKind.CRASHED)
"""Kinds of an office's own work that are over when the work was done; of nobody's work, when a
later run has done it."""
TOLD = timedelta(days=7)
"""How long it is told that something of every office's was put right."""
LONGEST = 300


class Sighted(NamedTuple):
    """Something that is not as it should be. The ids are those that Prefect's parameters name."""

    key: str
    kind: TroubleKind
    program: WorkName
    about: str = ""
    said: str = ""
    cron: str = ""
    since: datetime | None = None
    """None: now."""
    campaign_id: int | None = None
    measure_id: int | None = None
    schedule_id: int | None = None


class Owner(NamedTuple):
    """Whose work it is."""

    unit_id: int | None = None
    campaign_id: int | None = None


def note_seen(session: Session, seen: Sequence[Sighted], *, by: str, now: datetime) -> None:
    """Write down everything that the program `by` sees now, and end what is over."""
    note_look(session, by, now=now)
    note_more(session, seen, now=now)
    _end_all(session, _not_seen(seen), now)
    _end_all(session, _overcome(now), now)


def note_look(session: Session, name: str, *, now: datetime) -> None:
    """Note that a program is at work."""
    insert = insert_into(session, LastLook).values(name=name, at=now)
    kept = insert.on_conflict_do_update(index_elements=["name"], set_={"at": now})
    session.execute(kept)


def note_more(session: Session, seen: Sequence[Sighted], *, now: datetime) -> None:
    """Write down what was seen. What belongs to a measure, campaign or schedule that does not exist
    is left out. Four statements at most."""
    owners = _find_owners(session, seen)
    rows = [_row(found, owner, now) for found, owner in zip(seen, owners, strict=True) if owner]
    if rows:
        insert = insert_into(session, Trouble)
        again = {"seen_at": insert.excluded.seen_at}
        session.execute(insert.on_conflict_do_update(index_elements=["key"], set_=again), rows)


def _row(seen: Sighted, owner: Owner, now: datetime) -> dict[str, Any]:
    values = seen._asdict() | owner._asdict()
    values |= {"about": seen.about[:LONGEST], "said": seen.said[:LONGEST]}
    return values | {"since": seen.since or now, "seen_at": now}


def _find_owners(session: Session, seen: Sequence[Sighted]) -> list[Owner | None]:
    """The owner of each; None where what it belongs to does not exist."""
    measures = {found.measure_id for found in seen if found.measure_id}
    schedules = {found.schedule_id for found in seen if found.schedule_id}
    campaigns = {found.campaign_id for found in seen if found.campaign_id}
    of_measure = _owners(session, Measure, col(Measure.campaign_id), measures)
    of_schedule = _owners(session, Schedule, col(Schedule.campaign_id), schedules)
    of_campaign = _owners(session, Campaign, col(Campaign.id), campaigns)

    def owner(found: Sighted) -> Owner | None:
        if found.measure_id:
            return of_measure.get(found.measure_id)
        if found.schedule_id:
            return of_schedule.get(found.schedule_id)
        return of_campaign.get(found.campaign_id) if found.campaign_id else Owner()

    return [owner(found) for found in seen]


def _owners(session: Session, table: Any, campaign: Any, ids: set[int]) -> dict[int, Owner]:
    if not ids:
        return {}
    rows = session.execute(select(table.id, table.unit_id, campaign).where(table.id.in_(ids)))
    return {row_id: Owner(unit_id, campaign_id) for row_id, unit_id, campaign_id in rows}


def _not_seen(seen: Sequence[Sighted]) -> ColumnElement[bool]:
    there = [found.key for found in seen]
    of_nobody = and_(col(Trouble.kind).in_(WENT_WRONG), col(Trouble.unit_id).is_(None))
    passing = or_(col(Trouble.kind).in_(PASSING), of_nobody)
    return and_(passing, col(Trouble.key).not_in(there))


def _overcome(now: datetime) -> ColumnElement[bool]:
    """Runs that went wrong, and whose work was done after all."""
    went_wrong = col(Trouble.kind).in_(WENT_WRONG)
    waiting = exists().where(
        col(HandDown.measure_id) == Trouble.measure_id, col(HandDown.done_at).is_(None)
    )
    made = exists().where(
        col(Snapshot.campaign_id) == Trouble.campaign_id, col(Snapshot.made_at) > Trouble.since
    )
    handed = and_(col(Trouble.program) == WorkName.HAND_DOWN, ~waiting)
    rendered = and_(col(Trouble.program) == WorkName.RENDER_REPORTS, made)
    read = and_(
        col(Trouble.kind) == TroubleKind.PUT_RIGHT,
        col(Trouble.unit_id).is_(None),
        col(Trouble.since) < now - TOLD,
    )
    return or_(and_(went_wrong, or_(handed, rendered)), read)


def _end_all(session: Session, over: ColumnElement[bool], now: datetime) -> None:
    open_ones = update(Trouble).where(col(Trouble.ended_at).is_(None), over)
    plain = {"synchronize_session": False}
    session.execute(open_ones.values(ended_at=now), execution_options=plain)


def settle_trouble(session: Session, trouble: Trouble, *, actor: Account, now: datetime) -> None:
    """Note that an office has read a trouble. Reading it twice changes nothing."""
    require(actor, Right.SETTLE_TROUBLE, Subject(trouble.unit_id))
    trouble.ended_at = trouble.ended_at or now
    session.add(trouble)
    session.flush()


def take_over(session: Session, trouble: Trouble, *, actor: Account, now: datetime) -> None:
    """Do for the office what somebody did on Prefect's page: give the schedule that time, or pause
    it. Raises `Refusal` for a time that the timetable cannot keep."""
    schedule = session.get(Schedule, trouble.schedule_id) if trouble.schedule_id else None
    if trouble.kind is not TroubleKind.PUT_RIGHT or schedule is None:
        raise Refusal(N_("这项改动不能采用。"))
    if trouble.cron:
        timing = _read(trouble.cron, schedule)
        retime_schedule(session, schedule, timing, actor=actor, now=now)
    else:
        pause_schedule(session, schedule, actor=actor, now=now)
    settle_trouble(session, trouble, actor=actor, now=now)


def _read(cron: str, schedule: Schedule) -> Timing:
    try:
        return read_cron(cron, schedule.shift)
    except ValueError as error:
        raise Refusal(
            N_("在 Prefect 页面写的时间（%(cron)s）这里无法采用，请在本页重新安排。"), cron=cron
        ) from error
