"""Hand-down: a measure is passed on level by level, with sets of units and not unit by unit.

The wish (`HandDown`) is written with the click. A flow carries the wish out with `plan`, with
`hand_down_part` for each part of each level, and with `finish`. Every step can be done twice and
changes nothing the second time. Assignments are unique per measure, period and unit. The history
and the totals of a new assignment are written in the transaction that makes the assignment.

An assignment is new when its id is above the highest id before the insertion. This holds because
the measure is locked, and nobody else makes assignments of a locked measure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Date,
    case,
    false,
    func,
    literal,
    select,
    update,
)
from sqlmodel import Session, col

from adapters.database import insert_into, refresh_statistics
from adapters.settings import get_settings
from models import (
    Account,
    Act,
    Assignment,
    Campaign,
    Event,
    Gate,
    HandDown,
    HandDownStep,
    Level,
    Measure,
    MeasureGate,
    Status,
    Tally,
    Unit,
)
from queries.campaigns.measures import list_reached_levels
from queries.units.calendars import get_calendars
from rules.dates.calendar import Calendar, local_date
from rules.dates.due import dates_of
from rules.dates.gates import Way, tightened
from rules.sentences.sentence import N_
from services.assignments.hand_down_statements import (
    ADD_NEW,
    COUNT_NEW,
    COUNT_REACHED,
    MEASURES,
    NEW,
    NEW_ASSIGNMENTS,
    NEWEST,
    PARENT,
    UNTIL,
    WRITE_ISSUE,
    WRITE_PASSING,
    WRITE_STEPS,
    by_tag,
    new_assignments,
)
from services.assignments.passed_on import tell_passed_on

PART = 30_000
"""Units of one part of a level: some tenths of a second on SQLite, where nobody else writes
meanwhile, and about a second on PostgreSQL."""
FOR_TIME = N_("再等下去，最低一级剩下的办理时间就不够了，系统提前下发")
"""The reason in the history where a gate has opened so that the lowest level keeps its days."""
MANY = 1000
"""From so many new assignments on, the statistics for the database's planner are renewed."""


@dataclass(frozen=True)
class Plan:
    """What has to be done for wishes of one measure and period."""

    measure_id: int
    measure_title: str
    campaign_title: str
    period: str
    unit_names: tuple[str, ...]
    """The names of the units that hand down."""
    unit_levels: tuple[str, ...]
    """The names of their levels, from the top down."""
    levels: tuple[str, ...]
    """Codes of the levels to reach, from the top down."""
    level_names: tuple[str, ...]


def request(
    session: Session,
    measure_id: int,
    period: str,
    unit_id: int,
    *,
    actor: Account | None,
    now: datetime,
) -> int:
    """Write the wish to hand a measure down from a unit, and return the wish's id.

    Asking twice gives the same wish.
    """
    key = {"measure_id": measure_id, "period": period, "unit_id": unit_id}
    session.execute(
        insert_into(session, HandDown)
        .values(**key, requested_at=now, requested_by=actor.id if actor else None)
        .on_conflict_do_nothing()
    )
    wish = select(col(HandDown.id)).filter_by(**key)
    found: int = session.execute(wish).scalar_one()
    return found


def plan(session: Session, hand_down_ids: Sequence[int]) -> Plan:
    """What has to be done for these wishes, which share a measure and a period."""
    rows = session.execute(
        select(
            Measure,
            col(HandDown.period),
            col(Unit.name),
            col(Level.rank),
            col(Level.name).label("level"),
            col(Campaign.title),
        )
        .join(Campaign, col(Campaign.id) == Measure.campaign_id)
        .join(HandDown, col(HandDown.measure_id) == Measure.id)
        .join(Unit, col(Unit.id) == HandDown.unit_id)
        .join(Level, col(Level.code) == Unit.level)
        .where(col(HandDown.id).in_(hand_down_ids))
        .order_by(col(Unit.lft))
    ).all()
    assert len({(row[0].id, row.period) for row in rows}) == 1, "wishes of several measures"
    measure, period = rows[0][0], rows[0][1]
    levels = list_reached_levels(session, measure.id, min(row.rank for row in rows))
    return Plan(
        measure_id=measure.id,
        measure_title=measure.title,
        campaign_title=rows[0].title,
        period=period,
        unit_names=tuple(row.name for row in rows),
        unit_levels=tuple(
            dict.fromkeys(row.level for row in sorted(rows, key=lambda row: row.rank))
        ),
        levels=tuple(level.code for level in levels),
        level_names=tuple(level.name for level in levels),
    )


