"""The climb: what assignments say, brought to every unit above them."""

from sqlalchemy import CTE, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models import Assignment


def climb(groups: CTE) -> CTE:
    """Each row of `groups` once for every unit above it, with that unit as `unit_id`.

    `groups` holds in `above` the assignment directly above, and is grouped by it, so that few rows
    climb. Along the assignments, not along the units: a unit that has moved since leaves what was
    of last year where it was. The way ends at the unit that issued the measure.
    """
    upper, next_upper = aliased(Assignment), aliased(Assignment)
    names = [column.name for column in groups.c if column.name != "above"]
    reached = (
        select(
            col(upper.parent_id).label("above"),
            col(upper.unit_id).label("unit_id"),
            *(groups.c[name] for name in names),
        )
        .join(groups, groups.c.above == upper.id)
        .cte("climb", recursive=True)
    )
    further = select(
        col(next_upper.parent_id), col(next_upper.unit_id), *(reached.c[name] for name in names)
    ).join(reached, reached.c.above == next_upper.id)
    return reached.union_all(further)
