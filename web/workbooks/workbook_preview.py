"""The page that says what sending an uploaded workbook would do, before anything is done.

What needs an eye comes first: faults by row, then what will not be taken, then the rows to be sent,
first answers as a table; rows in which nothing happens are counted, and folded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from fastapi import Request, Response

from models import WorkbookUpload
from queries.assignments.visible_assignments import Seen
from rules.sentences.faults import Fault
from rules.sentences.refusal import N_
from rules.workbooks.answer_tables import answer_tables
from rules.workbooks.outcome import KIND_NAMES, Kind, RowOutcome
from services.workbooks.workbooks import UploadPreview
from web.edge.language import Words, words_of
from web.edge.rendering import render
from web.filling.flags import ask_about

MOST_TOLD = 200
"""Faults that are listed; more are counted."""
IDLE = (Kind.REPORTED, Kind.SAME, Kind.EMPTY)
"""Rows in which nothing happens."""
TO_SEND, READY = N_("要报送"), N_("没有错误的")
FIGURES: dict[Kind, str] = {
    Kind.FAULTY: N_("有错误"),
    Kind.OVERTAKEN: N_("下载之后情况变了，不报"),
    Kind.LOCKED: N_("现在不能改，不报"),
    Kind.REPORTED: N_("与已报送的相同，不报"),
    Kind.SAME: N_("没有改动，不报"),
    Kind.EMPTY: N_("没有填，不报"),
}
"""What the figures on top say of the rows that are not sent, in their order."""


def preview_page(
    request: Request, seen: Seen, upload: WorkbookUpload, found: UploadPreview, refusal: str = ""
) -> Response:
    """The page; with `refusal`, why nothing was sent just now."""
    rows = [_row(words_of(request), found, one) for one in found.outcomes]
    first = [one for one in found.outcomes if one.kind is Kind.NEW]
    return render(
        request,
        "pages/workbooks/preview.html",
        status=409 if refusal else 200,
        refusal=refusal,
        upload=upload,
        address=f"/assignments/{upload.assignment_id}/workbook/{upload.token}",
        found=found,
        figures=_figures(found),
        faulty=_faulty(words_of(request), found),
        more_faults=max(0, len(found.faults) - MOST_TOLD),
        unused=[row for row in rows if _is_unused(row)],
        ready=_ready(rows),
        first=len(first),
        tables=list(answer_tables(first, found.columns)),
        idle={kind.value: [row for row in rows if row["kind"] == kind] for kind in IDLE},
        for_lower=not seen.assignment.lowest,
        one=seen.assignment,
        measure=seen.measure,
        unit=seen.unit,
    )


def _figures(found: UploadPreview) -> Iterator[tuple[int, str, str]]:
    """How many rows, what becomes of them, and the class of the figure; those there are."""
    counts = found.counts
    ready = sum(one.sent for one in found.outcomes)
    if ready:
        yield ready, READY if found.faults else TO_SEND, ""
    for kind, name in FIGURES.items():
        if count := counts.get(kind):
            yield count, name, "late" if kind is Kind.FAULTY else ""


def _faulty(words: Words, found: UploadPreview) -> list[dict[str, Any]]:
    """The faults that are listed: those of no unit's row first, then row by row."""
    in_rows = {fault.place.address for one in found.outcomes for fault in one.faults}
    groups: list[tuple[str, str, Sequence[Fault]]] = [
        ("", "", [one for one in found.faults if one.place.address not in in_rows])
    ]
    groups += [(one.sheet.unit.name, one.where, one.faults) for one in found.outcomes]
    left = MOST_TOLD
    listed = []
    for unit, where, faults in groups:
        told = [_told(words, one) for one in faults[:left]]
        left -= len(told)
        if told:
            listed.append({"unit": unit, "where": where, "count": len(faults), "faults": told})
    return listed


def _is_unused(row: dict[str, Any]) -> bool:
    """Something stands in the row that will not be taken."""
    return row["kind"] in (Kind.OVERTAKEN, Kind.LOCKED) or (
        row["kind"] in IDLE and bool(row["notes"])
    )


def _ready(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows to be sent that need an eye: with something to look at first, then the changed.

    What a unit answers for the first time stands in the table.
    """
    ready = [
        row
        for row in rows
        if row["sent"] and (row["doubts"] or row["notes"] or row["kind"] == Kind.CHANGED)
    ]
    return sorted(
        ready, key=lambda row: (not row["doubts"], not row["notes"], row["kind"] != Kind.CHANGED)
    )


def _row(words: Words, found: UploadPreview, outcome: RowOutcome) -> dict[str, Any]:
    """One unit as the page shows it."""
    flags = found.flags.get(outcome.sheet.assignment.id, [])
    return {
        "unit": outcome.sheet.unit.name,
        "where": outcome.where,
        "kind": outcome.kind,
        "name": KIND_NAMES[outcome.kind],
        "sent": outcome.sent,
        "changes": outcome.changes,
        "notes": [_told(words, one) for one in outcome.notes],
        "doubts": [one.sentence for one in ask_about(words, flags, outcome.sheet.fields)],
    }


def _told(words: Words, one: Fault) -> dict[str, str]:
    sentence = words.say(one)
    return {"where": one.place.address, "label": one.place.column, "sentence": sentence}
