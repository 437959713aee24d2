"""Queries about complaints: those of a unit and of all units below, and the answers that are
owed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Assignment, Complaint, ComplaintAnswer, ComplaintKind, Measure, Unit
from queries.units.visibility import visible_units
from rules.assignments.complaints import ComplaintStanding, standing_of
from rules.sentences.not_found import NotFound

_issuer, _above, _passed_to, _answering = (aliased(Unit) for _ in range(4))
_of_answer = aliased(ComplaintAnswer)
_latest_id = (
    select(func.max(_of_answer.id))
    .where(col(_of_answer.complaint_id) == Complaint.id)
    .scalar_subquery()
)


class WhichComplaints(StrEnum):
    """Which complaints a list shows."""

    ALL = "all"
    OWED = "owed"
    """Those that the viewer's unit owes an answer."""
    OWN = "own"
    """Those of the viewer's own unit."""


class Written(NamedTuple):
    """One complaint, the unit that wrote it, what it is about, and who is asked."""

    complaint: Complaint
    unit: Unit
    title: str | None
    """The title of the measure; None: no measure is meant."""
    issuer: str | None
    above: str | None
    passed_to: str | None
    helped: bool | None
    """What the unit says of the latest answer."""

    def standing(self, today: date) -> ComplaintStanding:
        """How far the complaint has got."""
        return standing_of(self.complaint, self.helped, today)

    @property
    def asked(self) -> list[str]:
        """The names of the units that owe the answer, or owed it."""
        if self.passed_to is not None:
            return [self.passed_to]
        return list(dict.fromkeys(name for name in (self.above, self.issuer) if name))


_BY_NAME = ByName(
    Written,
    complaint=Complaint,
    unit=Unit,
    title=Measure.title,
    issuer=_issuer.name,
    above=_above.name,
    passed_to=_passed_to.name,
    helped=ComplaintAnswer.helped,
)


def _joined(statement: Any) -> Any:
    return (
        statement.select_from(Complaint)
        .join(Unit, col(Unit.id) == Complaint.unit_id)
        .outerjoin(Assignment, col(Assignment.id) == Complaint.assignment_id)
        .outerjoin(Measure, col(Measure.id) == Assignment.measure_id)
        .outerjoin(_issuer, _issuer.id == Complaint.issuer_id)
        .outerjoin(_above, _above.id == Complaint.above_id)
        .outerjoin(_passed_to, _passed_to.id == Complaint.passed_to_id)
        .outerjoin(ComplaintAnswer, col(ComplaintAnswer.id) == _latest_id)
    )


def owed_by(unit_id: Any) -> ColumnElement[bool]:
    """The clause on `Complaint` "the unit owes an answer"."""
    first = and_(
        col(Complaint.passed_to_id).is_(None),
        or_(col(Complaint.above_id) == unit_id, col(Complaint.issuer_id) == unit_id),
    )
    return and_(
        col(Complaint.answered_at).is_(None),
        col(Complaint.answer_due_on).is_not(None),
        or_(first, col(Complaint.passed_to_id) == unit_id),
    )


def list_complaints(
    session: Session,
    viewer: Unit,
    *,
    shown: WhichComplaints = WhichComplaints.ALL,
    kind: ComplaintKind | None = None,
    page: int,
    size: int,
) -> tuple[Sequence[Written], int]:
    """A page of the complaints of the viewer's unit and of the units below, and how many pages of
    `size` there are. The newest come first; of those that are owed, the one due first."""
    clauses = [visible_units(viewer)]
    if shown == WhichComplaints.OWED:
        clauses.append(owed_by(viewer.id))
    if shown == WhichComplaints.OWN:
        clauses.append(col(Complaint.unit_id) == viewer.id)
    if kind is not None:
        clauses.append(col(Complaint.kind) == kind)
    count = session.exec(_counted().where(*clauses)).one()
    first = [col(Complaint.answer_due_on)] if shown == WhichComplaints.OWED else []
    rows = session.execute(
        _joined(select(*_BY_NAME.columns))
        .where(*clauses)
        .order_by(*first, col(Complaint.id).desc())
        .limit(size)
        .offset((page - 1) * size)
    )
    return _BY_NAME.values(rows), max(1, -(-count // size))


def _counted() -> Any:
    joined: Select[Any] = select(func.count()).select_from(Complaint)
    return joined.join(Unit, col(Unit.id) == Complaint.unit_id)


def read_complaint(session: Session, viewer: Unit, complaint_id: int) -> Written:
    """One complaint. Raises `NotFound` for one that is not there or not visible."""
    rows = session.execute(
        _joined(select(*_BY_NAME.columns))
        .where(col(Complaint.id) == complaint_id)
        .where(visible_units(viewer))
    )
    found = _BY_NAME.values(rows)
    if not found:
        raise NotFound
    return found[0]


class Answered(NamedTuple):
    """One answer and the unit that gave the answer."""

    answer: ComplaintAnswer
    unit: str


def list_complaint_answers(session: Session, complaint_id: int) -> Sequence[Answered]:
    """The answers to a complaint, the first one first."""
    by_name = ByName(Answered, answer=ComplaintAnswer, unit=_answering.name)
    rows = session.execute(
        select(*by_name.columns)
        .join(_answering, _answering.id == ComplaintAnswer.unit_id)
        .where(col(ComplaintAnswer.complaint_id) == complaint_id)
        .order_by(col(ComplaintAnswer.id))
    )
    return by_name.values(rows)


def latest_answer(session: Session, complaint_id: int) -> ComplaintAnswer | None:
    """The answer to a complaint that was given last."""
    return session.exec(
        select(ComplaintAnswer)
        .where(col(ComplaintAnswer.complaint_id) == complaint_id)
        .order_by(col(ComplaintAnswer.id).desc())
        .limit(1)
    ).one_or_none()


class OpenComplaints(NamedTuple):
    """What a unit has to do about complaints."""

    owed: int
    """How many complaints the unit owes an answer."""
    answered: int
    """How many answers to complaints of the unit it has not said anything of."""


def open_complaint_counts(unit: Any) -> OpenComplaints:
    """Both counts of the unit with this id as columns of a statement."""
    owed = select(func.count()).select_from(Complaint).where(owed_by(unit))
    answered = (
        select(func.count())
        .select_from(Complaint)
        .join(ComplaintAnswer, col(ComplaintAnswer.complaint_id) == Complaint.id)
        .where(col(Complaint.unit_id) == unit)
        .where(col(Complaint.answered_at) == ComplaintAnswer.at)
        .where(col(ComplaintAnswer.helped).is_(None))
    )
    counted: tuple[Any, Any] = (owed.scalar_subquery(), answered.scalar_subquery())
    return OpenComplaints(owed=counted[0], answered=counted[1])
