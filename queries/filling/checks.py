"""Queries for checking a filled form: numbers of units beside, earlier periods, and like texts."""

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    bindparam,
    literal,
    select,
    union_all,
)
from sqlmodel import Session, col

from models import ONCE, AnswerNumber, Assignment, TextPrint
from rules.assignments.states import REPORTED
from rules.filling.checks.circle import MOST_SIBLINGS
from rules.filling.checks.figures import LEAST_SIBLINGS
from rules.forms.answer_numbers import SCALE

MOST_PERIODS = 12
MOST_PRINTS = 1_000
"""The most shared prints that are read. A text that many units share is found all the same."""

Numbers = dict[str, list[Decimal]]
"""Field → numbers."""


def list_sibling_numbers(
    session: Session, assignment: Assignment, fields: Collection[str]
) -> Numbers:
    """The reported numbers of the units beside, which are those below the same unit.

    Where fewer than `LEAST_SIBLINGS` of those have reported, the units of the same level below the
    next unit above count as well. One statement, whatever the number of fields; at most twice
    `MOST_SIBLINGS` units.
    """
    if assignment.parent_id is None or not fields:
        return {}
    rows = session.execute(
        _SIBLINGS,
        {
            "own": assignment.id,
            "parent": assignment.parent_id,
            "level": assignment.level,
            "fields": list(fields),
        },
    ).all()
    near = {assignment_id for assignment_id, is_near, _, _ in rows if is_near}
    enough = len(near) >= LEAST_SIBLINGS
    return _numbers(
        (name, value)
        for assignment_id, _, name, value in rows
        if assignment_id in near or not enough
    )


def _siblings() -> Select[Any]:
    """The statement is built once: building it takes longer than carrying it out."""
    parent = bindparam("parent", type_=Integer)
    above = select(col(Assignment.parent_id)).where(col(Assignment.id) == parent)
    cousins = select(col(Assignment.id)).where(
        col(Assignment.parent_id) == above.scalar_subquery(), col(Assignment.id) != parent
    )
    ids = union_all(
        _reported_below(col(Assignment.parent_id) == parent, near=1),
        _reported_below(col(Assignment.parent_id).in_(cousins), near=0),
    ).subquery()
    return (
        select(ids.c.id, ids.c.near, col(AnswerNumber.field), col(AnswerNumber.value))
        .join(ids, ids.c.id == AnswerNumber.assignment_id)
        .where(col(AnswerNumber.field).in_(bindparam("fields", expanding=True)))
    )


def _reported_below(where: ColumnElement[bool], *, near: int) -> Select[Any]:
    found = (
        select(col(Assignment.id), literal(near).label("near"))
        .where(
            where,
            col(Assignment.id) != bindparam("own", type_=Integer),
            col(Assignment.level) == bindparam("level", type_=String),
            col(Assignment.status).in_(REPORTED),
        )
        .limit(MOST_SIBLINGS)
        .subquery()
    )
    return select(found)


_SIBLINGS = _siblings()


def list_history(session: Session, assignment: Assignment, fields: Collection[str]) -> Numbers:
    """The unit's own reported numbers of up to twelve earlier periods; one statement."""
    if assignment.period == ONCE or not fields:
        return {}
    periods = (
        select(col(Assignment.id))
        .where(
            col(Assignment.measure_id) == assignment.measure_id,
            col(Assignment.unit_id) == assignment.unit_id,
            col(Assignment.period) < assignment.period,
            col(Assignment.status).in_(REPORTED),
        )
        .order_by(col(Assignment.period).desc())
        .limit(MOST_PERIODS)
        .subquery()
    )
    rows = session.execute(
        select(col(AnswerNumber.field), col(AnswerNumber.value))
        .join(periods, periods.c.id == AnswerNumber.assignment_id)
        .where(col(AnswerNumber.field).in_(fields))
    )
    return _numbers((name, value) for name, value in rows)


def _numbers(rows: Iterable[tuple[str, int]]) -> Numbers:
    found: Numbers = {}
    for name, value in rows:
        found.setdefault(name, []).append(Decimal(value) / SCALE)
    return found


def list_like_prints(
    session: Session, assignment: Assignment, prints: Iterable[int]
) -> dict[int, set[int]]:
    """Assignment beside → those of `prints` that its texts share; one statement."""
    wanted = list(prints)
    if assignment.parent_id is None or not wanted:
        return {}
    given = {"parent": assignment.parent_id, "own": assignment.id, "digests": wanted}
    rows = session.execute(_LIKE_PRINTS, given)
    found: dict[int, set[int]] = {}
    for assignment_id, digest in rows:
        found.setdefault(assignment_id, set()).add(digest)
    return found


_LIKE_PRINTS = (
    select(col(TextPrint.assignment_id), col(TextPrint.digest))
    .where(
        col(TextPrint.parent_id) == bindparam("parent", type_=Integer),
        col(TextPrint.digest).in_(bindparam("digests", expanding=True)),
        col(TextPrint.assignment_id) != bindparam("own", type_=Integer),
    )
    .limit(MOST_PRINTS)
)
