"""What is due at the units of one level below an office in the next days, from kept counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, bindparam, func, select
from sqlmodel import Session, col

from models import Addressee, FillTime, FormVersion, Measure, Tally, Unit
from models.parameters import among
from queries.units.unit_groups import Addressees, list_groups_below
from rules.campaigns.congestion import WITHOUT_FORM, AlikeUnits, DueWork
from rules.forms.form_fields import read_form
from rules.forms.minutes import fill_cost


def list_due_work(
    session: Session, owner: Unit, level: str, first: date, last: date
) -> list[DueWork]:
    """What units of the level below `owner` still owe between two days, by measure and day,
    whichever unit has issued it; four statements over kept counts."""
    given = {"unit": owner.id, "lft": owner.lft, "rgt": owner.rgt, "level": level}
    rows = session.execute(_DUE, {**given, "first": first, "last": last}).all()
    minutes = _count_minutes(session, {row.form_version_id for row in rows} - {None})
    return [
        DueWork(
            row.measure_id, row.due_on, row.units, minutes.get(row.form_version_id, WITHOUT_FORM)
        )
        for row in rows
    ]


def list_alike(
    session: Session, owner: Unit, level: str, measure_ids: Collection[int]
) -> list[AlikeUnits]:
    """The units of the level below `owner`, in groups for which the same of these measures are
    meant; two statements over few rows."""
    addressees = _list_addressees(session, measure_ids)
    groups = [group for group in list_groups_below(session, owner.id) if group.level == level]
    return [
        AlikeUnits(
            group.units,
            frozenset(id for id, wanted in addressees.items() if group.answers(wanted)),
        )
        for group in groups
        if group.takes_assignments
    ]


def _list_addressees(session: Session, measure_ids: Collection[int]) -> Mapping[int, Addressees]:
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for measure_id, level, tag in session.execute(_ADDRESSEES, {"measures": sorted(measure_ids)}):
        found[measure_id].add((level, tag))
    return found


def _count_minutes(session: Session, version_ids: Collection[int]) -> dict[int | None, int]:
    """Form version → the minutes that it takes; two statements, and none for no versions."""
    if not version_ids:
        return {}
    given = {"versions": sorted(version_ids)}
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    for version_id, up_to, count in session.execute(_FILL_TIMES, given):
        counts[version_id][up_to] = count
    rows = session.execute(_FIELDS, given)
    return {id: fill_cost(read_form(fields), counts[id]).minutes for id, fields in rows}


def _due() -> Any:
    """Measures that came to the office, and those that units below it have issued."""
    through = _due_at(col(Tally.unit_id) == bindparam("unit", type_=Integer))
    below = _due_at(
        col(Tally.unit_id) == col(Measure.unit_id),
        col(Unit.lft) > bindparam("lft", type_=Integer),
        col(Unit.lft) < bindparam("rgt", type_=Integer),
    )
    return through.union_all(below)


def _due_at(*where: Any) -> Any:
    addressed = (
        select(col(Addressee.id))
        .where(col(Addressee.measure_id) == Tally.measure_id, col(Addressee.level) == Tally.level)
        .correlate(Tally)
        .exists()
    )
    return (
        select(
            col(Tally.measure_id), col(Tally.due_on), col(Measure.form_version_id),
            func.sum(col(Tally.unsent)).label("units"),
        )
        .join(Measure, col(Measure.id) == Tally.measure_id)
        .join(Unit, col(Unit.id) == Measure.unit_id)
        .where(
            *where, addressed,
            col(Tally.level) == bindparam("level"),
            col(Tally.due_on).between(
                bindparam("first", type_=Date), bindparam("last", type_=Date)
            ),
            col(Tally.unsent) > 0,
        )
        .group_by(col(Tally.measure_id), col(Tally.due_on), col(Measure.form_version_id))
    )  # fmt: skip


_DUE = _due()
_ADDRESSEES = select(col(Addressee.measure_id), col(Addressee.level), col(Addressee.tag)).where(
    among(col(Addressee.measure_id), "measures")
)
_FILL_TIMES = select(col(FillTime.form_version_id), col(FillTime.up_to), col(FillTime.count)).where(
    among(col(FillTime.form_version_id), "versions")
)
_FIELDS = select(col(FormVersion.id), col(FormVersion.fields)).where(
    among(col(FormVersion.id), "versions")
)
"""Statements that are built once in the life of the process."""
