"""Units that will be asked and that a measure has not reached yet.

A measure on its way waits at *holders*: assignments from which nothing has gone on. What lies below
a holder and is addressed is still to come. Where nothing waits there is nothing to look up, so that
a page first reads from the kept tallies whether anything does (`WAITS`).
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, and_, case, distinct, exists, func, not_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models import Addressee, Assignment, HandDown, Level, Tally, Unit
from models.parameters import among
from queries.assignments.still_open import LIVE, OPEN
from queries.campaigns.addressees import carries
from queries.units.units import current

_RANK = (
    select(func.max(col(Level.rank)))
    .join(Addressee, col(Addressee.level) == Level.code)
    .where(col(Addressee.measure_id) == Tally.measure_id)
    .correlate(Tally)
    .scalar_subquery()
)
_HELD = (
    select(col(Level.code))
    .where(col(Level.code) == Tally.level, col(Level.rank) < _RANK)
    .correlate(Tally)
    .exists()
)
_PENDING = (
    select(col(HandDown.id))
    .where(
        col(HandDown.done_at).is_(None),
        col(HandDown.measure_id) == Tally.measure_id,
        col(HandDown.period) == Tally.period,
    )
    .correlate(Tally)
    .exists()
)
_NOTHING = case((col(Tally.unit_id).is_(None), 1), else_=0)
WAITS: Any = func.sum(
    case((_HELD, col(Tally.issued) - col(Tally.released)), else_=0)
    + case((_PENDING, 1), else_=0)
    + _NOTHING
)
"""The sum over (outer joined) rows of Tally that is above 0 where the measure may wait at the unit
or below it."""

ANSWERS: Any = (
    select(col(Addressee.level))
    .where(col(Addressee.measure_id) == Tally.measure_id, col(Addressee.level) == Tally.level)
    .correlate(Tally)
    .exists()
)
"""The clause that the level of a row of Tally answers the measure."""


def count_to_come(session: Session, assignment_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Assignment → level → how many units below will be asked and are not reached; one statement.

    No statement where no assignment is given.
    """
    found: dict[int, dict[str, int]] = defaultdict(dict)
    given = sorted(set(assignment_ids))
    if given:
        for assignment_id, level, count in session.execute(_TO_COME, {"waiting": given}):
            found[assignment_id][level] = count
    return found


def held_units(*columns: Any) -> Select[Any]:
    """The select of `columns` from the units that will be asked and are not reached.

    `Unit` is such a unit, and `Assignment` is the holder above it. A unit to which several
    addressees apply comes several times.
    """
    holder: Any = Assignment
    unit: Any = Unit
    held, child = aliased(Unit), aliased(Assignment)
    addressee, level, last, other = (
        aliased(Addressee), aliased(Level), aliased(Level), aliased(Addressee),
    )  # fmt: skip
    lowest_rank = (
        select(func.max(col(last.rank)))
        .join(other, col(other.level) == last.code)
        .where(col(other.measure_id) == holder.measure_id)
        .correlate(holder)
        .scalar_subquery()
    )
    return (
        select(*columns)
        .select_from(holder)
        .join(level, and_(col(level.code) == holder.level, col(level.rank) < lowest_rank))
        .join(held, col(held.id) == holder.unit_id)
        .join(addressee, col(addressee.measure_id) == holder.measure_id)
        .join(
            unit,
            and_(
                col(unit.level) == addressee.level,
                col(unit.lft) > held.lft,
                col(unit.lft) < held.rgt,
            ),
        )
        .where(
            LIVE,
            OPEN,
            not_(exists().where(col(child.parent_id) == holder.id).correlate(holder)),
            col(unit.takes_assignments),
            current(),
            carries(unit, addressee),
        )
    )


def _to_come() -> Select[Any]:
    own, top = aliased(Assignment), aliased(Unit)
    level, count = col(Unit.level), func.count(distinct(col(Unit.id)))
    return (
        held_units(col(own.id), level, count)
        .join(
            own,
            and_(
                col(own.measure_id) == Assignment.measure_id,
                col(own.period) == Assignment.period,
            ),
        )
        .join(top, col(top.id) == own.unit_id)
        .where(among(col(own.id), "waiting"), col(Unit.lft).between(top.lft, top.rgt))
        .group_by(col(own.id), level)
    )


_TO_COME = _to_come()
