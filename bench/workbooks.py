"""A township's workbook for 65 villages and 12 fields: downloaded, filled in and sent."""

import io
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import openpyxl
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, delete, func, insert, select, update
from sqlmodel import Session, col

from adapters.workbooks.reading import read_workbook
from adapters.workbooks.writing import write_workbook
from bench import sample
from bench.databases import counted, fresh_engine, transaction, why_absent
from models import (
    Account,
    AnswerNumber,
    Assignment,
    Event,
    FormVersion,
    Submission,
    Unit,
)
from queries.filling.answer_sheets import list_answer_sheets
from queries.workbooks.workbooks import rows_of
from rules.workbooks.layout import Layout
from services.workbooks.workbooks import get_layout, keep_upload, preview, send_upload

VILLAGES = 65
ROUNDS = 5
NOTE = "逐户走访，登记取暖设备，发现隐患当场整改，已建立台账。"
FIELDS: list[dict[str, Any]] = [
    *(
        {"name": f"n{number}", "label": f"第{number}项户数", "type": "integer", "min": 0,
         "required": number < 3, "rollup": "sum"}
        for number in range(6)
    ),
    {"name": "spent", "label": "投入资金（万元）", "type": "decimal", "min": 0, "rollup": "sum"},
    {"name": "paid", "label": "到位资金（万元）", "type": "decimal", "min": 0},
    {"name": "heating", "label": "主要取暖方式", "type": "select_one",
     "choices": [{"value": "stove", "label": "燃煤炉"}, {"value": "network", "label": "集中供热"}]},
    {"name": "done_on", "label": "完成日期", "type": "date"},
    {"name": "leader", "label": "负责科室", "type": "text"},
    {"name": "note", "label": "工作情况", "type": "text", "multiline": True},
]  # fmt: skip
ROW = [12, 3, 5, 0, 7, 30, 1.5, 2.25, "燃煤炉", "2026-11-22", "综合办公室"]


def measure(backend: str, folder: Path) -> dict[str, Any] | None:
    """Seconds of each step and bytes of the file, medians of five; None: no such database."""
    if why_absent(backend):
        return None
    with fresh_engine(backend, folder) as engine:
        own_id = _prepare(engine)
        rounds = [_round(engine, own_id) for _ in range(ROUNDS)]
    figures = {name: round(median(measured[name] for measured in rounds), 4) for name in rounds[0]}
    return {"villages": VILLAGES, "fields": len(FIELDS), **figures}


def _prepare(engine: Engine) -> int:
    """Hand down one measure, and make a township with 65 villages; returns its assignment's id."""
    sample.fill(engine)
    with transaction(engine) as session:
        session.execute(update(FormVersion).values(fields=FIELDS))
        _, wish = sample.release_one(session, 1)
    sample.carry_out(engine, wish)
    with transaction(engine) as session:
        return _widen(session)


def _widen(session: Session) -> int:
    """Give the township with the most villages so many of other townships that it has 65, or take
    surplus ones away."""
    lower = (
        select(col(Assignment.parent_id), func.count())
        .where(col(Assignment.lowest), col(Assignment.answering))
        .group_by(col(Assignment.parent_id))
        .order_by(func.count().desc())
    )
    own_id, count = session.execute(lower).tuples().first() or (0, 0)
    others = (
        select(col(Assignment.id))
        .where(col(Assignment.lowest), col(Assignment.answering))
        .where(col(Assignment.parent_id) != own_id)
        .limit(max(0, VILLAGES - count))
    )
    session.execute(
        update(Assignment)
        .where(col(Assignment.id).in_(session.scalars(others).all()))
        .values(parent_id=own_id)
    )
    own = select(col(Assignment.id)).where(
        col(Assignment.parent_id) == own_id, col(Assignment.lowest)
    )
    spare = session.scalars(own.order_by(col(Assignment.id)).offset(VILLAGES)).all()
    session.execute(update(Assignment).where(col(Assignment.id).in_(spare)).values(answering=False))
    unit = session.get_one(Unit, session.get_one(Assignment, own_id).unit_id)
    sample.make_account(session, unit)
    return own_id


def _round(engine: Engine, own_id: int) -> dict[str, float]:
    """Download and upload once, and undo what was written, so that every round is the same."""
    figures: dict[str, float] = {}
    with Session(engine) as session:
        own = session.get_one(Assignment, own_id)
        unit = session.get_one(Unit, own.unit_id)
        actor = session.scalars(select(Account).where(col(Account.unit_id) == unit.id)).one()
        layout = _timed(figures, "lay_out_seconds", lambda: get_layout(session, own, unit))
        content = _timed(figures, "write_seconds", lambda: write_workbook(layout))
        figures["bytes"] = len(content)
        _timed(figures, "floor_write_seconds", lambda: _bare(layout))
        filled = _filled(content)
        figures["filled_bytes"] = len(filled)
        ticket, tables = _timed(figures, "read_seconds", lambda: read_workbook(filled))
        _timed(figures, "floor_read_seconds", lambda: _read_bare(filled))
        with counted(engine) as counter:
            upload = _timed(figures, "take_in_seconds", lambda: keep_upload(
                session, own, ticket, tables, actor=actor, now=sample.NOW))  # fmt: skip
            found = _timed(
                figures, "preview_seconds", lambda: preview(session, own, upload, sample.NOW)
            )
            figures["preview_statements"] = counter.statements
        if len(found.sent) != VILLAGES:
            raise RuntimeError(f"{len(found.sent)} rows, {found.faults[:3]}")
        with counted(engine) as counter:
            how: dict[str, Any] = {"seen": found.seen, "actor": actor, "now": sample.NOW}
            _timed(
                figures,
                "send_seconds",
                lambda: send_upload(session, own_id, upload.token, **how),
            )
            figures["send_statements"] = counter.statements
        figures["floor_send_seconds"] = _plain_seconds(session, own)
        session.rollback()
    return figures


def _timed(figures: dict[str, float], name: str, act: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    result = act()
    figures[name] = time.perf_counter() - start
    return result


def _filled(content: bytes) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["填报"]
    for number in range(VILLAGES):
        values = [*ROW, f"{NOTE}第{number}村。"]
        for place, value in enumerate(values, 4):
            sheet.cell(number + 3, place).value = value
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def _bare(layout: Layout) -> bytes:
    """A workbook with the same cells and nothing else."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for filled in layout.sheets:
            sheet = book.add_worksheet(filled.columns.name)
            for number, line in enumerate(filled.lines):
                texts = [line.code, line.unit, line.third, *(cell.text for cell in line.cells)]
                sheet.write_row(number, 0, texts)
    return file.getvalue()


def _read_bare(content: bytes) -> int:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


def _plain_seconds(session: Session, own: Assignment) -> float:
    """The seconds of deleting the rows just written and inserting them again, without any check."""
    session.flush()
    ids = [sheet.assignment.id for sheet in list_answer_sheets(session, rows_of(own))]
    tables: tuple[Any, ...] = (Submission, AnswerNumber, Event)
    copies = []
    for table in tables:
        columns = table.__table__
        chosen = columns.c.assignment_id.in_(ids)
        rows = [dict(row) for row in session.execute(select(columns).where(chosen)).mappings()]
        copies.append((columns, rows))
        session.execute(delete(columns).where(chosen))
    start = time.perf_counter()
    for columns, rows in copies:
        session.execute(insert(columns), rows)
    session.execute(
        update(Assignment.__table__)  # type: ignore[attr-defined]
        .where(col(Assignment.id).in_(ids))
        .values(version=col(Assignment.version) + 1)
    )
    return time.perf_counter() - start
