"""Queries for comparing waiting answers with each other, for many units above at once."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Select, String, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import (
    AnswerNumber,
    Assignment,
    Comparison,
    Flag,
    FormVersion,
    Status,
    Submission,
    TextPrint,
)
from models.parameters import among
from queries.filling.current_submission import is_current
from rules.assignments.states import REPORTED
from rules.filling.checks.circle import MOST_SIBLINGS, CirclePlace
from rules.forms.answer_numbers import SCALE


class Group(NamedTuple):
    """The assignments below one assignment, with their states now (see `models.Comparison`)."""

    parent_id: int
    own: int
    around: int


class ComparedAnswer(NamedTuple):
    """An assignment whose answer has arrived, with its current submission."""

    assignment: Assignment
    submission_id: int
    form_version_id: int | None
    flags: tuple[Flag, ...]

    @property
    def id(self) -> int:
        return self.assignment.id

    @property
    def place(self) -> CirclePlace:
        assert self.assignment.parent_id is not None
        return CirclePlace(self.assignment.parent_id, self.assignment.level)


Numbers = dict[int, dict[str, Decimal]]
"""Assignment → field → number."""


def list_stale(session: Session) -> list[Group]:
    """The groups with waiting answers that have changed since their comparison; one statement."""
    above, below, beside = aliased(Assignment), aliased(Assignment), aliased(Assignment)
    waiting = select(col(Assignment.parent_id)).where(
        col(Assignment.status) == Status.SUBMITTED, col(Assignment.parent_id).is_not(None)
    )
    around = (
        select(col(beside.id))
        .join(above, col(above.parent_id) == beside.parent_id)
        .where(col(above.id).in_(waiting))
    )
    keys = (col(above.id), col(above.parent_id), col(Comparison.own), col(Comparison.around))
    rows = session.execute(
        select(
            *keys,
            func.sum(below.version),
            func.sum(case((col(below.status) == Status.SUBMITTED, 1), else_=0)),
        )
        .join(below, col(below.parent_id) == above.id)
        .outerjoin(Comparison, col(Comparison.assignment_id) == above.id)
        .where(col(above.id).in_(around.union(waiting)))
        .group_by(*keys)
        .order_by(col(above.id))
    )
    return list(_stale(rows.tuples().all()))


def _stale(rows: Collection[tuple[Any, ...]]) -> Iterator[Group]:
    around: Counter[int | None] = Counter()
    for _, above, _, _, own, _ in rows:
        around[above] += int(own)
    for parent_id, above, seen, seen_around, own, waiting in rows:
        group = Group(parent_id, int(own), around[above])
        if waiting and (seen != group.own or seen_around not in (None, group.around)):
            yield group


def list_compared_answers(session: Session, parent_ids: Collection[int]) -> list[ComparedAnswer]:
    """The reported answers directly below these assignments, in the order of their ids."""
    return _COMPARED.values(session.execute(_COMPARED_BELOW, {"parents": parent_ids}))


_COMPARED = ByName(
    ComparedAnswer,
    assignment=Assignment,
    submission_id=col(Submission.id),
    form_version_id=col(Submission.form_version_id),
    flags=col(Submission.flags),
)
_COMPARED_BELOW: Any = (
    select(*_COMPARED.columns)
    .join(Submission, is_current())
    .where(among(col(Assignment.parent_id), "parents"), col(Assignment.status).in_(REPORTED))
    .order_by(col(Assignment.id))
    .execution_options(populate_existing=True)
)
"""A statement of every page of a review, built once."""


def list_versions(session: Session, ids: Collection[int]) -> dict[int, FormVersion]:
    """Id → form version, for these ids; one statement, none without an id."""
    if not ids:
        return {}
    found = session.scalars(_VERSIONS, {"ids": ids})
    return {version.id: version for version in found}


_VERSIONS = select(FormVersion).where(among(col(FormVersion.id), "ids"))
"""A statement of every page of a review, built once."""


def list_numbers_below(
    session: Session, parent_ids: Collection[int], fields: Collection[str]
) -> Numbers:
    """The numbers of the answers directly below these assignments; none without a field."""
    if not fields:
        return {}
    rows = session.execute(_NUMBERS_BELOW, {"parents": parent_ids, "fields": fields})
    return _numbers(rows.tuples())


_NUMBERS_BELOW = (
    select(col(AnswerNumber.assignment_id), col(AnswerNumber.field), col(AnswerNumber.value))
    .join(Assignment, col(Assignment.id) == AnswerNumber.assignment_id)
    .where(
        among(col(Assignment.parent_id), "parents"),
        col(Assignment.status).in_(REPORTED),
        among(col(AnswerNumber.field), "fields", String),
    )
)
"""A statement of every page of a review, built once."""


def list_further(
    session: Session, parent_ids: Collection[int], fields: Collection[str]
) -> tuple[dict[CirclePlace, list[int]], Numbers]:
    """The answers reported below the units beside, for each of `parent_ids` and each level, and the
    numbers of those answers.

    At most `MOST_SIBLINGS` answers for each, those with the lowest ids. One statement, none without
    a parent or a field.
    """
    if not parent_ids or not fields:
        return {}, {}
    given = {"parents": list(parent_ids), "fields": list(fields)}
    rows = session.execute(_FURTHER, given)
    places: dict[CirclePlace, dict[int, None]] = {}
    found = rows.tuples().all()
    for parent_id, level, assignment_id, _, _ in found:
        places.setdefault(CirclePlace(parent_id, level), {})[assignment_id] = None
    return {place: list(ids) for place, ids in places.items()}, _numbers(row[2:] for row in found)


def _further() -> Select[Any]:
    """The statement is built once: every sending may need it."""
    above, beside = aliased(Assignment), aliased(Assignment)
    rank = func.row_number().over(
        partition_by=(col(above.id), col(Assignment.level)), order_by=col(Assignment.id)
    )
    ranked = (
        select(
            col(above.id).label("parent_id"),
            col(Assignment.level),
            col(Assignment.id),
            rank.label("rank"),
        )
        .join(beside, col(beside.id) == Assignment.parent_id)
        .join(above, col(above.parent_id) == beside.parent_id)
        .where(
            among(col(above.id), "parents"),
            col(beside.id) != above.id,
            col(Assignment.status).in_(REPORTED),
        )
        .subquery()
    )
    return (
        select(
            ranked.c.parent_id,
            ranked.c.level,
            ranked.c.id,
            col(AnswerNumber.field),
            col(AnswerNumber.value),
        )
        .join(AnswerNumber, col(AnswerNumber.assignment_id) == ranked.c.id)
        .where(ranked.c.rank <= MOST_SIBLINGS, among(col(AnswerNumber.field), "fields", String))
        .order_by(ranked.c.parent_id, ranked.c.level, ranked.c.id)
    )


_FURTHER = _further()


def _numbers(rows: Iterable[tuple[int, str, int]]) -> Numbers:
    found: Numbers = {}
    for assignment_id, name, value in rows:
        found.setdefault(assignment_id, {})[name] = Decimal(value) / SCALE
    return found


def list_prints_below(
    session: Session, parent_ids: Collection[int]
) -> dict[int, list[tuple[int, int]]]:
    """Assignment above → (assignment, print) of the texts directly below that assignment."""
    found: dict[int, list[tuple[int, int]]] = {}
    for parent_id, assignment_id, digest in session.execute(_PRINTS, {"parents": parent_ids}):
        found.setdefault(parent_id, []).append((assignment_id, digest))
    return found


_PRINTS = select(
    col(TextPrint.parent_id), col(TextPrint.assignment_id), col(TextPrint.digest)
).where(among(col(TextPrint.parent_id), "parents"))
"""A statement of every page of a review, built once."""


def list_answers(session: Session, submission_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Submission → its answers; one statement, none without a submission."""
    if not submission_ids:
        return {}
    rows = session.execute(
        select(col(Submission.id), col(Submission.answers)).where(
            col(Submission.id).in_(submission_ids)
        )
    )
    return dict(rows.tuples().all())
