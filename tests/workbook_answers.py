"""A workbook laid out, filled in, taken in and sent without a file in between."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from models import Account, Assignment, Unit, WorkbookUpload
from queries.filling.answer_sheets import list_answer_sheets
from queries.workbooks.workbooks import rows_of
from rules.workbooks.layout import Layout
from rules.workbooks.reading import ReadSheet
from services.workbooks.workbooks import get_layout, keep_upload, preview, send_upload
from tests.building import VILLAGE
from tests.conftest import NOW

LATER = NOW + timedelta(minutes=5)


def layout_of(session: Session, own: Assignment) -> Layout:
    return get_layout(session, own, session.get_one(Unit, own.unit_id))


def tables_of(layout: Layout, answers: dict[str, dict[str, str]]) -> list[ReadSheet]:
    """The sheet of units as it is read back, with answers by code and field name."""
    found = []
    for sheet in layout.sheets:
        names = [column.name for column in sheet.columns.columns]
        heads = [*sheet.columns.fixed, *(column.head for column in sheet.columns.columns)]
        lines = [(2, heads)]
        for number, line in enumerate(sheet.lines, 3):
            texts = [cell.text for cell in line.cells]
            for name, text in answers.get(line.code, {}).items():
                texts[names.index(name)] = text
            lines.append((number, [line.code, line.unit, line.third, *texts]))
        found.append(ReadSheet(sheet.columns.name, lines))
    return found


def upload(
    session: Session,
    own: Assignment,
    actor: Account,
    answers: dict[str, Any],
    now: datetime = NOW,
) -> WorkbookUpload:
    layout = layout_of(session, own)
    return keep_upload(
        session, own, layout.ticket, tables_of(layout, answers), actor=actor, now=now
    )


def villages(session: Session, own: Assignment) -> list[str]:
    return [sheet.unit.code for sheet in list_answer_sheets(session, rows_of(own))]


def beside(session: Session, own: Assignment) -> str:
    """The code of a unit of the workbook other than the sample village."""
    return next(code for code in villages(session, own) if code != VILLAGE)


def confirm(
    session: Session,
    own: Assignment,
    kept: WorkbookUpload,
    actor: Account,
    seen: str | None = None,
    now: datetime = LATER,
) -> WorkbookUpload:
    seen = preview(session, own, kept, now).seen if seen is None else seen
    return send_upload(session, own.id, kept.token, seen=seen, actor=actor, now=now)
