"""What grew on the way down: each level's details are a layer of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, literal, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import Account, Act, Assignment, Detail, Event, Status, Unit
from queries.units.units import within
from rules.assignments.states import BY_ITSELF


class Layer(NamedTuple):
    """What one unit above the lowest level has done with the measure before it went on."""

    unit: Unit
    assignment: Assignment
    detail: Detail | None
    """None: the unit has added nothing."""
    account: str
    """The name of the account that wrote the detail."""
    by_itself: Act | None
    """The act by which the measure went on by itself; None: the unit released it, or has not."""

    @property
    def adds(self) -> bool:
        """Whether the unit has added anything."""
        detail = self.detail
        return detail is not None and bool(detail.text or detail.due_on or detail.contact)


class LayerKind(StrEnum):
    """Which layers a list is narrowed to."""

    ADDED = "added"
    EARLIER = "earlier"
    """The unit has set an earlier due date for what lies below."""
    BY_ITSELF = "by_itself"
    HELD = "held"
    """The measure has not gone on."""


@dataclass(frozen=True)
class LayerFilter:
    """What a list of layers is narrowed to."""

    kind: LayerKind | None = None
    level: str = ""


def list_layers(session: Session, assignment: Assignment) -> Sequence[Layer]:
    """The layers on the way from the issuer to the assignment, from the top down: of the units
    between, and the unit's own where it has lower units. One statement.

    Nothing that a unit beside has added is among them.
    """
    return _LAYER.values(session.execute(_CLIMB, {"one": assignment.id}))


def list_layers_below(
    session: Session,
    measure_id: int,
    period: str,
    here: Unit,
    chosen: LayerFilter,
    *,
    page: int,
    size: int,
) -> Sequence[Layer]:
    """A page of the layers at a unit and below it, in the order of the tree; one statement."""
    wanted = _layers().where(*_place(measure_id, period, here), *_chosen(chosen))
    rows = wanted.order_by(col(Unit.lft)).limit(size).offset((page - 1) * size)
    return _LAYER.values(session.execute(rows))


def count_layers(
    session: Session, measure_id: int, period: str, here: Unit, chosen: LayerFilter
) -> int:
    """How many layers such a list has; one statement."""
    wanted = (
        select(func.count())
        .select_from(Assignment)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .outerjoin(Detail, col(Detail.assignment_id) == Assignment.id)
        .where(*_place(measure_id, period, here), *_chosen(chosen))
    )
    found: int = session.execute(wanted).scalar_one()
    return found


def _place(measure_id: int, period: str, here: Unit) -> list[ColumnElement[bool]]:
    return [
        col(Assignment.measure_id) == measure_id,
        col(Assignment.period) == period,
        col(Assignment.parent_id).is_not(None),
        within(here),
        _IN_BETWEEN,
    ]


def _chosen(chosen: LayerFilter) -> list[ColumnElement[bool]]:
    clauses = [_KINDS[chosen.kind]] if chosen.kind else []
    return [*clauses, *([col(Assignment.level) == chosen.level] if chosen.level else [])]


_IN_BETWEEN = and_(~col(Assignment.lowest), col(Assignment.status) != Status.WITHDRAWN)
_BY_ITSELF = (
    select(col(Event.act))
    .where(col(Event.assignment_id) == Assignment.id, col(Event.act).in_(BY_ITSELF))
    .order_by(col(Event.id).desc())
    .limit(1)
    .correlate(Assignment)
    .scalar_subquery()
)
_KINDS: dict[LayerKind, ColumnElement[bool]] = {
    LayerKind.ADDED: or_(
        col(Detail.text) != "", col(Detail.contact) != "", col(Detail.due_on).is_not(None)
    ),
    LayerKind.EARLIER: col(Detail.due_on).is_not(None),
    LayerKind.BY_ITSELF: _BY_ITSELF.is_not(None),
    LayerKind.HELD: col(Assignment.released_at).is_(None),
}
_LAYER = ByName(
    Layer,
    unit=Unit,
    assignment=Assignment,
    detail=Detail,
    account=func.coalesce(Account.name, ""),
    by_itself=_BY_ITSELF,
)


def _layers() -> Select[Any]:
    return (
        select(*_LAYER.columns)
        .select_from(Assignment)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .outerjoin(Detail, col(Detail.assignment_id) == Assignment.id)
        .outerjoin(Account, col(Account.id) == Detail.written_by)
    )


def _climb() -> Select[Any]:
    """The climb goes along the assignments, which are few, and not along the list of units."""
    upper = aliased(Assignment)
    reached = (
        select(col(Assignment.id), col(Assignment.parent_id), literal(0, Integer).label("height"))
        .where(col(Assignment.id) == bindparam("one", type_=Integer))
        .cte("way_up", recursive=True)
    )
    further = select(col(upper.id), col(upper.parent_id), reached.c.height + 1).join(
        reached, reached.c.parent_id == upper.id
    )
    climb = reached.union_all(further)
    return (
        _layers()
        .join(climb, climb.c.id == Assignment.id)
        .where(_IN_BETWEEN, col(Assignment.parent_id).is_not(None))
        .order_by(climb.c.height.desc())
    )


_CLIMB = _climb()
"""The statement of every page of an assignment, built once."""
