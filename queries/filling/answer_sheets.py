"""Answer sheets: all that a form page, a sending and a workbook need to know of assignments.

The statements are built once in the life of the process. Building a statement takes ten times as
long as carrying it out, and a sending needs all of the statements.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import (
    Account,
    Assignment,
    Draft,
    FormVersion,
    Measure,
    Review,
    Submission,
    Unit,
)
from models.parameters import among
from queries.filling.current_submission import is_current
from queries.filling.known_values import Known, filled_in, list_known_values
from queries.filling.last_period import Earlier, LastPeriod, list_earlier
from queries.filling.submissions import fields_of
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.carried import carried_answers
from rules.filling.known_values import shared_fields
from rules.forms.form_fields import FormField
from rules.sentences.not_found import NotFound


class _Asked(NamedTuple):
    """An assignment and all that belongs to the assignment, as one row."""

    assignment: Assignment
    measure: Measure
    unit: Unit
    version: FormVersion | None
    last: Submission | None
    sender: str | None
    review: Review | None
    """The review of `last`."""
    draft: Draft | None


class _Decided(NamedTuple):
    submission: Submission
    review: Review


def get_answer_sheet(session: Session, assignment_id: int) -> AnswerSheet:
    """The answer sheet of one assignment, in one to four statements. Raises `NotFound`.

    Each of these costs a further statement: a later answer that waits for its review, shared data
    elements, and a measure with periods.
    """
    found = session.execute(_ONE, {"one": assignment_id}).all()
    if not found:
        raise NotFound
    return _sheets(session, _ASKED_ROW.values(found))[0]


def list_answer_sheets(session: Session, where: ColumnElement[bool]) -> list[AnswerSheet]:
    """The answer sheets of the assignments that `where` selects, in the order of the tree.

    The number of statements is that of `get_answer_sheet`, whatever the number of assignments.
    """
    found = session.execute(_ASKED.where(where).order_by(col(Unit.lft))).all()
    return _sheets(session, _ASKED_ROW.values(found))


def list_sheets_of(session: Session, ids: Collection[int]) -> dict[int, AnswerSheet]:
    """Assignment → its answer sheet, for assignments of whatever measures.

    As many statements as `get_answer_sheet`.
    """
    found = session.execute(_OF_MANY, {"ids": list(ids)}).all()
    sheets = _sheets(session, _ASKED_ROW.values(found))
    return {sheet.assignment.id: sheet for sheet in sheets}


def _sheets(session: Session, asked: Sequence[_Asked]) -> list[AnswerSheet]:
    assignments = [row.assignment for row in asked]
    kinds = {_kind_of(row): row for row in asked}
    fields = {kind: fields_of(row.assignment, row.version) for kind, row in kinds.items()}
    elements = {field.reuse for form in fields.values() for field in shared_fields(form)}
    decided = _list_decided(session, asked)
    known = list_known_values(session, assignments, elements)
    earlier = list_earlier(session, assignments)
    return [
        _sheet(
            row,
            fields[_kind_of(row)],
            decided.get(row.assignment.id),
            known.get(row.assignment.id, {}),
            earlier.get(row.assignment.id),
        )
        for row in asked
    ]


def _kind_of(row: _Asked) -> tuple[int | None, bool, bool]:
    """What decides which fields are asked: each form is read once for each kind of unit."""
    version = row.version.id if row.version else None
    return version, row.assignment.answering, row.assignment.lowest


def _sheet(
    row: _Asked,
    fields: tuple[FormField, ...],
    decided: _Decided | None,
    known: Mapping[str, Known],
    earlier: Earlier | None,
) -> AnswerSheet:
    last, approved = earlier if earlier else (None, None)
    if row.last and row.review:
        decided = _Decided(row.last, row.review)
    return AnswerSheet(
        assignment=row.assignment,
        measure=row.measure,
        unit=row.unit,
        version=row.version,
        fields=fields,
        last=row.last,
        last_sender=row.sender or "",
        reviewed=decided.submission if decided else None,
        review=decided.review if decided else None,
        draft=row.draft,
        prefilled=filled_in(fields, known, last, row.last),
        earlier=last.submission.answers if last else {},
        earlier_period=last.period if last else "",
        **(_carried(row, fields, approved) if approved and row.last is None else {}),
    )


def _carried(row: _Asked, fields: tuple[FormField, ...], approved: LastPeriod) -> dict[str, Any]:
    """The approved answers with which the form opens, and their period."""
    version = row.version.id if row.version else None
    same = approved.submission.form_version_id == version
    answers = carried_answers(fields, approved.submission.answers, same_form=same)
    return {"carried": answers, "carried_period": approved.period}


def _list_decided(session: Session, asked: Collection[_Asked]) -> dict[int | None, _Decided]:
    """Assignment → the latest submission with a decision, where a later submission has none.

    One statement, and no statement where no assignment was sent twice.
    """
    ids = [row.assignment.id for row in asked if row.last and row.last.revision > 1]
    if not ids:
        return {}
    rows = _DECIDED_ROW.values(session.execute(_DECIDED, {"ids": ids}))
    return {row.submission.assignment_id: row for row in rows}


_ASKED_ROW = ByName(
    _Asked,
    assignment=Assignment,
    measure=Measure,
    unit=Unit,
    version=FormVersion,
    last=Submission,
    sender=col(Account.name),
    review=Review,
    draft=Draft,
)
_DECIDED_ROW = ByName(_Decided, submission=Submission, review=Review)


def _asked() -> Select[Any]:
    return (
        select(*_ASKED_ROW.columns)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .outerjoin(
            FormVersion,
            and_(col(FormVersion.id) == Measure.form_version_id, col(Assignment.answering)),
        )
        .outerjoin(Submission, is_current())
        .outerjoin(Account, col(Account.id) == Submission.sent_by)
        .outerjoin(Review, col(Review.submission_id) == Submission.id)
        .outerjoin(Draft, col(Draft.assignment_id) == Assignment.id)
        .execution_options(populate_existing=True)
    )


def _decided() -> Select[Any]:
    other = aliased(Submission)
    newest = (
        select(func.max(other.revision))
        .join(Review, col(Review.submission_id) == other.id)
        .where(col(other.assignment_id) == Submission.assignment_id)
        .correlate(Submission)
        .scalar_subquery()
    )
    return (
        select(*_DECIDED_ROW.columns)
        .join(Review, col(Review.submission_id) == Submission.id)
        .where(
            among(col(Submission.assignment_id), "ids"),
            col(Submission.revision) == newest,
        )
        .execution_options(populate_existing=True)
    )


_ASKED = _asked()
_ONE = _ASKED.where(col(Assignment.id) == bindparam("one", type_=Integer))
_OF_MANY = _ASKED.where(among(col(Assignment.id), "ids"))
_DECIDED = _decided()
