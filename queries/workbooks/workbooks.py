"""Queries for workbooks: the rows of many units at once, uploads, and receipts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import (
    ONCE,
    AnswerNumber,
    Assignment,
    Attachment,
    Status,
    Submission,
    TextPrint,
    Unit,
    WorkbookUpload,
)
from queries.filling.checks import MOST_PERIODS
from rules.assignments.states import REPORTED
from rules.filling.answer_sheet import AnswerSheet
from rules.forms.answer_numbers import SCALE
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
    chosen = col(Assignment.id) if own.lowest else col(Assignment.parent_id)
    return and_(
        chosen == own.id,
        col(Assignment.lowest),
        col(Assignment.answering),
        col(Assignment.status) != Status.WITHDRAWN,
    )


def count_rows(session: Session, own: Assignment) -> int:
    """How many rows the workbook of `own`'s unit has; 0: there is no workbook."""
    return session.scalars(select(func.count()).select_from(Assignment).where(rows_of(own))).one()


def list_histories(
    session: Session, sheets: Sequence[AnswerSheet], fields: Collection[str]
) -> dict[int, dict[str, list[Decimal]]]:
    """Unit → field → its reported numbers of up to twelve earlier periods; one statement."""
    first = sheets[0].assignment
    if first.period == ONCE or not fields:
        return {}
    rows = session.execute(
        select(col(Assignment.unit_id), col(AnswerNumber.field), col(AnswerNumber.value))
        .join(AnswerNumber, col(AnswerNumber.assignment_id) == Assignment.id)
        .where(
            col(Assignment.measure_id) == first.measure_id,
            col(Assignment.unit_id).in_([sheet.assignment.unit_id for sheet in sheets]),
            col(Assignment.period) < first.period,
            col(Assignment.status).in_(REPORTED),
            col(AnswerNumber.field).in_(fields),
        )
        .order_by(col(Assignment.period).desc())
    )
    found: dict[int, dict[str, list[Decimal]]] = {}
    for unit_id, name, value in rows:
        numbers = found.setdefault(unit_id, {}).setdefault(name, [])
        if len(numbers) < MOST_PERIODS:
            numbers.append(Decimal(value) / SCALE)
    return found


def list_like_texts(
    session: Session, parent_id: int, prints: Iterable[int]
) -> Mapping[int, set[int]]:
    """Assignment below `parent_id` → those of `prints` that its texts have; one statement."""
    wanted = set(prints)
    if not wanted:
        return {}
    rows = session.execute(
        select(col(TextPrint.assignment_id), col(TextPrint.digest)).where(
            col(TextPrint.parent_id) == parent_id, col(TextPrint.digest).in_(wanted)
        )
    )
    found: dict[int, set[int]] = {}
    for assignment_id, digest in rows:
        found.setdefault(assignment_id, set()).add(digest)
    return found


def list_files(session: Session, tokens: Collection[str]) -> dict[tuple[int, str], Attachment]:
    """Assignment and token → the stored file; one statement, none without a token."""
    if not tokens:
        return {}
    found = session.scalars(
        select(Attachment).where(
            col(Attachment.token).in_(tokens), col(Attachment.done_at).is_not(None)
        )
    )
    return {(attachment.assignment_id, attachment.token): attachment for attachment in found}


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
