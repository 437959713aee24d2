"""Occurrences: the moments at which schedules are due. Each is noted once and done once.

`note_due` notes the occurrences that are due, and `begin` begins an attempt at an open one. A
release is carried out in one transaction (`carry_out`). Reports are rendered by a flow run, which
shows that it lives (`show_life`) and says when the reports are made (`finish`). After a killed
attempt another one follows. Every step can be done twice, and by two processes at once
(decision 0014).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from adapters.database import insert_into
from models import Measure, Occurrence, Outcome, Schedule, ScheduledWork, Shift
from queries.campaigns.courses import course_of
from rules.campaigns.standings import is_late
from rules.dates.calendar import local_date
from rules.dates.due import parse_due
from rules.dates.recurrence import Moment
from rules.sentences.refusal import N_, Refusal
from services.campaigns.measures import release_measure

LONGEST_PAUSE = 300
"""The most seconds between two attempts."""
LEASE = timedelta(minutes=2)
"""How long a flow run may show no sign of life before another attempt replaces it."""


def note_due(session: Session, *, now: datetime) -> int:
    """Note an occurrence for every schedule that is due, and return how many schedules were due.

    Of several missed moments of a schedule the latest is done. The earlier moments are counted as
    passed over. A schedule that another process is noting is left to that process.
    """
    due = (
        select(Schedule)
        .where(col(Schedule.next_at) <= now)
        .order_by(col(Schedule.id))
        .with_for_update(skip_locked=True, key_share=True)
    )
    schedules = session.exec(due).all()
    noted = [found for schedule in schedules if (found := note(session, schedule, now=now))]
    _make_up_once(session, noted, now)
    return len(schedules)


def note(session: Session, schedule: Schedule, *, now: datetime) -> int | None:
    """Note the occurrence of one schedule that is due, and return the occurrence's id. The caller
    has locked the schedule.

    None: a holiday that was put in meanwhile has moved the moment into the future.
    """
    moments = _list_due(session, schedule, now)
    noted = _note_latest(session, schedule, moments, now) if moments else None
    if schedule.cron and schedule.next_day:
        last = moments[-1].day if moments else schedule.next_day - timedelta(days=1)
        set_next(schedule, course_of(session, schedule).after(last))
    else:
        schedule.next_at = None
    session.add(schedule)
    session.flush()
    return noted


def _list_due(session: Session, schedule: Schedule, now: datetime) -> Sequence[Moment]:
    """The moments that have come and are not noted yet, in the order of their days."""
    assert schedule.next_at is not None
    if schedule.cron and schedule.next_day:
        return course_of(session, schedule).due(schedule.next_day, now)
    return [Moment(local_date(schedule.next_at), schedule.next_at)]


def _note_latest(
    session: Session, schedule: Schedule, moments: Sequence[Moment], now: datetime
) -> int | None:
    """Note the latest of the moments. The earlier ones are counted as passed over."""
    *missed, latest = moments
    since, count = [found.at for found in missed[:1]], len(missed)
    for overtaken in _list_overtaken(session, schedule):
        since.append(overtaken.passed_over_since or overtaken.due_at)
        count += 1 + overtaken.passed_over
        _settle(session, overtaken, Outcome.PASSED_OVER, now)
    noted = Occurrence(
        schedule_id=schedule.id,
        due_at=latest.at,
        planned_on=latest.day,
        noted_at=now,
        again_at=now,
        passed_over=count,
        passed_over_since=min(since, default=None),
    )
    values = noted.model_dump(exclude={"id", "refusal"})
    insert = insert_into(session, Occurrence).values(**values).on_conflict_do_nothing()
    found: int | None = session.execute(insert.returning(col(Occurrence.id))).scalar()
    return found


def _make_up_once(session: Session, noted: Sequence[int], now: datetime) -> None:
    """Of several schedules of one measure that were missed together, let the latest open its
    period. The others are passed over, so that a unit finds one late opening and not three."""
    wanted = (
        select(Occurrence, Schedule)
        .join(Schedule, col(Schedule.id) == Occurrence.schedule_id)
        .where(col(Occurrence.id).in_(noted), Schedule.work == ScheduledWork.HAND_DOWN)
        .order_by(col(Occurrence.due_at).desc(), col(Occurrence.id))
    )
    made_up: set[int | None] = set()
    for occurrence, schedule in session.exec(wanted) if len(noted) > 1 else ():
        if schedule.cron and is_late(occurrence) and schedule.measure_id in made_up:
            _settle(session, occurrence, Outcome.PASSED_OVER, now)
        made_up.add(schedule.measure_id)


def set_next(schedule: Schedule, moments: Iterator[Moment]) -> None:
    """Let a schedule go on with the first of these moments; without any it is over."""
    first = next(moments, None)
    schedule.next_day, schedule.next_at = (first.day, first.at) if first else (None, None)


def renew(session: Session) -> int:
    """Give the schedules that follow working days the moments of today's calendar, and return how
    many have moved. One statement, and a write only where a holiday was put in."""
    shifted = col(Schedule.next_day).is_not(None) & (col(Schedule.shift) != Shift.KEEP)
    moved = 0
    for schedule in session.exec(select(Schedule).where(shifted)):
        assert schedule.next_day is not None
        before = schedule.next_at
        early = schedule.next_day - timedelta(days=1)
        set_next(schedule, course_of(session, schedule).after(early))
        moved += schedule.next_at != before
    session.flush()
    return moved


def _list_overtaken(session: Session, schedule: Schedule) -> Sequence[Occurrence]:
    """The open orders for reports that a new one replaces. Reports are always of the day on which
    they are made, so one order is enough."""
    if schedule.work != ScheduledWork.REPORT:
        return []
    return session.exec(_open_of(schedule).with_for_update()).all()


def begin(session: Session, occurrence_id: int, *, now: datetime) -> int:
    """Begin the next attempt at an open occurrence, and return its number, counted from 1.

    0: another process has begun it, or it is too early. Each attempt waits longer than the one
    before.
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
    """How long the next attempt waits after `attempts` attempts."""
    return timedelta(seconds=min(2 ** min(attempts, 10), LONGEST_PAUSE))


