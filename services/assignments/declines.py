"""Declines: a unit sends an assignment back up, and the unit above rules (退单、裁定).

From the refusal to the ruling the assignment waits with exactly one unit, `Decline.asked_id`. Its
due date stands still meanwhile. A unit that does not rule in time is passed by (`escalate`). The
second refusal of the same work goes one level higher than the first, and its ruling is final.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    Select,
    bindparam,
    select,
    update,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models import (
    Account,
    Act,
    Assignment,
    Decline,
    DeclineKind,
    DueMoveKind,
    Measure,
    MessageKind,
    Ruling,
    Unit,
)
from models.parameters import among, given_rows
from queries.assignments.declines import find_previous_decline, list_named_units
from queries.assignments.still_open import DECLINED
from queries.units.calendars import get_calendar_of, get_calendars
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.assignments.declines import (
    NEEDS_REASON,
    RULING_ACTS,
    RULINGS,
    check_declining,
    check_pending,
    read_reason,
)
from rules.dates.calendar import Calendar, local_date
from rules.forms.field_values import clean_text
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal
from rules.sentences.sentence import Sentence, Term
from services.assignments.changes import change, lock_assignment
from services.assignments.due_moves import Move, move_due
from services.assignments.hand_overs import hand_over
from services.assignments.noted_acts import note_act
from services.assignments.roll_up import lock_measures
from services.messages.messages import Told, tell_units


def decline(
    session: Session,
    assignment_id: int,
    *,
    kind: DeclineKind,
    reason: str,
    whose: str = "",
    days: int,
    actor: Account,
    now: datetime,
) -> Decline:
    """Send the unit's assignment back up. A unit above rules within `days` working days.

    `whose`: the name or code of the unit whose work it is, if the actor knows. A draft is kept.
    Raises `Refusal`.
    """
    assignment = lock_assignment(session, assignment_id)
    require(actor, Right.DECLINE, Subject(assignment.unit_id))
    said, named = read_reason(reason), clean_text(whose, multiline=False)[:200]
    previous = find_previous_decline(session, assignment_id)
    check_declining(previous)
    asked = _first_asked(session, assignment, previous)
    change(
        session, assignment, Act.DECLINE, actor=actor, now=now, reason=said, acknowledged_at=None
    )
    made = Decline(
        assignment_id=assignment_id, kind=kind, reason=said, whose=named,
        whose_id=_find_whose(session, assignment, asked, named), account_id=actor.id, at=now,
        final=previous is not None, asked_id=asked.id,
        due_on=get_calendar_of(session, asked.id).add_workdays(local_date(now), days),
    )  # fmt: skip
    session.add(made)
    session.flush()
    _tell_asked(session, [(made.id, asked.id, actor.unit_id, assignment.measure_id)], now)
    return made


def _first_asked(session: Session, assignment: Assignment, previous: Decline | None) -> Unit:
    """The unit directly above; after a first ruling, the one above the unit that ruled."""
    if assignment.taken_by_id is not None:
        raise Refusal(N_("这项任务已经由上级代办，不用再退。"))
    if assignment.parent_id is None:
        raise Refusal(N_("这是本单位发布的措施，没有上级可以退。"))
    if previous is None:
        return session.get_one(Unit, session.get_one(Assignment, assignment.parent_id).unit_id)
    higher = _find_higher(session, assignment, previous.asked_id)
    return session.get_one(Unit, higher or previous.asked_id)


def _find_higher(session: Session, assignment: Assignment, unit_id: int) -> int | None:
    """The unit that handed the measure down to `unit_id`; None: it is the issuer."""
    own, upper = aliased(Assignment), aliased(Assignment)
    return session.scalars(
        select(col(upper.unit_id))
        .join(own, col(own.parent_id) == upper.id)
        .where(
            col(own.unit_id) == unit_id,
            col(own.measure_id) == assignment.measure_id,
            col(own.period) == assignment.period,
        )
    ).one_or_none()


def _find_whose(session: Session, assignment: Assignment, asked: Unit, named: str) -> int | None:
    found = list_named_units(session, asked, assignment.level, named) if named else []
    return found[0].id if len(found) == 1 else None


def rule(
    session: Session,
    decline_id: int,
    *,
    ruling: Ruling,
    reason: str,
    unit: str = "",
    actor: Account,
    now: datetime,
) -> Decline:
    """Rule about an assignment that was sent back up. `unit`: for a hand-over, the name or code of
    the other unit. Raises `Refusal`, also where somebody has ruled already."""
    found, assignment = _lock(session, decline_id, whole=ruling == Ruling.HAND_OVER)
    ruler = session.get_one(Unit, found.asked_id)
    require(actor, Right.RULE, Subject.of(ruler))
    check_pending(found, ruler.name)
    said = read_reason(reason, needed=ruling in NEEDS_REASON)
    calendar = get_calendar_of(session, assignment.unit_id)
    stood = calendar.workdays_between(local_date(found.at), local_date(now))
    found.stood_still = max(stood, 0)
    values = _values(assignment, found, ruling, calendar, now)
    how: dict[str, Any] = {"actor": actor, "now": now, "reason": said}
    change(session, assignment, RULING_ACTS[ruling], **how, **values)
    due_on = _later(assignment.due_on, found.stood_still, calendar)
    _carry_out(session, found, assignment, ruling, unit, ruler, due_on, **how)
    found.ruling, found.ruling_reason, found.ruled_at = ruling, said, now
    found.ruled_by = actor.id
    session.flush()
    _tell_ruling(session, found, assignment, ruler, now)
    return found


def _lock(session: Session, decline_id: int, *, whole: bool) -> tuple[Decline, Assignment]:
    """The decline and its assignment, both locked. `whole`: the measure is locked as well."""
    found = session.get(Decline, decline_id)
    if found is None:
        raise NotFound
    if whole:
        lock_measures(session, col(Assignment.id) == found.assignment_id)
    assignment = lock_assignment(session, found.assignment_id)
    session.refresh(found, with_for_update=True)
    return found, assignment


def _values(
    assignment: Assignment, found: Decline, ruling: Ruling, calendar: Calendar, now: datetime
) -> Mapping[str, Any]:
    """The columns that the ruling sets besides the status."""
    if ruling == Ruling.TAKE:
        return {"taken_by_id": found.asked_id, "acknowledged_at": now}
    if ruling == Ruling.INSIST and assignment.passes_on_on is not None:
        return {"passes_on_on": _later(assignment.passes_on_on, found.stood_still, calendar)}
    return {}


def _later(day: date, workdays: int, calendar: Calendar) -> date:
    return calendar.add_workdays(day, workdays) if workdays else day


def _carry_out(
    session: Session,
    found: Decline,
    assignment: Assignment,
    ruling: Ruling,
    unit: str,
    ruler: Unit,
    due_on: date,
    *,
    actor: Account,
    now: datetime,
    reason: str,
) -> None:
    if ruling == Ruling.HAND_OVER:
        made = hand_over(
            session, assignment, unit, ruler=ruler, due_on=due_on, reason=reason,
            actor=actor, now=now,
        )  # fmt: skip
        found.handed_to_id = made.id
    elif ruling in (Ruling.INSIST, Ruling.TAKE):
        move_due(
            session, [Move(assignment.id, assignment.due_on, due_on)],
            kind=DueMoveKind.STOOD_STILL, reason=N_("等待裁定期间时限暂停，相应顺延"),
            actor=None, now=now,
        )  # fmt: skip


def escalate(session: Session, *, days: int, now: datetime) -> int:
    """Ask the next level up where a unit has not ruled in time, and return how often.

    The issuer of the measure has nobody above and keeps what it was asked. Doing it twice changes
    nothing, because the unit that is asked next has `days` working days of its own. The number of
    statements is constant.
    """
    over = session.execute(_OVER, {"today": local_date(now)}).all()
    if not over:
        return 0
    due_on = str(get_calendars(session).plain.add_workdays(local_date(now), days))
    rows = [[row.id, row.higher_id, due_on] for row in over]
    session.execute(_ASK_HIGHER, {"asked": rows})
    ids, reason = [row.assignment_id for row in over], N_("到期没有裁定，转上一级")
    note_act(session, ids, Act.ESCALATE, reason=reason, actor=None, now=now)
    session.expire_all()
    _tell_asked(
        session, [(row.id, row.higher_id, row.unit_id, row.measure_id) for row in over], now
    )
    return len(over)


def _tell_asked(
    session: Session, asked: Sequence[tuple[int, int, int, int]], now: datetime
) -> None:
    """Tell units what they are to rule about: decline, unit asked, unit that refused, measure."""
    names = _named(session, Unit.id, Unit.name, [row[2] for row in asked])
    titles = _named(session, Measure.id, Measure.title, [row[3] for row in asked])
    said = N_("“%(unit)s”退回了“%(title)s”，请裁定。")
    tell_units(
        session,
        [
            Told(
                asked_id, MessageKind.DECLINE, f"decline {decline_id}",
                Sentence(said, {"unit": names[unit_id], "title": titles[measure_id]}),
                f"/declines/{decline_id}",
            )
            for decline_id, asked_id, unit_id, measure_id in asked
        ],
        now=now,
    )  # fmt: skip


def _named(session: Session, key: Any, name: Any, ids: Sequence[int]) -> dict[int, str]:
    rows = session.execute(select(key, name).where(among(col(key), "ids")), {"ids": ids})
    return {row[0]: row[1] for row in rows}


def _tell_ruling(
    session: Session, found: Decline, assignment: Assignment, ruler: Unit, now: datetime
) -> None:
    """Tell the unit, and the one that has got the work, what was ruled."""
    title = session.get_one(Measure, assignment.measure_id).title
    assert found.ruling is not None
    values: dict[str, object] = {
        "unit": ruler.name, "title": title, "ruling": Term(RULINGS[found.ruling]),
    }  # fmt: skip
    told = [
        Told(
            assignment.unit_id, MessageKind.RULING, f"decline {found.id}",
            Sentence(N_("“%(unit)s”对退单“%(title)s”作出裁定：%(ruling)s。"), values),
            f"/declines/{found.id}",
        )
    ]  # fmt: skip
    if found.handed_to_id is not None:
        other = session.get_one(Assignment, found.handed_to_id)
        said = Sentence(N_("“%(unit)s”把“%(title)s”转给本单位办理。"), values)
        path = f"/assignments/{other.id}"
        told.append(Told(other.unit_id, MessageKind.RULING, f"decline {found.id}", said, path))
    tell_units(session, told, now=now)


_own, _higher = aliased(Assignment), aliased(Assignment)
_OVER: Select[Any] = (
    select(
        col(Decline.id),
        col(Decline.assignment_id),
        col(Assignment.unit_id),
        col(Assignment.measure_id),
        col(_higher.unit_id).label("higher_id"),
    )
    .join(Assignment, col(Assignment.id) == Decline.assignment_id)
    .join(
        _own,
        (col(_own.unit_id) == Decline.asked_id)
        & (col(_own.measure_id) == Assignment.measure_id)
        & (col(_own.period) == Assignment.period),
    )
    .join(_higher, col(_higher.id) == _own.parent_id)
    .where(
        DECLINED,
        col(Decline.ruled_at).is_(None),
        col(Decline.due_on) < bindparam("today", type_=Date),
    )
    .order_by(col(Decline.id))
    .with_for_update(of=Decline)
)
_DECLINES = Decline.__table__  # type: ignore[attr-defined]
_ASKED = select(*given_rows("asked", one=Integer, asked_id=Integer, due_on=Date)).cte("asked")
_ASK_HIGHER = (
    update(_DECLINES)
    .where(_DECLINES.c.id == _ASKED.c.one, _DECLINES.c.ruled_at.is_(None))
    .values(
        asked_id=_ASKED.c.asked_id,
        due_on=_ASKED.c.due_on,
        escalations=_DECLINES.c.escalations + 1,
    )
)
