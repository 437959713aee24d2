"""What is asked for workbooks: the answer sheets of many units at once, uploads, receipts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models import (
    ONCE,
    Account,
    AnswerNumber,
    Assignment,
    Attachment,
    Draft,
    FormVersion,
    KnownValue,
    Measure,
    Review,
    Status,
    Submission,
    TextPrint,
    Unit,
    WorkbookUpload,
)
from queries.checks import MOST_PERIODS
from queries.current_submission import is_current
from queries.known_values import HOLDS, Known, filled_in
from queries.last_period import LastPeriod
from queries.not_found import NotFound
from queries.submissions import fields_of
from rules.forms.answer_numbers import SCALE
from rules.forms.answer_sheet import AnswerSheet
from rules.forms.known_values import shared_fields
from rules.states import REPORTED


class SentRow(NamedTuple):
    """One submission that a workbook brought."""

    unit: Unit
    receipt: str
    assignment_id: int


class _Sent(NamedTuple):
    submission: Submission
    sender: str
    review: Review | None


def rows_of(own: Assignment) -> ColumnElement[bool]:
    """The clause for the assignments a workbook of `own`'s unit has rows for.

    Its own, where it is the lowest; else those directly below that are. Only what answers a form.
    """
    chosen = col(Assignment.id) if own.lowest else col(Assignment.parent_id)
    return and_(
        chosen == own.id,
        col(Assignment.lowest),
        col(Assignment.answering),
        col(Assignment.status) != Status.WITHDRAWN,
    )


def count_rows(session: Session, own: Assignment) -> int:
    """How many units a workbook of `own`'s unit has; 0: there is none."""
    return session.scalars(select(func.count()).select_from(Assignment).where(rows_of(own))).one()


def list_answer_sheets(session: Session, own: Assignment) -> list[AnswerSheet]:
    """The answer sheet of every unit of the workbook, in the order of the tree.

    Four statements whatever their number; one more each where data elements are shared, and where
    the measure has periods.
    """
    asked = session.execute(
        select(Assignment, Measure, Unit, FormVersion)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .outerjoin(FormVersion, col(FormVersion.id) == Measure.form_version_id)
        .where(rows_of(own))
        .order_by(col(Unit.lft))
        .execution_options(populate_existing=True)
    ).all()
    if not asked:
        return []
    ids = [assignment.id or 0 for assignment, *_ in asked]
    fields = fields_of(asked[0][0], asked[0][3])
    last = _list_sent(session, ids, is_current())
    decided = _list_sent(session, ids, _is_decided())
    drafts = {one.assignment_id: one for one in session.scalars(_drafts(ids))}
    known = _list_known(session, asked[0][0], ids, {one.reuse for one in shared_fields(fields)})
    earlier = _list_earlier(session, own, ids)
    sheets = []
    for assignment, measure, unit, version in asked:
        sent, reviewed = last.get(assignment.id), decided.get(assignment.id)
        before = earlier.get(assignment.unit_id)
        submission = sent.submission if sent else None
        sheets.append(
            AnswerSheet(
                assignment=assignment,
                measure=measure,
                unit=unit,
                version=version,
                fields=fields,
                last=submission,
                last_sender=sent.sender if sent else "",
                reviewed=reviewed.submission if reviewed else None,
                review=reviewed.review if reviewed else None,
                draft=drafts.get(assignment.id),
                prefilled=filled_in(fields, known.get(assignment.id, {}), before, submission),
                earlier=before.submission.answers if before else {},
                earlier_period=before.period if before else "",
            )
        )
    return sheets


def _list_sent(
    session: Session, ids: Collection[int], which: ColumnElement[bool]
) -> dict[int, _Sent]:
    """Assignment → its submission that `which` tells of; one statement."""
    rows = session.execute(
        select(Submission, col(Account.name), Review)
        .join(Assignment, col(Assignment.id) == Submission.assignment_id)
        .join(Account, col(Account.id) == Submission.sent_by)
        .outerjoin(Review, col(Review.submission_id) == Submission.id)
        .where(col(Submission.assignment_id).in_(ids), which)
        .execution_options(populate_existing=True)
    )
    return {row[0].assignment_id: _Sent(*row) for row in rows}


def _is_decided() -> ColumnElement[bool]:
    """The clause "the latest submission the unit above has decided on"."""
    other = aliased(Submission)
    newest = (
        select(func.max(other.revision))
        .join(Review, col(Review.submission_id) == other.id)
        .where(col(other.assignment_id) == Submission.assignment_id)
        .correlate(Submission)
        .scalar_subquery()
    )
    return col(Submission.revision) == newest


