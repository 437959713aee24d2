"""Groups of units that are alike, with how many of each lie below a unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Integer, bindparam
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import ALL_TAGS, GroupCount, Unit, UnitGroup
from models.unit_group import Pairs
from queries.units.units import list_levels

Addressees = Collection[tuple[str, str]]
"""(Level, tag) of each addressee of a measure; the tag `ALL_TAGS` stands for every unit."""


class CountedGroup(NamedTuple):
    """A group, and how many of its units lie below a unit."""

    level: str
    takes_assignments: bool
    tags: tuple[str, ...]
    below: Pairs
    units: int

    def answers(self, addressees: Addressees) -> bool:
        """Whether each of the units has the level and a tag of an addressee; see
        `queries.campaigns.addressees.addressed`."""
        return any((self.level, tag) in addressees for tag in (ALL_TAGS, *self.tags))

    def in_scope(self, addressees: Addressees) -> bool:
        """Whether each of the units takes assignments, and answers or stands above a unit that
        answers; see `queries.campaigns.addressees.in_scope`."""
        if not self.takes_assignments:
            return False
        return self.answers(addressees) or any(
            pair in addressees or (pair[0], ALL_TAGS) in addressees for pair in self.below
        )


def list_groups_below(session: Session, unit_id: int) -> Sequence[CountedGroup]:
    """The groups of the units below a unit; one statement over few rows."""
    return _GROUP.values(session.execute(_LIST, {"unit": unit_id}))


def count_by_level(session: Session, unit: Unit) -> dict[str, int]:
    """Code of a level → number of its current units at and below the unit, from the top down."""
    counts = Counter({unit.level: int(unit.valid_to is None)})
    for group in list_groups_below(session, unit.id):
        counts[group.level] += group.units
    return {level.code: counts[level.code] for level in list_levels(session) if counts[level.code]}


_GROUP = ByName(
    CountedGroup,
    level=col(UnitGroup.level),
    takes_assignments=col(UnitGroup.takes_assignments),
    tags=col(UnitGroup.tags),
    below=col(UnitGroup.below),
    units=col(GroupCount.units),
)
_LIST = (
    select(*_GROUP.columns)
    .join(GroupCount, col(GroupCount.group_id) == UnitGroup.id)
    .where(col(GroupCount.unit_id) == bindparam("unit", type_=Integer))
)
