"""The inbox of a unit: what the unit owes and has sent, and what waits for its review. The
statements are built once in the life of the process."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, UTCDateTime, col

from adapters.by_name import ByName
from models import (
    Account,
    Act,
    Assignment,
    Campaign,
    Draft,
    Event,
    Gate,
    Measure,
    MeasureGate,
    Review,
    Status,
    Submission,
    Unit,
)
from queries.assignments.own_gate import is_own_gate
from queries.assignments.still_open import OWED, OWING, WAITING_ABOVE, WAITING_DIRECTLY
from queries.filling.current_submission import is_current
from rules.assignments.states import UNANSWERED, signing_releases

MOST = 200
"""The most rows of one list on the home page; the rest is a click away."""


@dataclass(frozen=True)
class Owed:
    """An assignment the unit has still to answer."""

    id: int
    title: str
    period: str
    status: Status
    due_on: date
    lowest: bool
    acknowledged_at: datetime | None
    reason: str | None
    """Why the assignment was returned; None: it was not."""
    fields: tuple[str, ...] | None
    """Names of the returned fields; empty: the whole submission was returned."""
    draft_at: datetime | None
    """When the draft was last saved; None: there is no draft."""
    gate: Gate | None = None
    """The gate of the unit's level; None: the level has none."""
    closed_at: datetime | None = None
    """When the measure was closed; None: it is open."""
    campaign: str = ""
    """The title of the campaign."""
    campaign_id: int = 0
    measure_id: int = 0
    opened_again: bool = False
    """The issuer has opened the closed measure again, and nothing was done since."""

    @property
    def signing_releases(self) -> bool:
        """Whether the unit, when it signs for the assignment, releases it as well."""
        return signing_releases(self.status, lowest=self.lowest, gate=self.gate)


@dataclass(frozen=True)
class SentAssignment:
    """An assignment the unit has answered."""

    id: int
    title: str
    period: str
    status: Status
    sent_at: datetime
    late: bool
    draft_at: datetime | None
    """When the draft of a correction was last saved; None: there is no draft."""
    closed_at: datetime | None


@dataclass(frozen=True)
class Ended:
    """An assignment that was taken back from the unit, closed before it had answered, or given to
    nobody or to another unit by a ruling."""

    id: int
    title: str
    period: str
    unit: str
    """The name of the unit that did so; empty for the product itself."""
    act: Act
    at: datetime
    reason: str
    draft_at: datetime | None
    """When the unsent draft was last saved; None: there is no draft."""
    closed_at: datetime | None
    """When the assignment was closed; None: it was withdrawn."""


@dataclass(frozen=True)
class TakenWork:
    """An assignment of a lower unit that the unit answers in its place."""

    id: int
    title: str
    period: str
    unit: str
    due_on: date


@dataclass(frozen=True)
class WaitingAnswers:
    """Answers of lower units that wait for the unit's review."""

    measure_id: int
    title: str
    count: int
    since: datetime
    """When the first of the answers arrived."""
    due_on: date | None
    """When the first of the reviews is due."""
    campaign: str
    """The title of the campaign."""
    campaign_id: int
    stood_in: int = 0
    """1: a lower unit has given the answers in the place of others; 0 otherwise."""


def list_owed(session: Session, unit_id: int) -> list[Owed]:
    """What the unit owes, by due date. The issuer of a measure owes nothing for the measure."""
    return _OWED.values(session.execute(_LIST_OWED, {"unit": unit_id}))


def list_taken(session: Session, unit_id: int) -> list[TakenWork]:
    """What the unit has taken from lower units by a ruling and still owes, by due date."""
    return _TAKEN.values(session.execute(_LIST_TAKEN, {"unit": unit_id}))


def list_sent_assignments(session: Session, unit_id: int, *, limit: int) -> list[SentAssignment]:
    """What the unit has sent and not got back, the last first. Answers whose correction has begun
    come before all others. One statement."""
    return _SENT.values(session.execute(_LIST_SENT, {"unit": unit_id, "most": limit}))