def start(session: Session, hand_down_ids: Sequence[int], flow_run_id: str) -> None:
    """Note the flow run that takes the wishes up."""
    session.execute(
        update(HandDown).where(col(HandDown.id).in_(hand_down_ids)).values(flow_run_id=flow_run_id)
    )


def finish(session: Session, hand_down_ids: Sequence[int], *, now: datetime) -> None:
    """Note that the wishes are fulfilled."""
    reached = select(func.sum(HandDownStep.reached)).where(
        col(HandDownStep.hand_down_id).in_(hand_down_ids)
    )
    rows = session.execute(reached).scalar() or 0
    if rows >= MANY:
        refresh_statistics(session, rows, Event, HandDown, Tally)
    session.execute(
        update(HandDown)
        .where(col(HandDown.id).in_(hand_down_ids), col(HandDown.done_at).is_(None))
        .values(done_at=now)
    )


class LevelPart(NamedTuple):
    """What one part of a level has come to."""

    reached: int
    """How many units of the level the wishes have reached, now or before."""
    next: int | None
    """Where the next part begins; None: the level is done."""


def hand_down_part(
    session: Session,
    hand_down_ids: Sequence[int],
    level: str,
    *,
    start: int = 0,
    size: int = PART,
    now: datetime,
) -> LevelPart:
    """Make the assignments of one part of a level below the wishes' units, where the unit above has
    released.

    A part holds at most `size` units and is a transaction of its own, so that others can write
    before the next. `start` is 0, or `LevelPart.next` of the part before. After a kill the level
    begins again at 0. The number of statements of a part does not depend on the number of units.
    """
    wishes = {"wishes": list(hand_down_ids)}
    session.execute(MEASURES, wishes).all()
    place = {**wishes, "level_below": level, "start": start}
    until = session.execute(UNTIL, {**place, "size": size}).scalar()
    terms = _terms(session, hand_down_ids, level, now)
    newest = session.execute(NEWEST).scalar() or 0
    _insert_assignments(session, {**place, "until": until}, terms, now)
    reached = {**wishes, "reached_level": level}
    new = {**reached, "newest": newest}
    rows = session.execute(COUNT_NEW, new).scalar_one()
    if rows >= MANY:
        refresh_statistics(session, rows, Assignment)
    session.execute(ADD_NEW, new)
    session.execute(WRITE_ISSUE, {**new, "made_at": now, "by_act": Act.ISSUE})
    _record_passing(session, new, terms, now)
    session.execute(WRITE_STEPS, {**reached, "noted_at": now})
    found: int = session.execute(COUNT_REACHED, reached).scalar_one()
    return LevelPart(found, until)


@dataclass(frozen=True)
class _Dates:
    """The dates of the new assignments of one calendar."""

    due_on: date
    passes_on_on: date | None
    lower_caps: dict[date, date]
    """An earlier due date set above → the due date it leaves for the level below this one."""


@dataclass(frozen=True)
class _Terms:
    """The values with which every new assignment of a level begins."""

    lowest: bool
    status: Status
    opens: bool
    """The level's gate waits, and opens at once: the lowest level would lose too many days."""
    opening_caps: frozenset[date]
    """The earlier due dates set above that make the level's gate open at once."""
    plain: _Dates
    tagged: dict[str, _Dates]
    """Tag with a calendar of its own → the dates; empty where no date differs."""