def carry_out(session: Session, occurrence_id: int, *, now: datetime) -> None:
    """Release the measure of an open occurrence, for the period of the moment that was due.

    The wish to hand down is written in the same transaction. A refusal ends the occurrence as well,
    and the sentence is kept.
    """
    schedule = _lock_measure(session, occurrence_id)
    occurrence = _find_open(session, occurrence_id)
    if occurrence is None or schedule is None:
        return
    try:
        with session.begin_nested():
            wish = _release(session, schedule, _opened_on(occurrence), now)
    except Refusal as refusal:
        refuse(session, occurrence_id, refusal, now=now)
    else:
        occurrence.hand_down_id = wish
        _settle(session, occurrence, Outcome.DONE, now)


def _lock_measure(session: Session, occurrence_id: int) -> Schedule | None:
    """The schedule of an occurrence, with its measure locked; None when they were deleted.

    The measure is locked first, as in every act on a measure.
    """
    own = select(Schedule, Measure).join(Measure).join(Occurrence)
    lock = own.where(Occurrence.id == occurrence_id).with_for_update(of=Measure, key_share=True)
    found = session.exec(lock.execution_options(populate_existing=True)).one_or_none()
    return found[0] if found else None


def _opened_on(occurrence: Occurrence) -> date:
    """The day whose period is opened: that of the rhythm, whenever the work is done."""
    return occurrence.planned_on or local_date(occurrence.due_at)


def _release(session: Session, schedule: Schedule, opened_on: date, now: datetime) -> int | None:
    measure = session.get_one(Measure, schedule.measure_id)
    if schedule.cron:
        require_recurring(measure)
    return release_measure(
        session, measure,
        opened_on=opened_on, schedule_id=schedule.id, actor=None, now=now,
    )  # fmt: skip


def require_recurring(measure: Measure) -> None:
    """Raises `Refusal` for a measure without periods."""
    if parse_due(measure.due_rule).recurrence == "once":
        raise Refusal(N_("措施“%(title)s”只办一次，没有周期可以开启。"), title=measure.title)


def refuse(session: Session, occurrence_id: int, refusal: Refusal, *, now: datetime) -> None:
    """End an open occurrence as refused, and keep the sentence."""
    occurrence = _find_open(session, occurrence_id)
    if occurrence is not None:
        occurrence.refusal = refusal.sentence
        _settle(session, occurrence, Outcome.REFUSED, now)


def hand_over(
    session: Session, occurrence_id: int, attempt: int, flow_run_id: str, *, now: datetime
) -> None:
    """Note the flow run of an attempt. From now on the flow run must show signs of life."""
    occurrence = _find_attempt(session, occurrence_id, attempt)
    if occurrence is not None:
        occurrence.flow_run_id = flow_run_id
        occurrence.again_at = now + LEASE
        _keep(session, occurrence)


def wait_on(session: Session, occurrence_id: int, attempt: int, *, now: datetime) -> None:
    """Let an attempt whose flow run has not begun wait for another `LEASE`."""
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
    """Note that an attempt lives, and how many of how many units are rendered.

    False: the attempt is no longer wanted, because the occurrence has ended or another attempt has
    begun.
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
    """Note that an attempt has ended without result. The next attempt follows after a pause."""
    occurrence = _find_attempt(session, occurrence_id, attempt)
    if occurrence is not None:
        occurrence.flow_run_id = occurrence.begun_at = None
        occurrence.again_at = now + pause_after(attempt)
        _keep(session, occurrence)


def finish(session: Session, occurrence_id: int, *, now: datetime) -> None:
    """Note that the reports of an occurrence are made, whichever attempt made them."""
    occurrence = _find_open(session, occurrence_id)
    if occurrence is not None:
        occurrence.rendered = occurrence.units or occurrence.rendered
        _settle(session, occurrence, Outcome.DONE, now)


def stop(session: Session, schedule: Schedule, *, now: datetime) -> bool:
    """Stop a schedule, and end its open occurrences. Doing it twice changes nothing.

    A moment that has come and was not noted yet is noted as stopped. What is handed down already
    stays. Reports that are being rendered stay half done. Returns
    whether the schedule was active.
    """
    session.refresh(schedule, with_for_update={"key_share": True})
    was_active = schedule.active
    if schedule.next_at is not None and schedule.next_at <= now:
        note(session, schedule, now=now)
    schedule.active, schedule.next_at, schedule.next_day = False, None, None
    session.add(schedule)
    session.flush()
    for occurrence in session.exec(_open_of(schedule).with_for_update()).all():
        _settle(session, occurrence, Outcome.STOPPED, now)
    return was_active


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
    """The open occurrence as it is stored now, locked; None once the occurrence has ended."""
    found = (
        select(Occurrence)
        .where(col(Occurrence.id) == occurrence_id, col(Occurrence.settled_at).is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.exec(found).one_or_none()
