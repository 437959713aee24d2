"""Queries for workbooks: the rows of many units at once, uploads, and receipts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, select
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import (
    Assignment,
    Submission,
    Unit,
    WorkbookUpload,
)
from queries.assignments.still_open import LIVE
from rules.sentences.not_found import NotFound


class SentRow(NamedTuple):
    """One submission that came with a workbook."""

    unit: Unit
    receipt: str
    assignment_id: int


def rows_of(own: Assignment) -> ColumnElement[bool]:
    """The clause for the assignments that have a row in the workbook of `own`'s unit.

    A lowest unit has one row, for its own assignment. Another unit has a row for each lowest
    assignment directly below that answers a form.
    """
    return _rows(own.lowest, own.id)


def _rows(lowest: bool, own_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    chosen = col(Assignment.id) if lowest else col(Assignment.parent_id)
    return and_(
        chosen == own_id,
        col(Assignment.lowest),
        col(Assignment.answering),
        LIVE,
    )


def _counted(lowest: bool) -> Select[Any]:
    rows = _rows(lowest, bindparam("own", type_=Integer))
    return select(func.count()).select_from(Assignment).where(rows)


_COUNT_OWN, _COUNT_BELOW = _counted(True), _counted(False)
"""Statements of every page of an assignment, built once."""


def count_rows(session: Session, own: Assignment) -> int:
    """How many rows the workbook of `own`'s unit has; 0: there is no workbook."""
    counted = _COUNT_OWN if own.lowest else _COUNT_BELOW
    count: int = session.scalars(counted, {"own": own.id}).one()
    return count


def get_workbook_upload(session: Session, assignment_id: int, token: str) -> WorkbookUpload:
    """The upload of the assignment with this token. Raises `NotFound`."""
    found = session.scalar(
        select(WorkbookUpload).where(
            col(WorkbookUpload.token) == token,
            col(WorkbookUpload.assignment_id) == assignment_id,
        )
    )
    if found is None:
        raise NotFound
    return found


def list_sent_uploads(session: Session, send_keys: Collection[str]) -> list[SentRow]:
    """The submissions with these send keys, in the order of the tree."""
    by_name = ByName(
        SentRow,
        unit=Unit,
        receipt=col(Submission.receipt),
        assignment_id=col(Submission.assignment_id),
    )
    rows = session.execute(
        select(*by_name.columns)
        .join(Assignment, col(Assignment.unit_id) == Unit.id)
        .join(Submission, col(Submission.assignment_id) == Assignment.id)
        .where(col(Submission.send_key).in_(send_keys))
        .order_by(col(Unit.lft))
    )
    return by_name.values(rows)