def _terms(session: Session, ids: Sequence[int], level: str, now: datetime) -> _Terms:
    measure, period, issuer_rank = session.execute(
        select(Measure, col(HandDown.period), col(Level.rank))
        .join(HandDown, col(HandDown.measure_id) == Measure.id)
        .join(Unit, col(Unit.id) == Measure.unit_id)
        .join(Level, col(Level.code) == Unit.level)
        .where(col(HandDown.id) == ids[0])
    ).one()
    levels = [level.code for level in list_reached_levels(session, measure.id, issuer_rank)]
    gate = session.get(MeasureGate, (measure.id, level)) or MeasureGate(
        measure_id=measure.id, level=level
    )
    lowest = level == levels[-1]
    waits = not lowest and gate.gate != Gate.AUTO
    caps, today, calendars = _caps(session, measure.id), local_date(now), get_calendars(session)

    def dates_by(calendar: Calendar) -> _Dates:
        dates = dates_of(measure, levels, period=period, received=today, calendar=calendar)
        passes_on_on = calendar.add_workdays(today, gate.pass_on_days) if waits else None
        left = {cap: tightened(cap, measure.review_days, today, calendar) for cap in caps}
        return _Dates(dates[level], passes_on_on, left)

    plain = dates_by(calendars.plain)
    tagged = {tag: dates_by(calendar) for tag, calendar in calendars.tagged.items()}
    way, floor = Way.of(measure, levels, period, calendars.plain), get_settings().floor_workdays

    def opens(lower_due_on: date | None) -> bool:
        return waits and way.must_open(level, lower_due_on, floor, today)

    return _Terms(
        lowest=lowest,
        status=Status.ISSUED if lowest or waits else Status.RELEASED,
        opens=opens(None),
        opening_caps=frozenset(cap for cap, left in plain.lower_caps.items() if opens(left)),
        plain=plain,
        tagged=tagged if any(dates != plain for dates in tagged.values()) else {},
    )


def _caps(session: Session, measure_id: int) -> Sequence[date]:
    """The earlier due dates that units have set for everything below them."""
    rows = select(col(Assignment.lower_due_on)).where(
        col(Assignment.measure_id) == measure_id, col(Assignment.lower_due_on).is_not(None)
    )
    return [day for day in session.scalars(rows.distinct()) if day is not None]


def _insert_assignments(
    session: Session, place: dict[str, Any], terms: _Terms, now: datetime
) -> None:
    plain = terms.plain
    status = Status.RELEASED if terms.opens else terms.status
    given = {
        "lowest_one": terms.lowest,
        "first_status": status,
        "rule_due": plain.due_on,
        "passing_on": plain.passes_on_on,
        "made_at": now,
        "opened_at": now,
        "passed_at": now if status == Status.RELEASED else None,
    }
    statement = NEW_ASSIGNMENTS
    if terms.tagged or plain.lower_caps:
        statement = new_assignments(
            by_tag(
                {tag: _lower_cap(dates) for tag, dates in terms.tagged.items()}, _lower_cap(plain)
            ),
            _opens(terms),
            {tag: dates.due_on for tag, dates in terms.tagged.items()},
            {tag: dates.passes_on_on for tag, dates in terms.tagged.items()},
        )
    session.execute(statement, {**place, **given})


def _lower_cap(dates: _Dates) -> Any:
    if not dates.lower_caps:
        return literal(None, Date)
    choices = {cap: literal(left, Date) for cap, left in dates.lower_caps.items()}
    return case(choices, value=col(PARENT.lower_due_on), else_=literal(None, Date))


def _opens(terms: _Terms) -> Any:
    """The clause "an earlier due date set above opens the gate at once"."""
    return col(PARENT.lower_due_on).in_(terms.opening_caps) if terms.opening_caps else false()


def _record_passing(session: Session, new: dict[str, Any], terms: _Terms, now: datetime) -> None:
    """Write the history of the new assignments that have gone on at once."""
    by_gate = terms.status == Status.RELEASED
    if by_gate or terms.opens or terms.opening_caps:
        act, reason = (Act.PASS_ON, "") if by_gate else (Act.PASS_ON_FOR_TIME, FOR_TIME)
        session.execute(WRITE_PASSING, {**new, "made_at": now, "by_act": act, "why": reason})
        if not by_gate:
            tell_passed_on(session, NEW, act, now=now, given=new)
