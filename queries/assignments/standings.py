"""How far measures have got below a unit, measure by measure. What is counted stands in
`rules.assignments.counting`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, select
from sqlmodel import Session, col

from models import Assignment, Campaign, Measure, Tally
from queries.assignments.asked import WAITS, count_to_come
from queries.assignments.inbox import MOST
from queries.assignments.progress import answer_sums, answers_of
from queries.assignments.still_open import LIVE, OPEN
from rules.assignments.counting import Answers


@dataclass(frozen=True)
class MeasureStanding:
    """How far a measure has got below the unit."""

    assignment_id: int
    measure_id: int
    title: str
    period: str
    due_on: date
    answers: Answers
    campaign: str
    """The title of the campaign."""
    campaign_id: int


def list_standings(session: Session, unit_id: int, today: date) -> list[MeasureStanding]:
    """How far each measure has got below the unit, by due date; one statement, and one more where a
    measure is still on its way.

    Measures that are closed or withdrawn for the unit are left out.
    """
    return _told(session, session.execute(_STANDINGS, {"unit": unit_id, "today": today}).all())


def list_campaign_standings(
    session: Session, campaign: Campaign, today: date
) -> list[MeasureStanding]:
    """How far each released measure of the campaign has got below its owner, closed ones as well,
    by due date; one statement, and one more where a measure is still on its way."""
    given = {"unit": campaign.unit_id, "campaign": campaign.id, "today": today}
    return _told(session, session.execute(_OF_CAMPAIGN, given).all())


def _told(session: Session, rows: Sequence[Any]) -> list[MeasureStanding]:
    come = count_to_come(session, [row[0] for row in rows if row.waits and not row.closed_at])
    return [_standing(row, come.get(row[0], {})) for row in rows]


def _standing(row: Any, come: Mapping[str, int]) -> MeasureStanding:
    assignment_id, measure_id, title, period, due_on, campaign, campaign_id, *_more = row
    answers = replace(answers_of(row), to_come=sum(come.values()))
    return MeasureStanding(
        assignment_id, measure_id, title, period, due_on, answers, campaign, campaign_id
    )


def _standings(*which: ColumnElement[bool]) -> Any:
    keys = (
        col(Assignment.id), col(Measure.id), col(Measure.title),
        col(Assignment.period), col(Assignment.due_on), col(Campaign.title),
        col(Campaign.id), col(Measure.position), col(Assignment.closed_at),
    )  # fmt: skip
    return (
        select(*keys, WAITS.label("waits"), *answer_sums())
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(Campaign, col(Campaign.id) == Measure.campaign_id)
        .join(
            Tally,
            and_(
                col(Tally.measure_id) == Assignment.measure_id,
                col(Tally.period) == Assignment.period,
                col(Tally.unit_id) == Assignment.unit_id,
            ),
        )
        .where(
            col(Assignment.unit_id) == bindparam("unit", type_=Integer),
            LIVE,
            *which,
        )
        .group_by(*keys)
        .order_by(col(Assignment.due_on), col(Measure.position), col(Assignment.id))
        .limit(MOST)
    )


_STANDINGS = _standings(OPEN)
_OF_CAMPAIGN = _standings(col(Measure.campaign_id) == bindparam("campaign", type_=Integer))
"""Statements that are built once in the life of the process."""
