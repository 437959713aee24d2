"""A ruling hands an assignment over to another unit, which gets an assignment of its own."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, select
from sqlmodel import Session, col

from models import Account, Act, Assignment, Event, Gate, MeasureGate, Status, Unit
from queries.assignments.declines import list_named_units
from queries.units.calendars import get_calendar_of
from rules.assignments.states import is_over
from rules.dates.calendar import Calendar, local_date
from rules.forms.field_values import clean_text
from rules.sentences.refusal import N_, Refusal
from services.assignments.roll_up import Moved, add_differences, standing_of

FLOOR = 3
"""The working days that the other unit has at least, if the unit above it has as many."""


def hand_over(
    session: Session,
    declined: Assignment,
    named: str,
    *,
    ruler: Unit,
    due_on: date,
    reason: str,
    actor: Account,
    now: datetime,
) -> Assignment:
    """Make the assignment of the unit that `named` (code or name) names below `ruler`.

    Whoever calls has locked the measure, and the hand-down counts on that. `due_on`: the date at
    which the declined assignment would be due. Raises `Refusal` where the unit cannot take it.
    """
    target = _find_target(session, declined, named, ruler)
    above = _find_above(session, declined, target)
    today, calendar = local_date(now), get_calendar_of(session, target.id)
    made = Assignment(
        measure_id=declined.measure_id,
        period=declined.period,
        unit_id=target.id,
        parent_id=above.id,
        hand_down_id=declined.hand_down_id,
        level=declined.level,
        answering=declined.answering,
        lowest=declined.lowest,
        due_on=_due_on(due_on, above.due_on, today, calendar),
        lower_due_on=declined.lower_due_on,
        passes_on_on=_passes_on_on(session, declined, today, calendar),
        issued_at=now,
    )
    session.add(made)
    session.flush()
    _record(session, made, reason, actor, now)
    return made


def _find_target(session: Session, declined: Assignment, named: str, ruler: Unit) -> Unit:
    name = clean_text(named, multiline=False)
    if not name:
        raise Refusal(N_("请写明转给哪个单位。"))
    found = list_named_units(session, ruler, declined.level, name)
    if not found:
        raise Refusal(N_("下级单位中没有同级的“%(name)s”。请核对名称或代码。"), name=name)
    if len(found) > 1:
        raise Refusal(N_("有几个单位都叫“%(name)s”，请改填单位代码。"), name=name)
    has = select(col(Assignment.id)).where(_same_work(declined, found[0].id))
    if session.execute(has).first() is not None:
        raise Refusal(N_("“%(name)s”已经有这项任务，不能再转给它。"), name=found[0].name)
    return found[0]


def _same_work(declined: Assignment, unit_id: int | None) -> ColumnElement[bool]:
    return and_(
        col(Assignment.unit_id) == unit_id,
        col(Assignment.measure_id) == declined.measure_id,
        col(Assignment.period) == declined.period,
    )


def _find_above(session: Session, declined: Assignment, target: Unit) -> Assignment:
    """The assignment of the unit above the target, from which the measure has gone on."""
    wanted = select(Assignment).where(_same_work(declined, target.parent_id))
    above = session.scalars(wanted).one_or_none()
    if above is None or above.released_at is None or is_over(above):
        raise Refusal(
            N_("“%(name)s”的上级单位没有这项任务，或者还没有下发，现在不能转给它。"),
            name=target.name,
        )
    return above


def _due_on(due_on: date, above: date, today: date, calendar: Calendar) -> date:
    """At least `FLOOR` working days, but not longer than the unit above has itself."""
    return max(due_on, min(calendar.add_workdays(today, FLOOR), above))


def _passes_on_on(
    session: Session, declined: Assignment, today: date, calendar: Calendar
) -> date | None:
    if declined.lowest:
        return None
    gate = session.get(MeasureGate, (declined.measure_id, declined.level))
    waits = gate is not None and gate.gate != Gate.AUTO
    return calendar.add_workdays(today, gate.pass_on_days) if gate and waits else None


def _record(session: Session, made: Assignment, reason: str, actor: Account, now: datetime) -> None:
    """Write the first row of history and the totals."""
    session.add(
        Event(
            assignment_id=made.id, at=now, account_id=actor.id, act=Act.ISSUE,
            to_status=Status.ISSUED, reason=reason,
        )
    )  # fmt: skip
    session.flush()
    standing = standing_of(made)
    nobody = {**standing, "status": Status.WITHDRAWN}
    add_differences(session, [Moved(nobody, standing, {}, {})])
