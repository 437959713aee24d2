"""Groups of units that are alike, after a change of some units' tags: only these units and the
units above them are counted anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, exists, insert
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models import GroupCount, Unit, UnitGroup, UnitTag
from models.parameters import among
from queries.units.units import current
from services.units.unit_groups import Traits, count_groups, group_row

MOST = 2_000
"""Of more changed units than that, all are counted from nothing."""


def recount_groups(session: Session, unit_ids: Collection[int]) -> None:
    """Count the groups below the units above these, whose tags have changed, as `count_groups`
    would.

    What lies below any other unit is as it was and is taken from the kept counts. The work is
    linear in the units directly below those above; the number of statements is constant.
    """
    session.flush()
    if len(unit_ids) > MOST:
        count_groups(session)
        return
    above = set(session.scalars(_ABOVE, {"units": unit_ids}))
    counting = _Counting(session, above)
    counted_before = delete(GroupCount).where(among(col(GroupCount.unit_id), "above"))
    session.execute(counted_before, counting.given)
    if counting.new:
        session.execute(insert(UnitGroup), [group_row(*new) for new in counting.new.items()])
    if counting.rows:
        session.execute(insert(GroupCount), counting.rows)
    session.execute(_FORGET)


class _Counting:
    """The units of `above` with all that lies below them, counted from below."""

    def __init__(self, session: Session, above: set[int]) -> None:
        self.given = {"above": list(above)}
        self.new: dict[Traits, int] = {}
        self._groups: dict[Traits, int] = {
            _group_of(row): row.id for row in session.scalars(select(UnitGroup))
        }
        self._by_id = {number: group for group, number in self._groups.items()}
        self._counts: dict[int, Counter[int]] = defaultdict(Counter)
        units = session.execute(_DIRECTLY_BELOW, self.given).all()
        known = {"units": [unit.id for unit in units]}
        self._tags: dict[int, list[str]] = defaultdict(list)
        for unit_id, tag in session.execute(_TAGS, known):
            self._tags[unit_id].append(tag)
        kept = session.execute(_KEPT, {"units": list({unit.id for unit in units} - above)})
        for unit_id, group_id, count in kept:
            self._counts[unit_id][group_id] = count
        for unit in units:
            self._add(unit)
        self.rows = [
            {"unit_id": unit_id, "group_id": group_id, "units": count}
            for unit_id in above
            for group_id, count in self._counts[unit_id].items()
        ]

    def _add(self, unit: Any) -> None:
        """Count the unit with all that lies below it for the unit above."""
        counts = self._counts[unit.id]
        below = frozenset(pair for number in counts for pair in self._by_id[number].pairs)
        tags = tuple(self._tags[unit.id])
        number = self._number(Traits(unit.level, unit.takes_assignments, tags, below))
        self._counts[unit.parent_id].update(counts)
        self._counts[unit.parent_id][number] += 1

    def _number(self, group: Traits) -> int:
        if group not in self._groups:
            number = max(self._by_id, default=0) + 1
            self._groups[group] = self.new[group] = number
            self._by_id[number] = group
        return self._groups[group]


def _group_of(row: UnitGroup) -> Traits:
    return Traits(row.level, row.takes_assignments, row.tags, frozenset(row.below))


def _above() -> Any:
    upper = aliased(Unit)
    reached: Any = select(col(Unit.parent_id).label("id")).where(among(col(Unit.id), "units"))
    climb = reached.cte("climb", recursive=True)
    further = select(col(upper.parent_id)).join(climb, climb.c.id == upper.id)
    reached_ids = climb.union(further).c.id
    return select(reached_ids).where(reached_ids.is_not(None))


_ABOVE = _above()
_DIRECTLY_BELOW = (
    select(Unit.id, Unit.parent_id, Unit.level, Unit.takes_assignments)
    .where(among(col(Unit.parent_id), "above"), current())
    .order_by(col(Unit.lft).desc())
)
_TAGS = (
    select(UnitTag.unit_id, UnitTag.tag)
    .where(among(col(UnitTag.unit_id), "units"))
    .order_by(col(UnitTag.tag))
)
_KEPT = select(GroupCount.unit_id, GroupCount.group_id, GroupCount.units).where(
    among(col(GroupCount.unit_id), "units")
)
_FORGET = delete(UnitGroup).where(~exists().where(col(GroupCount.group_id) == UnitGroup.id))
"""Groups of which no unit is left. The group of the tree's top is one of them."""
