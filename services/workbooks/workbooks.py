"""Workbooks: they are laid out for a unit, read, previewed and sent. All rows are sent, or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import and_, delete, or_, select
from sqlmodel import Session, col

from models import Account, Act, Assignment, Flag, Unit, WorkbookUpload
from queries.filling.answer_sheets import list_answer_sheets
from queries.workbooks.workbooks import (
    get_workbook_upload,
    rows_of,
)
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.dates.calendar import local_date
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import Attached
from rules.filling.posting import Posting
from rules.filling.sheet_answers import SheetAnswers
from rules.sentences.faults import Fault, Place
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal, Term
from rules.workbooks.changes import typed_of
from rules.workbooks.columns import SheetColumns, sheets_of
from rules.workbooks.layout import FORMAT, Layout, lay_out
from rules.workbooks.outcome import Kind, RowOutcome, outcome_of, with_told
from rules.workbooks.reading import FilledRow, ReadSheet, read_book
from services.assignments.changes import lock_assignment, lock_assignments, require_open
from services.filling.attached_files import attached_of_each
from services.filling.checks import find_flags_together
from services.filling.new_submissions import NewSubmission, store_submissions
from services.filling.submissions import Overtaken

MOST_ROWS = 1_000
"""The most units in one workbook."""
KEPT = timedelta(days=7)
"""How long an upload is kept for sending."""
FOR_LOWER = N_("由上级单位用 Excel 代填")
FOR_ITSELF = N_("用 Excel 填报")
CHANGED_FORM = N_(
    "这份表单在您下载之后换了新版，旧表格不能再报送，什么都没有改动。"
    "请重新下载，把填好的内容复制过去；您手里的文件还在，内容没有丢。"
)


@dataclass(frozen=True)
class UploadPreview:
    """What sending an upload would do now."""

    outcomes: list[RowOutcome]
    """The outcome of each row, in the order of the tree."""
    faults: list[Fault]
    """The faults of the file and of its rows."""
    missing: list[Unit]
    """The units without a row in the file. They are left alone."""
    columns: Sequence[SheetColumns] = ()
    """The columns of the form, sheet by sheet."""
    flags: dict[int, list[Flag]] = field(default_factory=dict)
    """Assignment → the flags about which the page asks."""

    @property
    def sent(self) -> list[RowOutcome]:
        """The rows that would be sent; with any fault none."""
        return [] if self.faults else [outcome for outcome in self.outcomes if outcome.sent]

    @property
    def counts(self) -> dict[Kind, int]:
        """Kind of outcome → number of rows, without kinds that no row has."""
        found = {kind: sum(outcome.kind is kind for outcome in self.outcomes) for kind in Kind}
        return {kind: count for kind, count in found.items() if count}

    @property
    def seen(self) -> str:
        """The marks of all assignments in the preview, which the page sends back
        (`send_upload`)."""
        return ",".join(_mark(outcome.sheet) for outcome in self.outcomes)


def get_layout(session: Session, own: Assignment, unit: Unit) -> Layout:
    """The layout of the workbook of a unit for its assignment.

    Raises `NotFound` where the unit has nothing to fill in. Raises `Refusal` for a form with
    required photos or files, and for more than `MOST_ROWS` units.
    """
    return lay_out(own, unit.code, _get_sheets(session, own), token_urlsafe(6))


def keep_upload(
    session: Session,
    own: Assignment,
    ticket: Mapping[str, Any],
    tables: Sequence[ReadSheet],
    *,
    actor: Account,
    now: datetime,
) -> WorkbookUpload:
    """Read an uploaded workbook and keep what it says for the preview. Nothing is sent.

    Uploads of the same account for the same assignment that were not sent are deleted, and all
    uploads older than `KEPT`. Raises `Refusal` for a workbook of another measure, period or unit,
    for another version of the form, and for missing sheets or heads.
    """
    require(actor, Right.KEEP_WORKBOOK, Subject(own.unit_id))
    sheets = _get_sheets(session, own)
    _check_ticket(ticket, own, sheets[0].version_id)
    names = {sheet.unit.code: sheet.unit.name for sheet in sheets}
    book = read_book(tables, ticket, sheets_of(sheets[0].fields), names)
    lock_assignment(session, own.id)
    replaced = and_(
        col(WorkbookUpload.assignment_id) == own.id,
        col(WorkbookUpload.uploaded_by) == actor.id,
        col(WorkbookUpload.sent_at).is_(None),
    )
    session.execute(
        delete(WorkbookUpload).where(or_(col(WorkbookUpload.uploaded_at) < now - KEPT, replaced))
    )
    upload = WorkbookUpload(
        token=_token_of(ticket),
        assignment_id=own.id,
        form_version_id=sheets[0].version_id,
        rows=[row.to_json() for row in book.rows],
        faults=tuple(fault.at(Place.of_address(fault.place.address)) for fault in book.faults),
        left_out=tuple(book.left_out),
        uploaded_at=now,
        uploaded_by=actor.id,
    )
    session.add(upload)
    session.flush()
    return upload


def preview(
    session: Session, own: Assignment, upload: WorkbookUpload, now: datetime
) -> UploadPreview:
    """What sending the upload would do now, with the flags of its rows."""
    found = _preview(session, own, upload, now)
    ready = [
        SheetAnswers(outcome.sheet, outcome.values) for outcome in found.outcomes if outcome.sent
    ]
    flags = zip(ready, find_flags_together(session, ready), strict=True)
    by_id = {answers.sheet.assignment.id: asked for answers, asked in flags if asked}
    return replace(found, flags=by_id)


def send_upload(
    session: Session, assignment_id: int, token: str, *, seen: str, actor: Account, now: datetime
) -> WorkbookUpload:
    """Send the rows of an upload that change something: all of them, or none.

    `seen` is the `UploadPreview.seen` of the page. Sending an upload twice changes nothing. Raises
    `Overtaken` when an assignment has changed since the page was made. Raises `Refusal` when the
    upload has faults, or no row to send.
    """
    own = lock_assignment(session, assignment_id)
    require(actor, Right.SEND_WORKBOOK, Subject(own.unit_id))
    upload = get_workbook_upload(session, assignment_id, token)
    session.refresh(upload, with_for_update=True)
    if upload.sent_at is not None:
        return upload
    lock_assignments(session, session.scalars(select(col(Assignment.id)).where(rows_of(own))).all())
    found = _preview(session, own, upload, now)
    _check_unchanged(found, seen)
    if found.faults:
        raise Refusal(N_("文件里还有错误，什么都没有报送。请改好后重新上传。"))
    if not found.sent:
        raise Refusal(N_("文件里没有可以报送的行。"))
    ready = [SheetAnswers(outcome.sheet, outcome.values) for outcome in found.sent]
    reason = FOR_ITSELF if own.lowest else FOR_LOWER
    store_submissions(
        session,
        [
            NewSubmission.of(
                answers, flags, {}, Posting(send_key(upload, answers.id)), actor, now, reason
            )
            for answers, flags in zip(ready, find_flags_together(session, ready), strict=True)
        ],
    )
    upload.sent_at = now
    session.add(upload)
    session.flush()
    return upload


def send_key(upload: WorkbookUpload, assignment_id: int | None) -> str:
    """The send key of the submission that an upload makes for an assignment."""
    return f"wb-{upload.token}-{assignment_id}"


def _token_of(ticket: Mapping[str, Any]) -> str:
    """An address that nobody guesses. It begins with the name of the workbook, which workbooks of
    older releases do not have."""
    book = str(ticket.get("book", ""))
    return f"{book}.{token_urlsafe(12)}" if book else token_urlsafe(16)


def _is_of_book(upload: WorkbookUpload, sheet: AnswerSheet) -> bool:
    """Whether the unit's latest submission came from an upload of the same workbook.

    The send key of the submission tells it. The send key stays when uploads are swept.
    """
    book, dot, _ = upload.token.partition(".")
    return bool(dot and sheet.last and sheet.last.send_key.startswith(f"wb-{book}."))


def _get_sheets(session: Session, own: Assignment) -> list[AnswerSheet]:
    require_open(session, own, Act.SUBMIT)
    sheets = list_answer_sheets(session, rows_of(own))
    if not sheets:
        raise NotFound
    if len(sheets) > MOST_ROWS:
        raise Refusal(
            N_("一张表最多放 %(most)s 个单位，这里有 %(count)s 个，请由下级单位分别填报。"),
            most=MOST_ROWS,
            count=len(sheets),
        )
    return sheets


def _check_ticket(ticket: Mapping[str, Any], own: Assignment, version_id: int | None) -> None:
    if ticket.get("format") != FORMAT:
        raise Refusal(N_("这个文件是用旧版系统下载的，请重新下载后再填。"))
    if ticket["assignment"] != own.id:
        raise Refusal(N_("这个文件是另一项任务或另一个单位的填报表，请核对后上传。"))
    _check_version(ticket["version"], version_id)


def _check_version(filled: int | None, version_id: int | None) -> None:
    if filled != version_id:
        raise Refusal(CHANGED_FORM)


def _preview(
    session: Session, own: Assignment, upload: WorkbookUpload, now: datetime
) -> UploadPreview:
    sheets = _get_sheets(session, own)
    _check_version(upload.form_version_id, sheets[0].version_id)
    columns = sheets_of(sheets[0].fields)
    filled = {row["assignment_id"]: FilledRow(**row) for row in upload.rows}
    present = [sheet for sheet in sheets if sheet.assignment.id in filled]
    attached = _files_of(session, [(sheet, filled[sheet.assignment.id]) for sheet in present])
    outcomes = [
        outcome_of(
            sheet,
            filled[sheet.assignment.id],
            columns,
            today=local_date(now).isoformat(),
            attached=attached.get(sheet.assignment.id),
            same_book=_is_of_book(upload, sheet),
        )
        for sheet in present
    ]
    by_cell = {fault.place.address: fault for fault in upload.faults}
    outcomes = [
        with_told(outcome, filled[outcome.sheet.assignment.id], by_cell) for outcome in outcomes
    ]
    in_rows = [fault for outcome in outcomes for fault in outcome.faults]
    cells = {fault.place.address for fault in in_rows}
    return UploadPreview(
        outcomes=outcomes,
        faults=[*(fault for fault in upload.faults if fault.place.address not in cells), *in_rows],
        missing=[sheet.unit for sheet in sheets if sheet.assignment.id not in filled],
        columns=columns,
    )


def _files_of(
    session: Session, rows: Sequence[tuple[AnswerSheet, FilledRow]]
) -> Mapping[int, Attached]:
    """Assignment → the function that finds its uploaded files; at most one statement."""
    known = [
        (sheet, {key: texts for key, texts in typed_of(sheet, row).items() if key not in row.typed})
        for sheet, row in rows
    ]
    return attached_of_each(session, known)


def _mark(sheet: AnswerSheet) -> str:
    """A mark of the assignment's state, which changes with every change that a preview shows."""
    draft = sheet.draft.version if sheet.draft else 0
    return f"{sheet.assignment.id}.{sheet.assignment.version}.{draft}"


def _check_unchanged(found: UploadPreview, seen: str) -> None:
    """Raises `Overtaken` with the units that have changed since the page was made."""
    known, now = set(filter(None, seen.split(","))), set(filter(None, found.seen.split(",")))
    if known == now:
        return
    changed = [
        outcome.sheet.unit.name for outcome in found.outcomes if _mark(outcome.sheet) not in known
    ]
    raise Overtaken(
        N_("您查看期间，有的单位情况变了（%(units)s），什么都没有报送。请再看一遍。"),
        units=_first(changed) or Term(N_("有任务被撤回")),
    )


def _first(names: Iterable[str]) -> list[str]:
    shown = list(names)
    return shown[:5] + (["…"] if len(shown) > 5 else [])
