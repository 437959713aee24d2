"""Queries for checking filled forms: numbers of units beside, earlier periods, and like texts.

Each question is asked for many forms at once, of whatever measures, in one statement.
"""

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, String, and_, bindparam, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models import ONCE, AnswerNumber, Assignment, TextPrint
from models.parameters import among, given_rows
from rules.assignments.states import REPORTED
from rules.filling.checks.circle import MOST_SIBLINGS, CirclePlace
from rules.forms.answer_numbers import SCALE

MOST_PERIODS = 12
MOST_PRINTS = 1_000
"""The most shared prints of a form that are read. A text that many units share is found all the
same."""


def list_near(
    session: Session, parent_ids: Collection[int], fields: Collection[str]
) -> tuple[dict[CirclePlace, list[int]], dict[int, dict[str, Decimal]]]:
    """The first units by id that have reported below each of these assignments, and their numbers.

    For each assignment above and each level: one more than `MOST_SIBLINGS`, because the one that
    asks is not its own neighbour. One statement, none for no field.
    """
    if not parent_ids or not fields:
        return {}, {}
    near: dict[CirclePlace, list[int]] = {}
    numbers: dict[int, dict[str, Decimal]] = {}
    rows = session.execute(_NEAR, {"parents": list(parent_ids), "fields": list(fields)})
    for parent_id, level, assignment_id, name, value in rows:
        if assignment_id not in numbers:
            near.setdefault(CirclePlace(parent_id, level), []).append(assignment_id)
        numbers.setdefault(assignment_id, {})[name] = Decimal(value) / SCALE
    return near, numbers


def _near() -> Select[Any]:
    """The statement is built once: building it takes longer than carrying it out."""
    rank = func.row_number().over(
        partition_by=(col(Assignment.parent_id), col(Assignment.level)), order_by=col(Assignment.id)
    )
    ranked = (
        select(
            col(Assignment.parent_id), col(Assignment.level), col(Assignment.id), rank.label("rank")
        )
        .where(among(col(Assignment.parent_id), "parents"), col(Assignment.status).in_(REPORTED))
        .subquery()
    )
    return (
        select(
            ranked.c.parent_id, ranked.c.level, ranked.c.id,
            col(AnswerNumber.field), col(AnswerNumber.value),
        )
        .join(AnswerNumber, col(AnswerNumber.assignment_id) == ranked.c.id)
        .where(ranked.c.rank <= MOST_SIBLINGS + 1, among(col(AnswerNumber.field), "fields", String))
        .order_by(ranked.c.id)
    )  # fmt: skip


def list_uppers(session: Session, parent_ids: Collection[int]) -> dict[int, int | None]:
    """Assignment → the assignment above it; one statement."""
    rows = session.execute(_UPPERS, {"ids": list(parent_ids)})
    return dict(rows.tuples().all())


def list_histories(
    session: Session, assignments: Iterable[Assignment], fields: Collection[str]
) -> dict[int, dict[str, list[Decimal]]]:
    """Assignment → field → the unit's own reported numbers of up to twelve earlier periods; one
    statement, none for what is done one time."""
    ids = [assignment.id for assignment in assignments if assignment.period != ONCE]
    found: dict[int, dict[str, list[Decimal]]] = {}
    if not ids or not fields:
        return found
    rows = session.execute(_HISTORIES, {"ids": ids, "fields": list(fields)})
    for assignment_id, name, value in rows:
        numbers = found.setdefault(assignment_id, {}).setdefault(name, [])
        if len(numbers) < MOST_PERIODS:
            numbers.append(Decimal(value) / SCALE)
    return found


def _histories() -> Select[Any]:
    own = aliased(Assignment)
    earlier = and_(
        col(Assignment.measure_id) == own.measure_id,
        col(Assignment.unit_id) == own.unit_id,
        col(Assignment.period) < own.period,
    )
    return (
        select(col(own.id), col(AnswerNumber.field), col(AnswerNumber.value))
        .join(Assignment, earlier)
        .join(AnswerNumber, col(AnswerNumber.assignment_id) == Assignment.id)
        .where(
            among(col(own.id), "ids"),
            col(Assignment.status).in_(REPORTED),
            among(col(AnswerNumber.field), "fields", String),
        )
        .order_by(col(Assignment.period).desc())
    )


def list_like_prints(
    session: Session, wanted: Collection[tuple[int, int]]
) -> dict[int, dict[int, set[int]]]:
    """Assignment above → assignment below it → which of the wanted prints its texts have.

    `wanted`: the assignment above, and a print. One statement, none where nothing is wanted.
    """
    found: dict[int, dict[int, set[int]]] = {}
    if not wanted:
        return found
    given = {"prints": [list(pair) for pair in wanted], "most": MOST_PRINTS * len(wanted)}
    for parent_id, assignment_id, digest in session.execute(_LIKE_PRINTS, given):
        found.setdefault(parent_id, {}).setdefault(assignment_id, set()).add(digest)
    return found


def _like_prints() -> Select[Any]:
    wanted = select(*given_rows("prints", parent_id=Integer, digest=BigInteger)).cte("wanted")
    same = and_(
        col(TextPrint.parent_id) == wanted.c.parent_id, col(TextPrint.digest) == wanted.c.digest
    )
    return (
        select(col(TextPrint.parent_id), col(TextPrint.assignment_id), col(TextPrint.digest))
        .join(wanted, same)
        .limit(bindparam("most", type_=Integer))
    )


_NEAR = _near()
_UPPERS = select(col(Assignment.id), col(Assignment.parent_id)).where(
    among(col(Assignment.id), "ids")
)
_HISTORIES = _histories()
_LIKE_PRINTS = _like_prints()