def _drafts(ids: Collection[int]) -> Select[tuple[Draft]]:
    wanted = select(Draft).where(col(Draft.assignment_id).in_(ids))
    return wanted.execution_options(populate_existing=True)


def _list_known(
    session: Session, one: Assignment, ids: Collection[int], elements: Collection[str]
) -> dict[int, dict[str, Known]]:
    """Assignment → element → what is known of it, as `queries.known_values.list_known` says."""
    if not elements:
        return {}
    own = aliased(Assignment)
    wanted = (
        select(
            col(own.id),
            col(KnownValue.element),
            col(KnownValue.value),
            col(Measure.title),
            col(KnownValue.updated_at),
        )
        .select_from(KnownValue)
        .join(Assignment, col(Assignment.id) == KnownValue.assignment_id)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(own, col(own.unit_id) == KnownValue.unit_id)
        .where(
            col(own.id).in_(ids),
            col(own.id) != KnownValue.assignment_id,
            col(own.period) == KnownValue.period,
            col(KnownValue.element).in_(elements),
            col(Assignment.status).in_(REPORTED),
        )
        .order_by(col(KnownValue.updated_at), col(KnownValue.submission_id))
    )
    found: dict[int, dict[str, Known]] = {}
    for assignment_id, element, value, title, at in session.execute(wanted):
        if one.period != ONCE or at >= one.issued_at - HOLDS:
            found.setdefault(assignment_id, {})[element] = Known(value, title, at)
    return found


def _list_earlier(session: Session, own: Assignment, ids: Collection[int]) -> dict[int, LastPeriod]:
    """Unit → what it answered the latest earlier period; none for what is done one time."""
    if own.period == ONCE:
        return {}
    units = select(col(Assignment.unit_id)).where(col(Assignment.id).in_(ids))
    before = aliased(Assignment)
    latest = (
        select(col(before.unit_id), func.max(before.period).label("period"))
        .where(
            col(before.measure_id) == own.measure_id,
            col(before.unit_id).in_(units),
            col(before.period) < own.period,
            col(before.period) != ONCE,
            col(before.status).in_(REPORTED),
        )
        .group_by(col(before.unit_id))
        .subquery()
    )
    rows = session.execute(
        select(col(Assignment.unit_id), col(Assignment.period), Submission)
        .join(Submission, is_current())
        .join(
            latest,
            (latest.c.unit_id == Assignment.unit_id) & (latest.c.period == Assignment.period),
        )
        .where(col(Assignment.measure_id) == own.measure_id)
    )
    return {unit_id: LastPeriod(period, submission) for unit_id, period, submission in rows}


def list_histories(
    session: Session, sheets: Sequence[AnswerSheet], fields: Collection[str]
) -> dict[int, dict[str, list[Decimal]]]:
    """Unit → field → its reported numbers of up to twelve earlier periods; one statement."""
    one = sheets[0].assignment
    if one.period == ONCE or not fields:
        return {}
    rows = session.execute(
        select(col(Assignment.unit_id), col(AnswerNumber.field), col(AnswerNumber.value))
        .join(AnswerNumber, col(AnswerNumber.assignment_id) == Assignment.id)
        .where(
            col(Assignment.measure_id) == one.measure_id,
            col(Assignment.unit_id).in_([sheet.assignment.unit_id for sheet in sheets]),
            col(Assignment.period) < one.period,
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
    """Assignment below `parent_id` → which of `prints` its texts have; one statement."""
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
    """Assignment and token → the stored file; one statement, none for no token."""
    if not tokens:
        return {}
    found = session.scalars(
        select(Attachment).where(
            col(Attachment.token).in_(tokens), col(Attachment.done_at).is_not(None)
        )
    )
    return {(one.assignment_id, one.token): one for one in found}


def get_upload(session: Session, assignment_id: int, token: str) -> WorkbookUpload:
    """The upload of the assignment with this token. Raises NotFound."""
    found = session.scalar(
        select(WorkbookUpload).where(
            col(WorkbookUpload.token) == token,
            col(WorkbookUpload.assignment_id) == assignment_id,
        )
    )
    if found is None:
        raise NotFound
    return found


def list_sent(session: Session, send_keys: Collection[str]) -> list[SentRow]:
    """The submissions with these send keys, in the order of the tree."""
    rows = session.execute(
        select(Unit, col(Submission.receipt), col(Submission.assignment_id))
        .join(Assignment, col(Assignment.unit_id) == Unit.id)
        .join(Submission, col(Submission.assignment_id) == Assignment.id)
        .where(col(Submission.send_key).in_(send_keys))
        .order_by(col(Unit.lft))
    )
    return [SentRow(*row) for row in rows]
