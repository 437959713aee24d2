"""The units that a report lists by name, and how many units have answered everything."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import (
    Account,
    Assignment,
    Decline,
    Level,
    Measure,
    MeasureAct,
    MeasureEvent,
    Review,
    Ruling,
    Status,
    Submission,
    Unit,
)
from queries.assignments.asked import held_units
from queries.assignments.still_open import LIVE, OWED
from queries.filling.current_submission import is_current
from queries.filling.stand_ins import has_stand_in
from rules.assignments.states import REPORTED, UNANSWERED
from rules.reports.report_rows import LIST_ROWS, CoverageRow, NamedRow, ShortRow


def list_named(
    session: Session, campaign_id: int, unit_ids: Sequence[int], *, as_of: date
) -> dict[str, list[NamedRow]]:
    """Kind of list → its rows for all the units; one statement for each kind."""
    return {
        kind: _named(session, campaign_id, unit_ids, condition)
        for kind, condition in _list_conditions(as_of).items()
    }


def _list_conditions(as_of: date) -> dict[str, ColumnElement[bool]]:
    """Kind of list (the keys of `report_rows.LISTS`) → the clause for its assignments."""
    return {
        "returned": col(Assignment.status) == Status.RETURNED,
        "overdue": and_(OWED, col(Assignment.due_on) < as_of),
        "late": and_(col(Assignment.late), LIVE),
        "excused": and_(col(Assignment.answering), col(Assignment.status) == Status.EXCUSED),
        "missing": and_(col(Assignment.answering), col(Assignment.status).in_(UNANSWERED)),
    }


def _named(
    session: Session, campaign_id: int, unit_ids: Sequence[int], condition: ColumnElement[bool]
) -> list[NamedRow]:
    """The first `LIST_ROWS` assignments of a list for each reported unit, upper levels first."""
    first = _first_assignments(campaign_id, unit_ids, condition).subquery()
    above: Any = aliased(Unit)
    by_name = ByName(
        NamedRow,
        report_unit_id=first.c.report_unit_id,
        code=col(Unit.code),
        name=col(Unit.name),
        level=col(Unit.level),
        above=func.coalesce(above.name, ""),
        measure_id=col(Assignment.measure_id),
        period=col(Assignment.period),
        due_on=col(Assignment.due_on),
        status=col(Assignment.status),
        sent_at=col(Assignment.sent_at),
        closed_at=col(Assignment.closed_at),
        reason=func.coalesce(Decline.ruling_reason, Review.reason),
        stood_in=and_(col(Assignment.status).in_(REPORTED), has_stand_in()),
    )
    query = (
        select(*by_name.columns)
        .join(Assignment, col(Assignment.id) == first.c.assignment_id)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .outerjoin(above, above.id == Unit.parent_id)
        .outerjoin(
            Submission,
            and_(is_current(), col(Assignment.status) == Status.RETURNED),
        )
        .outerjoin(Review, col(Review.submission_id) == Submission.id)
        .outerjoin(
            Decline,
            and_(
                col(Assignment.status) == Status.EXCUSED,
                col(Decline.assignment_id) == Assignment.id,
                col(Decline.ruling) == Ruling.EXCUSE,
            ),
        )
        .where(first.c.place <= LIST_ROWS)
        .order_by(first.c.report_unit_id, first.c.place)
    )
    return by_name.values(session.execute(query))


def _first_assignments(
    campaign_id: int, unit_ids: Sequence[int], condition: ColumnElement[bool]
) -> Select[Any]:
    reported: Any = aliased(Unit)
    order = (
        col(Level.rank),
        col(Measure.position),
        col(Measure.id),
        col(Assignment.period),
        col(Unit.lft),
    )
    place = func.row_number().over(partition_by=reported.id, order_by=order)
    return (
        select(
            reported.id.label("report_unit_id"),
            col(Assignment.id).label("assignment_id"),
            place.label("place"),
        )
        .select_from(reported)
        .join(Unit, and_(col(Unit.lft) > reported.lft, col(Unit.lft) < reported.rgt))
        .join(Assignment, col(Assignment.unit_id) == Unit.id)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(Level, col(Level.code) == Assignment.level)
        .where(col(reported.id).in_(unit_ids), col(Measure.campaign_id) == campaign_id, condition)
    )


def list_coverage(
    session: Session, campaign_id: int, unit_ids: Sequence[int], *, to_come: bool
) -> list[CoverageRow]:
    """How many units below each of `unit_ids` will be asked something, and how many are complete.

    A unit counts once, however many assignments it has. It is complete when all of them are
    answered and nothing is to come. `to_come`: a measure is still on its way.
    """
    measures = select(col(Measure.id)).where(col(Measure.campaign_id) == campaign_id)
    of_campaign = col(Assignment.measure_id).in_(measures)
    asked: Any = select(
        col(Assignment.unit_id).label("unit_id"),
        case((col(Assignment.status).in_(REPORTED), 1), else_=0).label("answered"),
    ).where(of_campaign, col(Assignment.answering), LIVE)
    if to_come:
        held = held_units(col(Unit.id), literal(0)).where(of_campaign)
        asked = union_all(asked, held)
    parts = asked.subquery()
    units = (
        select(parts.c.unit_id, func.min(parts.c.answered).label("complete"))
        .group_by(parts.c.unit_id)
        .subquery()
    )
    reported: Any = aliased(Unit)
    by_name = ByName(
        CoverageRow,
        report_unit_id=reported.id,
        expected=func.count(),
        complete=func.sum(units.c.complete),
    )
    query = (
        select(*by_name.columns)
        .select_from(units)
        .join(Unit, col(Unit.id) == units.c.unit_id)
        .join(reported, and_(col(Unit.lft) > reported.lft, col(Unit.lft) < reported.rgt))
        .where(col(reported.id).in_(unit_ids))
        .group_by(reported.id)
    )
    return by_name.values(session.execute(query))


def list_short(session: Session, campaign_id: int) -> list[ShortRow]:
    """The releases that somebody had to sign for, the latest of each period last."""
    by_name = ByName(
        ShortRow,
        measure_id=col(MeasureEvent.measure_id),
        period=col(MeasureEvent.period),
        differs=col(MeasureEvent.differs),
        account=func.coalesce(Account.name, ""),
        reason=col(MeasureEvent.reason),
    )
    query = (
        select(*by_name.columns)
        .select_from(MeasureEvent)
        .join(Measure, col(Measure.id) == MeasureEvent.measure_id)
        .outerjoin(Account, col(Account.id) == MeasureEvent.account_id)
        .where(
            col(Measure.campaign_id) == campaign_id,
            col(MeasureEvent.act).in_((MeasureAct.RELEASE, MeasureAct.OPEN_PERIOD)),
            col(MeasureEvent.reason) != "",
        )
        .order_by(col(MeasureEvent.id))
    )
    return by_name.values(session.execute(query))
