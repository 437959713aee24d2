"""Extensions: a unit asks for more time, and the unit above decides (延期).

No unit gives a date behind its own. It passes such a request up, and the unit above it decides.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from models import (
    Account,
    Act,
    Assignment,
    DueMoveKind,
    Extension,
    ExtensionOutcome,
    Measure,
    MessageKind,
    Unit,
)
from models.parameters import among
from queries.assignments.extensions import Requested, list_chosen_requests, list_with_lower
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.assignments.declines import read_reason
from rules.assignments.extensions import OUTCOMES, check_bound, check_later, outcome_of
from rules.assignments.states import IllegalChange, owes
from rules.dates.calendar import local_date
from rules.sentences.days import told_day
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal
from rules.sentences.sentence import Sentence, Term
from services.assignments.changes import lock_assignment, lock_assignments, require_open
from services.assignments.due_moves import Move, move_due
from services.assignments.noted_acts import note_act
from services.messages.messages import Told, tell_units


def ask_extension(
    session: Session,
    assignment_id: int,
    *,
    wanted_on: date,
    reason: str,
    actor: Account,
    now: datetime,
) -> Extension:
    """Ask the unit above for more time. Raises `Refusal` for a date that nobody can give."""
    assignment = lock_assignment(session, assignment_id)
    require(actor, Right.ASK_EXTENSION, Subject(assignment.unit_id))
    said = read_reason(reason)
    _check_asking(session, assignment, wanted_on, now)
    above = session.get_one(Assignment, assignment.parent_id)
    made = Extension(
        assignment_id=assignment_id, wanted_on=wanted_on, reason=said, account_id=actor.id,
        at=now, asked_id=above.unit_id,
    )  # fmt: skip
    session.add(made)
    note_act(session, [assignment_id], Act.ASK_EXTENSION, reason=said, actor=actor, now=now)
    session.flush()
    _tell_asked(session, made, assignment, now)
    return made


def _check_asking(session: Session, assignment: Assignment, wanted_on: date, now: datetime) -> None:
    require_open(session, assignment, Act.ASK_EXTENSION)
    if not owes(assignment) or assignment.taken_by_id is not None or assignment.parent_id is None:
        raise IllegalChange(assignment.status, Act.ASK_EXTENSION, ())
    pending = select(Extension).where(
        col(Extension.assignment_id) == assignment.id, col(Extension.decided_at).is_(None)
    )
    if (found := session.scalars(pending).one_or_none()) is not None:
        raise Refusal(
            N_("已经申请延期到%(day)s，请等上级决定。"),
            day=told_day(found.wanted_on, local_date(now)),
        )
    check_later(wanted_on, assignment.due_on, local_date(now))
    issuer, name = _issuer_of(session, assignment)
    check_bound(wanted_on, issuer.due_on, name)


def _issuer_of(session: Session, assignment: Assignment) -> tuple[Assignment, str]:
    """The issuer's own assignment, whose date bounds all others, and the issuer's name."""
    wanted = (
        select(Assignment, col(Unit.name))
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .where(
            col(Assignment.measure_id) == assignment.measure_id,
            col(Assignment.period) == assignment.period,
            col(Assignment.parent_id).is_(None),
        )
    )
    found, name = session.execute(wanted).one()
    return found, name


class DecidedRequests(NamedTuple):
    """What a decision has done; counts of requests."""

    granted: int
    shortened: int
    refused: int


def decide_extensions(
    session: Session,
    ids: Collection[int],
    *,
    grant: bool,
    until: date | None = None,
    reason: str = "",
    actor: Account,
    now: datetime,
) -> DecidedRequests:
    """Decide about requests for more time, all or none.

    `until`: the date for all of them; None: the date that each asks for. A refusal says why. The
    number of statements does not depend on the number of requests. Raises `Refusal` where a date
    lies behind the deciding unit's own, or somebody has decided already.
    """
    said = read_reason(reason, needed=not grant)
    requests = _lock(session, ids, actor)
    if not grant:
        _close(
            session, [(row, ExtensionOutcome.REFUSED, None) for row in requests], said, actor, now
        )
        refused = [row.assignment_id for row in requests]
        note_act(session, refused, Act.REFUSE_EXTENSION, reason=said, actor=actor, now=now)
        return DecidedRequests(0, 0, len(requests))
    given = [(row, until or row.wanted_on) for row in requests]
    for row, day in given:
        check_later(day, row.due_on, local_date(now))
        check_bound(day, row.bound, row.asked)
    _give(session, [(row.assignment_id, row.due_on, day) for row, day in given], said, actor, now)
    outcomes = [(row, outcome_of(row.wanted_on, day), day) for row, day in given]
    _close(session, outcomes, said, actor, now)
    granted = sum(outcome == ExtensionOutcome.GRANTED for _, outcome, _ in outcomes)
    return DecidedRequests(granted, len(outcomes) - granted, 0)


def _lock(session: Session, ids: Collection[int], actor: Account) -> Sequence[Requested]:
    """The requests that the actor's unit is to decide about, locked with their assignments."""
    if not ids:
        raise Refusal(N_("请先勾选要决定的申请。"))
    known = list_chosen_requests(session, ids, lock=False)
    if len(known) < len(set(ids)):
        raise NotFound
    lock_assignments(session, [row.assignment_id for row in known])
    rows = list_chosen_requests(session, ids, lock=True)
    for row in rows:
        subject = Subject(row.asked_id, unit_name=row.asked)
        require(actor, Right.DECIDE_EXTENSION, subject)
        if row.outcome is not None:
            said = N_("“%(unit)s”的申请已经有了决定：%(outcome)s。请刷新页面。")
            raise Refusal(said, unit=row.unit, outcome=Term(OUTCOMES[row.outcome]))
        if not row.owed:
            raise Refusal(N_("“%(unit)s”已经报送，不用再延期。请刷新页面。"), unit=row.unit)
    return rows


