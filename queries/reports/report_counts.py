"""The counts and sums of a report: how far measures have got, what is still to come, and what is
done of targets."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, cast, func, or_, select
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import Addressee, AnswerNumber, Assignment, Measure, Tally, Total
from queries.assignments.asked import WAITS, count_to_come
from queries.assignments.climb import climb
from queries.assignments.still_open import LIVE, OPEN
from rules.assignments.states import REPORTED, REVIEWED
from rules.forms.answer_numbers import SCALE
from rules.forms.form_fields import read_form
from rules.reports.report_figures import target_field
from rules.reports.report_rows import MeasureRow, TallyRow, TargetRow, TotalRow


class Target(NamedTuple):
    """The number that each unit is to reach in one field."""

    field: str
    each: int


def of_campaign(campaign_id: int) -> Select[tuple[int]]:
    """The select of the ids of the campaign's measures."""
    return select(col(Measure.id)).where(col(Measure.campaign_id) == campaign_id)


def list_tallies(
    session: Session, campaign_id: int, units: Select[tuple[int]], as_of: date
) -> list[TallyRow]:
    """What is counted below each of `units`, level by level."""
    overdue = case((col(Tally.due_on) < as_of, col(Tally.unsent)), else_=0)
    counted: dict[str, Any] = {
        "issued": col(Tally.issued),
        "acknowledged": col(Tally.acknowledged),
        "released": col(Tally.released),
        "submitted": col(Tally.submitted),
        "approved": col(Tally.approved),
        "returned": col(Tally.returned),
        "unsent": col(Tally.unsent),
        "overdue": overdue,
        "late": col(Tally.late),
        "answering": col(Tally.answering),
        "reported": col(Tally.reported),
        "reviewed": col(Tally.reviewed),
        "sent": col(Tally.sent),
        "extended": col(Tally.extended),
        "excused": col(Tally.excused),
    }
    key: dict[str, Any] = {
        "measure_id": col(Tally.measure_id),
        "period": col(Tally.period),
        "unit_id": col(Tally.unit_id),
        "level": col(Tally.level),
    }
    sums = {name: func.sum(column) for name, column in counted.items()}
    by_name = ByName(TallyRow, **key, **sums)
    query = (
        select(*by_name.columns)
        .where(
            col(Tally.unit_id).in_(units),
            col(Tally.measure_id).in_(of_campaign(campaign_id)),
        )
        .group_by(*key.values())
        .having(func.sum(col(Tally.issued) + col(Tally.excused)) > 0)
    )
    return by_name.values(session.execute(query))


def list_totals(session: Session, campaign_id: int, units: Select[tuple[int]]) -> list[TotalRow]:
    """What is summed below each of `units`."""
    by_name = ByName(
        TotalRow,
        measure_id=col(Total.measure_id),
        period=col(Total.period),
        unit_id=col(Total.unit_id),
        field=col(Total.field),
        reported_sum=col(Total.reported_sum),
        reported_count=col(Total.reported_count),
        reviewed_sum=col(Total.reviewed_sum),
        reviewed_count=col(Total.reviewed_count),
    )
    query = select(*by_name.columns).where(
        col(Total.unit_id).in_(units),
        col(Total.measure_id).in_(of_campaign(campaign_id)),
    )
    return by_name.values(session.execute(query))


def list_answering(session: Session, campaign_id: int) -> dict[int, set[str]]:
    """Measure → the levels that answer."""
    rows = session.execute(
        select(col(Addressee.measure_id), col(Addressee.level))
        .join(Measure, col(Measure.id) == Addressee.measure_id)
        .where(col(Measure.campaign_id) == campaign_id)
    )
    found: dict[int, set[str]] = {}
    for measure_id, level in rows:
        found.setdefault(measure_id, set()).add(level)
    return found


def list_to_come(
    session: Session, measures: ColumnElement[bool], units: ColumnElement[bool]
) -> dict[tuple[int, int, str], dict[str, int]]:
    """(unit, measure, period) → level → how many units below are still to be asked.

    `measures` and `units` are clauses on Assignment. One statement, and one more where a measure is
    on its way.
    """
    key = (col(Assignment.unit_id), col(Assignment.measure_id), col(Assignment.period))
    rows = session.execute(
        select(col(Assignment.id), *key)
        .outerjoin(
            Tally,
            and_(
                col(Tally.measure_id) == Assignment.measure_id,
                col(Tally.period) == Assignment.period,
                col(Tally.unit_id) == Assignment.unit_id,
            ),
        )
        .where(
            measures,
            units,
            col(Assignment.lowest).is_(False),
            LIVE,
            OPEN,
        )
        .group_by(col(Assignment.id))
        .having(WAITS > 0)
    )
    waiting = {row[0]: (row[1], row[2], row[3]) for row in rows}
    come = count_to_come(session, waiting)
    return {key: come[id] for id, key in waiting.items() if id in come}


def targets_of(
    measures: Sequence[MeasureRow], form_fields: Mapping[int, list[dict[str, Any]]]
) -> dict[int, Target]:
    """Measure → its target, for the measures that have one and sum something."""
    found = {}
    for measure in measures:
        field = target_field(read_form(form_fields.get(measure.form_version_id or 0, [])))
        if measure.target_count is not None and field is not None:
            found[measure.id] = Target(field, measure.target_count)
    return found


def list_targets(session: Session, targets: Mapping[int, Target], units: Any) -> list[TargetRow]:
    """What the units below each of `units` have done of their targets (measure → target); no
    statement without a target."""
    if not targets:
        return []
    groups = _capped(targets).cte("groups")
    reached = climb(groups)
    by = [reached.c[name] for name in ("unit_id", "measure_id", "period")]
    sums = ("reported", "reported_met", "reviewed", "reviewed_met")
    by_name = ByName(
        TargetRow,
        report_unit_id=by[0],
        measure_id=by[1],
        period=by[2],
        **{name: cast(func.sum(reached.c[name]), BigInteger) for name in sums},
    )
    wanted = select(*by_name.columns).where(reached.c.unit_id.in_(units)).group_by(*by)
    return by_name.values(session.execute(wanted))


def _capped(targets: Mapping[int, Target]) -> Any:
    """What the units directly below each assignment have done, each at most its target."""
    value = col(AnswerNumber.value)
    cap = case(
        {measure_id: target.each * SCALE for measure_id, target in targets.items()},
        value=col(Assignment.measure_id),
    )
    done, met = case((value < cap, value), else_=cap), case((value >= cap, 1), else_=0)
    reviewed = col(Assignment.status).in_(REVIEWED)
    fields = [
        and_(col(Assignment.measure_id) == measure_id, col(AnswerNumber.field) == target.field)
        for measure_id, target in targets.items()
    ]
    keys = (col(Assignment.measure_id), col(Assignment.period))
    return (
        select(
            col(Assignment.parent_id).label("above"),
            *keys,
            func.sum(done).label("reported"),
            func.sum(met).label("reported_met"),
            func.sum(case((reviewed, done), else_=0)).label("reviewed"),
            func.sum(case((reviewed, met), else_=0)).label("reviewed_met"),
        )
        .join(AnswerNumber, col(AnswerNumber.assignment_id) == Assignment.id)
        .where(
            or_(*fields),
            col(Assignment.answering),
            col(Assignment.status).in_(REPORTED),
            col(Assignment.parent_id).is_not(None),
        )
        .group_by(col(Assignment.parent_id), *keys)
    )
