"""The climb: what assignments say is brought to every unit above them."""

from sqlalchemy import CTE, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models import Assignment


def climb(groups: CTE) -> CTE:
    """Each row of `groups` once for every unit above the row, with that unit as `unit_id`.

    The column `above` of `groups` holds the assignment directly above. `groups` is grouped by that
    column, so that few rows climb. The climb follows assignments and not the tree of units: when a
    unit moves in the tree, the figures of last year stay where they were. The climb ends at the
    unit that issued the measure.
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