def _give(
    session: Session,
    moves: Sequence[tuple[int, date, date]],
    reason: str,
    actor: Account,
    now: datetime,
) -> list[int]:
    wanted = [Move(*move) for move in moves]
    kind = DueMoveKind.EXTENSION
    return move_due(session, wanted, kind=kind, reason=reason, actor=actor, now=now)


Closing = tuple[Requested, ExtensionOutcome, date | None]


def _close(
    session: Session, closings: Sequence[Closing], reason: str, actor: Account, now: datetime
) -> None:
    """Write what became of requests, and tell the units; two statements."""
    if not closings:
        return
    session.execute(
        _CLOSE,
        [
            {
                "one": row.id, "outcome": outcome, "granted_on": day, "decided_at": now,
                "decided_by": actor.id, "decision_reason": reason,
            }
            for row, outcome, day in closings
        ],
    )  # fmt: skip
    session.expire_all()
    tell_units(session, [_told(*closing) for closing in closings], now=now)


def _told(row: Requested, outcome: ExtensionOutcome, day: date | None) -> Told:
    values: dict[str, object] = {
        "unit": row.asked, "title": row.title, "outcome": Term(OUTCOMES[outcome]),
    }  # fmt: skip
    said = N_("“%(unit)s”对“%(title)s”的延期申请：%(outcome)s。")
    if day is not None:
        said = N_("“%(unit)s”对“%(title)s”的延期申请：%(outcome)s，延至%(day)s。")
        values["day"] = told_day(day)
    return Told(
        row.unit_id, MessageKind.EXTENSION, f"extension {row.id}", Sentence(said, values),
        f"/assignments/{row.assignment_id}",
    )  # fmt: skip


def pass_extension_up(
    session: Session, extension_id: int, *, actor: Account, now: datetime
) -> Unit:
    """Pass a request on to the next level up, because its date is behind the unit's own. Returns
    the unit that is asked now. Raises `Refusal`."""
    row = _lock(session, [extension_id], actor)[0]
    if row.wanted_on <= row.bound:
        raise Refusal(N_("这个日期本单位可以决定，不用上报。"))
    own = select(Assignment).where(
        col(Assignment.unit_id) == row.asked_id,
        col(Assignment.measure_id)
        == select(col(Assignment.measure_id))
        .where(col(Assignment.id) == row.assignment_id)
        .scalar_subquery(),
        col(Assignment.period) == row.period,
    )
    parent_id = session.scalars(own).one().parent_id
    if parent_id is None:
        raise Refusal(N_("上面没有更高的单位。要延到更晚，请先更正措施的截止日期。"))
    higher = session.get_one(Unit, session.get_one(Assignment, parent_id).unit_id)
    found = session.get_one(Extension, extension_id)
    found.asked_id, found.passed_by_id = higher.id, row.asked_id
    session.flush()
    _tell_asked(session, found, session.get_one(Assignment, row.assignment_id), now)
    return higher


