"""Occurrences: the moments at which schedules are due, each noted once and done once.

`note_due` writes down what is due. An open occurrence is then attempted (`begin`): a release is
carried out in one transaction (`carry_out`); reports are rendered by a flow run, which shows that
it lives (`show_life`) and says when it is done (`finish`). A killed attempt is followed by another
one. Every step can be done twice, and by two at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from adapters.database import insert_into
from models import Measure, Occurrence, Outcome, Schedule, ScheduledWork
from rules.dates.calendar import local_date
from rules.dates.due import parse_due
from rules.dates.timetable import latest_of, next_after
from rules.sentences.refusal import N_, Refusal
from rules.sentences.sentence_json import to_json
from services.campaigns.measures import release_measure

LONGEST_PAUSE = 300
"""Seconds at most between two attempts."""
LEASE = timedelta(minutes=2)
"""How long a flow run may show no sign of life before another attempt takes its place."""


def note_due(session: Session, *, now: datetime) -> int:
    """Write down an occurrence for every schedule that is due; returns how many schedules were.

    Of several missed moments of a schedule the latest is to be done, and the earlier ones are
    counted as passed over. A schedule that another process is noting is left to that process.
    """
    due = (
        select(Schedule)
        .where(col(Schedule.next_at) <= now)
        .order_by(col(Schedule.id))
        .with_for_update(skip_locked=True)
    )
    schedules = session.exec(due).all()
    for schedule in schedules:
        note(session, schedule, now=now)
    return len(schedules)


def note(session: Session, schedule: Schedule, *, now: datetime) -> None:
    """Write down the occurrence of one schedule that is due; the schedule is locked."""
    first = schedule.next_at
    assert first is not None
    due_at, missed = latest_of(schedule.cron, first, now) if schedule.cron else (first, 0)
    since = [first] if missed else []
    for overtaken in _list_overtaken(session, schedule):
        since.append(overtaken.passed_over_since or overtaken.due_at)
        missed += 1 + overtaken.passed_over
        _settle(session, overtaken, Outcome.PASSED_OVER, now)
    noted = Occurrence(
        schedule_id=schedule.id,
        due_at=due_at,
        noted_at=now,
        again_at=now,
        passed_over=missed,
        passed_over_since=min(since, default=None),
    )
    values = noted.model_dump(exclude={"id", "refusal"})
    session.execute(insert_into(session, Occurrence).values(**values).on_conflict_do_nothing())
    schedule.next_at = next_after(schedule.cron, now) if schedule.cron else None
    session.add(schedule)
    session.flush()


def _list_overtaken(session: Session, schedule: Schedule) -> Sequence[Occurrence]:
    """Open orders for reports, which are always of the day they are made on: one is enough."""
    if schedule.work != ScheduledWork.REPORT:
        return []
    return session.exec(_open_of(schedule).with_for_update()).all()


def begin(session: Session, occurrence_id: int, *, now: datetime) -> int:
    """Begin the next attempt at an open occurrence; returns its number, from 1.

    0: somebody else has, or it is too early. The attempt after this one waits longer each time.
    """
    occurrence = _find_open(session, occurrence_id)
    if occurrence is None or occurrence.again_at > now or occurrence.flow_run_id is not None:
        return 0
    occurrence.attempts += 1
    occurrence.again_at = now + pause_after(occurrence.attempts)
    occurrence.begun_at = None
    _keep(session, occurrence)
    return occurrence.attempts


def pause_after(attempts: int) -> timedelta:
    """How long the next attempt waits after so many."""
    return timedelta(seconds=min(2 ** min(attempts, 10), LONGEST_PAUSE))


def carry_out(session: Session, occurrence_id: int, *, now: datetime) -> None:
    """Release the measure of an open occurrence, for the period of the moment it was due at.

    The wish to hand it down is written in the same transaction. A refusal ends the occurrence,
    too, and its sentence is kept.
    """
    schedule = _lock_measure(session, occurrence_id)
    occurrence = _find_open(session, occurrence_id)
    if occurrence is None or schedule is None:
        return
    try:
        with session.begin_nested():
            wish = _release(session, schedule, occurrence.due_at, now)
    except Refusal as refusal:
        refuse(session, occurrence_id, refusal, now=now)
    else:
        occurrence.hand_down_id = wish
        _settle(session, occurrence, Outcome.DONE, now)


def _lock_measure(session: Session, occurrence_id: int) -> Schedule | None:
    """The schedule of an occurrence, its measure locked; None when they were deleted.

    The measure comes first, as with everybody who acts on one.
    """
    own = select(Schedule, Measure).join(Measure).join(Occurrence)
    lock = own.where(Occurrence.id == occurrence_id).with_for_update(of=Measure, key_share=True)
    found = session.exec(lock.execution_options(populate_existing=True)).one_or_none()
    return found[0] if found else None


def _release(session: Session, schedule: Schedule, due_at: datetime, now: datetime) -> int | None:
    measure = session.get_one(Measure, schedule.measure_id)
    if schedule.cron:
        require_recurring(measure)
    return release_measure(session, measure, opened_on=local_date(due_at), actor=None, now=now)


def require_recurring(measure: Measure) -> None:
    """Raises `Refusal` for a measure that has no periods to open."""
    if parse_due(measure.due_rule).recurrence == "once":
        raise Refusal(N_("措施“%(title)s”只办一次，没有周期可以开启。"), title=measure.title)


def refuse(session: Session, occurrence_id: int, refusal: Refusal, *, now: datetime) -> None:
    """End an open occurrence that cannot be done, and keep the sentence that says why."""
    occurrence = _find_open(session, occurrence_id)
    if occurrence is not None:
        occurrence.refusal = to_json(refusal.sentence)
        _settle(session, occurrence, Outcome.REFUSED, now)


def hand_over(
    session: Session, occurrence_id: int, attempt: int, flow_run_id: str, *, now: datetime
) -> None:
    """Note which flow run is the attempt at an occurrence, and wait for its signs of life."""
    occurrence = _find_attempt(session, occurrence_id, attempt)
    if occurrence is not None:
        occurrence.flow_run_id = flow_run_id
        occurrence.again_at = now + LEASE
        _keep(session, occurrence)


def wait_on(session: Session, occurrence_id: int, attempt: int, *, now: datetime) -> None:
    """Give an attempt that nobody has begun yet another `LEASE`."""
    occurrence = _find_attempt(session, occurrence_id, attempt)
    if occurrence is not None:
        occurrence.again_at = now + LEASE
        _keep(session, occurrence)


def show_life(
    session: Session,
    occurrence_id: int,
    attempt: int,
    *,
    now: datetime,
    units: int | None = None,
    rendered: int = 0,
) -> bool:
    """Say that an attempt lives and how many of how many units are rendered.

    False: it is no longer wanted, because the occurrence has ended or another attempt has begun.
    """
    occurrence = _find_attempt(session, occurrence_id, attempt)
    if occurrence is None:
        return False
    occurrence.begun_at = occurrence.begun_at or now
    occurrence.again_at = now + LEASE
    occurrence.units, occurrence.rendered = units, rendered
    _keep(session, occurrence)
    return True


def give_up(session: Session, occurrence_id: int, attempt: int, *, now: datetime) -> None:
    """Note that an attempt has ended without result; the next one follows after a pause."""
    occurrence = _find_attempt(session, occurrence_id, attempt)
    if occurrence is not None:
        occurrence.flow_run_id = occurrence.begun_at = None
        occurrence.again_at = now + pause_after(attempt)
        _keep(session, occurrence)


def finish(session: Session, occurrence_id: int, *, now: datetime) -> None:
    """Note that the reports of an occurrence are made, by whichever attempt."""
    occurrence = _find_open(session, occurrence_id)
    if occurrence is not None:
        occurrence.rendered = occurrence.units or occurrence.rendered
        _settle(session, occurrence, Outcome.DONE, now)


def stop(session: Session, schedule: Schedule, *, now: datetime) -> None:
    """Start nothing more from a schedule, and end what is open; twice changes nothing.

    A moment that has come and was not noted yet is noted as stopped. What is handed down already
    stays; reports being rendered are left half done.
    """
    session.refresh(schedule, with_for_update=True)
    if schedule.next_at is not None and schedule.next_at <= now:
        note(session, schedule, now=now)
    schedule.active, schedule.next_at = False, None
    session.add(schedule)
    session.flush()
    for occurrence in session.exec(_open_of(schedule).with_for_update()).all():
        _settle(session, occurrence, Outcome.STOPPED, now)


def _open_of(schedule: Schedule) -> SelectOfScalar[Occurrence]:
    return select(Occurrence).where(
        Occurrence.schedule_id == schedule.id, col(Occurrence.settled_at).is_(None)
    )


def _settle(session: Session, occurrence: Occurrence, outcome: Outcome, now: datetime) -> None:
    occurrence.settled_at, occurrence.outcome = now, outcome
    _keep(session, occurrence)


def _keep(session: Session, occurrence: Occurrence) -> None:
    session.add(occurrence)
    session.flush()


def _find_attempt(session: Session, occurrence_id: int, attempt: int) -> Occurrence | None:
    occurrence = _find_open(session, occurrence_id)
    return occurrence if occurrence is not None and occurrence.attempts == attempt else None


def _find_open(session: Session, occurrence_id: int) -> Occurrence | None:
    """The occurrence as it is stored now, locked; None once it has ended."""
    found = (
        select(Occurrence)
        .where(col(Occurrence.id) == occurrence_id, col(Occurrence.settled_at).is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.exec(found).one_or_none()
