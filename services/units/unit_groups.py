"""Groups of units that are alike: counted below each unit, anew after a change of the tree."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, NamedTuple

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from adapters.database import refresh_statistics
from models import ALL_TAGS, GroupCount, Level, Unit, UnitGroup, UnitTag
from queries.units.units import current

MANY = 1000
"""From so many counts on, the statistics for the database's planner are renewed."""


class Traits(NamedTuple):
    """What units of a group share; see `models.UnitGroup`."""

    level: str
    takes_assignments: bool
    tags: tuple[str, ...]
    below: frozenset[tuple[str, str]]

    @property
    def pairs(self) -> set[tuple[str, str]]:
        """What each of the units is to the units above it: its level with its tags."""
        if not self.takes_assignments:
            return set()
        return {(self.level, tag) for tag in self.tags or (ALL_TAGS,)}


def count_groups(session: Session) -> None:
    """Count the groups of units below each unit from nothing.

    The number of statements is constant. The work is linear in the units: a twentieth of a second
    for a region, three seconds for the whole country.
    """
    session.flush()
    tags: dict[int, list[str]] = defaultdict(list)
    for unit_id, tag in session.execute(_TAGS):
        tags[unit_id].append(tag)
    counting = _Counting()
    for unit in session.execute(_UPWARDS):
        counting.add(unit, tuple(tags.get(unit.id, ())))
    session.execute(delete(GroupCount))
    session.execute(delete(UnitGroup))
    if counting.ids:
        session.execute(insert(UnitGroup), [group_row(*made) for made in counting.ids.items()])
    if counting.rows:
        session.execute(insert(GroupCount), counting.rows)
    if len(counting.rows) >= MANY:
        refresh_statistics(session, len(counting.rows), UnitGroup, GroupCount)


def lacks_groups(session: Session) -> bool:
    """Whether nobody has counted the groups yet: in the database of an older version."""
    counted = session.scalars(select(UnitGroup.id).limit(1)).first()
    return counted is None and session.scalars(select(Unit.id).limit(1)).first() is not None


def count_groups_once(session: Session) -> None:
    """Count the groups where nobody has done so. Of two processes that start, one waits."""
    session.execute(select(Level.code).order_by(col(Level.rank)).with_for_update(key_share=True))
    if lacks_groups(session):
        count_groups(session)


class _Counting:
    """One walk over the tree from below: a unit comes before the unit above it."""

    def __init__(self) -> None:
        self.ids: dict[Traits, int] = {}
        self.rows: list[dict[str, int]] = []
        self._counts: dict[int, Counter[int]] = defaultdict(Counter)
        self._below: dict[int, set[tuple[str, str]]] = defaultdict(set)

    def add(self, unit: Any, tags: tuple[str, ...]) -> None:
        """Count the unit with all that lies below it for the unit above."""
        counts = self._counts.pop(unit.id, Counter())
        below = self._below.pop(unit.id, set())
        group = Traits(unit.level, unit.takes_assignments, tags, frozenset(below))
        number = self.ids.setdefault(group, len(self.ids) + 1)
        self.rows += [
            {"unit_id": unit.id, "group_id": each, "units": count} for each, count in counts.items()
        ]
        if unit.parent_id is None:
            return
        above = self._counts[unit.parent_id]
        above.update(counts)
        above[number] += 1
        if group.pairs or below:
            self._below[unit.parent_id] |= group.pairs | below


def group_row(group: Traits, number: int) -> dict[str, Any]:
    """The row of a group."""
    return {**group._asdict(), "below": tuple(sorted(group.below)), "id": number}


_TAGS = select(UnitTag.unit_id, UnitTag.tag).order_by(col(UnitTag.tag))
_UPWARDS = (
    select(Unit.id, Unit.parent_id, Unit.level, Unit.takes_assignments)
    .where(current())
    .order_by(col(Unit.lft).desc())
)