def list_ended(session: Session, unit_id: int, *, since: datetime, limit: int) -> list[Ended]:
    """Assignments that the unit need not answer any more, with the reason, the last first; one
    statement."""
    given = {"unit": unit_id, "since": since, "most": limit}
    return _ENDED.values(session.execute(_LIST_ENDED, given))


def list_waiting_answers(session: Session, unit_id: int) -> list[WaitingAnswers]:
    """What the unit has to review, by measure. The measure that has waited longest comes first."""
    rows = _WAITING.values(session.execute(_LIST_WAITING, {"unit": unit_id}))
    return sorted(rows, key=lambda answers: answers.since)


def list_assignments_of(
    session: Session, unit_id: int, *, page: int, size: int, campaign_id: int | None = None
) -> tuple[list[Owed], int]:
    """A page of everything the unit was ever given, the newest first, and how many pages of `size`
    there are. `campaign_id`: of that campaign alone."""
    mine = and_(col(Assignment.unit_id) == unit_id, col(Assignment.parent_id).is_not(None))
    if campaign_id is not None:
        own = select(col(Measure.id)).where(col(Measure.campaign_id) == campaign_id)
        mine = and_(mine, col(Assignment.measure_id).in_(own))
    count = session.execute(select(func.count()).select_from(Assignment).where(mine)).scalar_one()
    rows = session.execute(
        select(Assignment, col(Measure.title), col(Campaign.title))
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(Campaign, col(Campaign.id) == Measure.campaign_id)
        .where(mine)
        .order_by(col(Assignment.issued_at).desc(), col(Assignment.id).desc())
        .limit(size)
        .offset((page - 1) * size)
    )
    return [_plain(*row) for row in rows], max(1, -(-count // size))


def _plain(assignment: Assignment, title: str, campaign: str) -> Owed:
    return Owed(
        assignment.id, title, assignment.period, assignment.status, assignment.due_on,
        assignment.lowest, assignment.acknowledged_at, None, None, None,
        closed_at=assignment.closed_at, campaign=campaign, measure_id=assignment.measure_id,
    )  # fmt: skip


def _last_act() -> ScalarSelect[Any]:
    """What was last done to the assignment."""
    own = select(col(Event.act)).where(col(Event.assignment_id) == Assignment.id)
    return own.order_by(col(Event.id).desc()).limit(1).scalar_subquery()


_UNIT = bindparam("unit", type_=Integer)
_OWED = ByName(
    Owed,
    id=col(Assignment.id),
    title=col(Measure.title),
    period=col(Assignment.period),
    status=col(Assignment.status),
    due_on=col(Assignment.due_on),
    lowest=col(Assignment.lowest),
    acknowledged_at=col(Assignment.acknowledged_at),
    reason=col(Review.reason),
    fields=col(Review.fields),
    draft_at=col(Draft.saved_at),
    gate=col(MeasureGate.gate),
    campaign=col(Campaign.title),
    campaign_id=col(Campaign.id),
    measure_id=col(Measure.id),
    opened_again=_last_act() == Act.OPEN_AGAIN,
)
_SENT = ByName(
    SentAssignment,
    id=col(Assignment.id),
    title=col(Measure.title),
    period=col(Assignment.period),
    status=col(Assignment.status),
    sent_at=col(Submission.sent_at),
    late=col(Assignment.late),
    draft_at=col(Draft.saved_at),
    closed_at=col(Assignment.closed_at),
)
_ENDED = ByName(
    Ended,
    id=col(Assignment.id),
    title=col(Measure.title),
    period=col(Assignment.period),
    unit=func.coalesce(Unit.name, ""),
    act=col(Event.act),
    at=col(Event.at),
    reason=col(Event.reason),
    draft_at=col(Draft.saved_at),
    closed_at=col(Assignment.closed_at),
)
_TAKEN = ByName(
    TakenWork,
    id=col(Assignment.id),
    title=col(Measure.title),
    period=col(Assignment.period),
    unit=col(Unit.name),
    due_on=col(Assignment.due_on),
)
_WAITING = ByName(
    WaitingAnswers,
    measure_id=col(Measure.id),
    title=col(Measure.title),
    count=func.count(),
    since=func.min(Assignment.sent_at),
    due_on=func.min(Assignment.review_due_on),
    campaign=col(Campaign.title),
    campaign_id=col(Campaign.id),
    stood_in=func.max(case((col(Assignment.stood_in), 1), else_=0)),
)


def _owed() -> Select[Any]:
    return (
        select(*_OWED.columns)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(Campaign, col(Campaign.id) == Measure.campaign_id)
        .outerjoin(Submission, and_(col(Assignment.status) == Status.RETURNED, is_current()))
        .outerjoin(Review, col(Review.submission_id) == Submission.id)
        .outerjoin(Draft, col(Draft.assignment_id) == Assignment.id)
        .outerjoin(MeasureGate, is_own_gate())
        .where(
            col(Assignment.unit_id) == _UNIT,
            col(Assignment.parent_id).is_not(None),
            OWING,
        )
        .order_by(col(Assignment.due_on), col(Measure.position), col(Assignment.id))
        .limit(MOST)
    )


def _sent() -> Select[Any]:
    return (
        select(*_SENT.columns)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(Submission, is_current())
        .outerjoin(Draft, col(Draft.assignment_id) == Assignment.id)
        .where(
            col(Assignment.unit_id) == _UNIT,
            col(Assignment.status).in_((Status.SUBMITTED, Status.APPROVED, Status.CLOSED)),
        )
        .order_by(
            col(Draft.saved_at).is_(None),
            col(Submission.sent_at).desc(),
            col(Assignment.id).desc(),
        )
        .limit(bindparam("most", type_=Integer))
    )


def _ended() -> Select[Any]:
    withdrawn = and_(col(Assignment.status) == Status.WITHDRAWN, col(Event.act) == Act.WITHDRAW)
    ruled = and_(
        col(Assignment.status).in_((Status.EXCUSED, Status.HANDED_OVER)),
        col(Event.act).in_((Act.EXCUSE, Act.HAND_OVER)),
    )
    closed = and_(
        col(Assignment.status).in_(UNANSWERED),
        col(Event.act) == Act.CLOSE,
        col(Event.at) == col(Assignment.closed_at),
    )
    return (
        select(*_ENDED.columns)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(Event, col(Event.assignment_id) == Assignment.id)
        .outerjoin(Account, col(Account.id) == Event.account_id)
        .outerjoin(Unit, col(Unit.id) == Account.unit_id)
        .outerjoin(Draft, col(Draft.assignment_id) == Assignment.id)
        .where(
            col(Assignment.unit_id) == _UNIT,
            col(Assignment.parent_id).is_not(None),
            or_(withdrawn, closed, ruled),
            col(Event.at) >= bindparam("since", type_=UTCDateTime()),
        )
        .order_by(col(Event.at).desc(), col(Assignment.id).desc())
        .limit(bindparam("most", type_=Integer))
    )


def _taken() -> Select[Any]:
    return (
        select(*_TAKEN.columns)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .where(col(Assignment.taken_by_id) == _UNIT, OWED)
        .order_by(col(Assignment.due_on), col(Assignment.id))
        .limit(MOST)
    )


def _waiting() -> CompoundSelect[Any]:
    """What the units directly below have sent, and what these have sent in the place of others."""
    own, between = aliased(Assignment), aliased(Assignment)
    answers = (
        select(*_WAITING.columns)
        .select_from(Assignment)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(Campaign, col(Campaign.id) == Measure.campaign_id)
        .group_by(col(Measure.id), col(Measure.title), col(Campaign.id), col(Campaign.title))
    )
    direct = answers.join(own, col(own.id) == Assignment.parent_id).where(WAITING_DIRECTLY)
    above = answers.join(between, col(between.id) == Assignment.parent_id)
    above = above.join(own, col(own.id) == between.parent_id).where(WAITING_ABOVE)
    both = (rows.where(col(own.unit_id) == _UNIT) for rows in (direct, above))
    return union_all(*both)


_LIST_OWED, _LIST_SENT, _LIST_ENDED = _owed(), _sent(), _ended()
_LIST_WAITING, _LIST_TAKEN = _waiting(), _taken()
