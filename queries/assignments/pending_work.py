"""What a unit has to do for lower units besides reviewing: rule, give time, answer in their
place."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Integer, bindparam, func, select
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import Assignment, Decline, Extension, Trouble
from queries.assignments.complaints import OpenComplaints, open_complaint_counts
from queries.assignments.declines import Declined, list_waiting_declines, waiting_for
from queries.assignments.extensions import requested_of
from queries.assignments.inbox import TakenWork, list_taken
from queries.assignments.still_open import OWED
from queries.campaigns.troubles import open_for

MOST_DECLINES = 10
"""How many declines the first page lists; the rest is a click away."""


class _Counts(NamedTuple):
    declines: int
    requests: int
    taken: int
    owed: int
    answered: int
    troubles: int


@dataclass(frozen=True)
class Pending:
    """What waits for a unit besides its own assignments and its reviews."""

    declines: list[Declined]
    """What the unit is to rule about, at most `MOST_DECLINES`."""
    requests: int
    """How many requests for more time wait for the unit."""
    taken: list[TakenWork]
    """What the unit answers in the place of lower units."""
    complaints: OpenComplaints
    troubles: int
    """How many things keep scheduled work from being done; offices are told."""


def read_pending(session: Session, unit_id: int) -> Pending:
    """What waits for the unit; one statement, and one more for each kind of which there is
    something to list."""
    counts = _COUNTED.value(session.execute(_COUNTS, {"unit": unit_id}).one())
    limit = MOST_DECLINES
    return Pending(
        [*list_waiting_declines(session, unit_id, limit=limit)] if counts.declines else [],
        counts.requests,
        list_taken(session, unit_id) if counts.taken else [],
        OpenComplaints(counts.owed, counts.answered),
        counts.troubles,
    )


_UNIT = bindparam("unit", type_=Integer)
_COUNTED = ByName(
    _Counts,
    declines=select(func.count())
    .select_from(Decline)
    .join(Assignment, col(Assignment.id) == Decline.assignment_id)
    .where(waiting_for(_UNIT))
    .scalar_subquery(),
    requests=select(func.count())
    .select_from(Extension)
    .join(Assignment, col(Assignment.id) == Extension.assignment_id)
    .where(requested_of(_UNIT))
    .scalar_subquery(),
    taken=select(func.count())
    .select_from(Assignment)
    .where(col(Assignment.taken_by_id) == _UNIT, OWED)
    .scalar_subquery(),
    troubles=select(func.count()).select_from(Trouble).where(*open_for(_UNIT)).scalar_subquery(),
    **open_complaint_counts(_UNIT)._asdict(),
)
_COUNTS = select(*_COUNTED.columns)
"""Built once in the life of the process."""