def extend_lower(
    session: Session,
    own_id: int,
    ids: Collection[int],
    *,
    until: date,
    reason: str,
    deep: bool = False,
    actor: Account,
    now: datetime,
) -> int:
    """Give lower units more time without their asking, and return how many got it.

    `own_id`: the unit's own assignment; `ids`: assignments directly below it. `deep`: and all below
    them. Who has as much time already keeps it. Requests that wait are decided with it. The number
    of statements is constant. Raises `Refusal`.
    """
    own = session.get(Assignment, own_id)
    if own is None:
        raise NotFound
    require(actor, Right.EXTEND, Subject(own.unit_id))
    said, today = read_reason(reason), local_date(now)
    require_open(session, own, Act.MOVE_DUE)
    if not ids:
        raise Refusal(N_("请先勾选要延期的单位。"))
    check_later(until, today, today)
    check_bound(until, own.due_on, session.get_one(Unit, own.unit_id).name)
    found = list_with_lower(session, own, ids, deep=deep)
    wanted = [(row.id, row.due_on, until) for row in found if row.due_on < until]
    if not wanted:
        day = told_day(until, today)
        raise Refusal(N_("勾选的单位截止日期都不早于%(day)s，不用延期。"), day=day)
    units = {row.id: row.unit_id for row in found}
    moved = _give(session, wanted, said, actor, now)
    _decide_pending(session, moved, until, said, actor, now)
    _tell_extended(session, own, [(each_id, units[each_id]) for each_id in moved], until, now)
    return len(moved)


def _decide_pending(
    session: Session,
    moved: Collection[int],
    until: date,
    reason: str,
    actor: Account,
    now: datetime,
) -> None:
    pending = select(col(Extension.id)).where(
        among(col(Extension.assignment_id), "ids"), col(Extension.decided_at).is_(None)
    )
    ids = session.scalars(pending, {"ids": moved}).all()
    rows = list_chosen_requests(session, ids, lock=True) if ids else []
    outcomes = [(row, outcome_of(row.wanted_on, until), until) for row in rows]
    _close(session, outcomes, reason, actor, now)


def _tell_asked(
    session: Session, request: Extension, assignment: Assignment, now: datetime
) -> None:
    values: dict[str, object] = {
        "unit": session.get_one(Unit, assignment.unit_id).name,
        "title": session.get_one(Measure, assignment.measure_id).title,
        "day": told_day(request.wanted_on, local_date(now)),
    }
    said = Sentence(N_("“%(unit)s”申请把“%(title)s”延期到%(day)s。"), values)
    about = f"extension {request.id}"
    told = Told(request.asked_id, MessageKind.EXTENSION, about, said, "/extensions")
    tell_units(session, [told], now=now)


def _tell_extended(
    session: Session,
    own: Assignment,
    moved: Sequence[tuple[int, int]],
    until: date,
    now: datetime,
) -> None:
    """Tell the units that got more time. `moved`: assignment and unit."""
    values: dict[str, object] = {
        "unit": session.get_one(Unit, own.unit_id).name,
        "title": session.get_one(Measure, own.measure_id).title,
        "day": told_day(until, local_date(now)),
    }
    said = Sentence(N_("“%(unit)s”把“%(title)s”延期到%(day)s。"), values)
    kind = MessageKind.DUE_MOVED
    tell_units(
        session,
        [
            Told(unit_id, kind, f"assignment {moved_id}", said, f"/assignments/{moved_id}")
            for moved_id, unit_id in moved
        ],
        now=now,
    )


_EXTENSIONS = Extension.__table__  # type: ignore[attr-defined]
_CLOSE: Any = update(_EXTENSIONS).where(_EXTENSIONS.c.id == bindparam("one"))
"""What is set stands in the parameters."""
