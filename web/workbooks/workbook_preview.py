"""The page that says what sending an uploaded workbook would do, before anything is done.

What needs an eye comes first: faults by row, then what will not be taken, then the rows to be sent.
First answers stand in a table. Rows in which nothing happens are counted, and folded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from models import Assignment, Measure, WorkbookUpload
from queries.assignments.visible_assignments import Seen
from rules.sentences.faults import Fault
from rules.sentences.refusal import N_
from rules.workbooks.answer_tables import AnswerTable, answer_tables
from rules.workbooks.changes import ChangedAnswer
from rules.workbooks.outcome import KIND_NAMES, Kind, RowOutcome
from services.workbooks.workbooks import UploadPreview
from web.edge.pages.rendering import Page
from web.edge.viewer.language import Words
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
"""What the figures on top say of rows that are not sent, in the order of the page."""


@dataclass(frozen=True)
class ShownFault:
    """A fault or a note of one cell in finished words."""

    where: str
    """The address of the cell."""
    label: str
    """What the column is called."""
    sentence: str


@dataclass(frozen=True)
class FaultyRow:
    """The faults of one unit's row that are listed; of all other cells where `unit` is empty."""

    unit: str
    where: str
    count: int
    """All faults of the row, of which some may not be listed."""
    faults: Sequence[ShownFault]


@dataclass(frozen=True)
class ShownRow:
    """One unit as the page shows it."""

    unit: str
    where: str
    kind: Kind
    name: str
    """What becomes of the row, a msgid."""
    sent: bool
    changes: Sequence[ChangedAnswer]
    notes: Sequence[ShownFault]
    doubts: Sequence[str]
    """What the checks ask, in finished sentences."""

    @property
    def is_unused(self) -> bool:
        """Something stands in the row that will not be taken."""
        unsent = self.kind in (Kind.OVERTAKEN, Kind.LOCKED)
        return unsent or (self.kind in IDLE and bool(self.notes))

    @property
    def needs_eye(self) -> bool:
        """The row will be sent, and somebody should look at it first."""
        return self.sent and bool(self.doubts or self.notes or self.kind is Kind.CHANGED)

    @property
    def urgency(self) -> tuple[bool, bool, bool]:
        """Sorts rows that have something to look at before rows that have only changed."""
        return not self.doubts, not self.notes, self.kind is not Kind.CHANGED


@dataclass(frozen=True)
class UploadPage(Page):
    """What sending an uploaded workbook would do."""

    TEMPLATE = "pages/workbooks/preview.html"

    assignment: Assignment
    measure: Measure
    for_lower: bool
    """The workbook is for the lower units."""
    refusal: str
    """Why nothing was sent just now."""
    upload: WorkbookUpload
    action: str
    """Where the button to send posts to."""
    found: UploadPreview
    figures: Sequence[tuple[int, str, str]]
    """How many rows, what becomes of the rows, and the class of the figure."""
    faulty: Sequence[FaultyRow]
    more_faults: int
    """Faults that are counted and not listed."""
    unused: Sequence[ShownRow]
    ready: Sequence[ShownRow]
    """Rows to be sent that need an eye; first answers stand in `tables`."""
    first: int
    """How many units answer for the first time."""
    tables: Sequence[AnswerTable]
    idle: Mapping[str, Sequence[ShownRow]]


def upload_page(
    words: Words, seen: Seen, upload: WorkbookUpload, found: UploadPreview, refusal: str = ""
) -> UploadPage:
    """The page of an upload that was not sent yet."""
    rows = [_row(words, found, outcome) for outcome in found.outcomes]
    first = [outcome for outcome in found.outcomes if outcome.kind is Kind.NEW]
    return UploadPage(
        assignment=seen.assignment,
        measure=seen.measure,
        for_lower=not seen.assignment.lowest,
        refusal=refusal,
        upload=upload,
        action=f"/assignments/{upload.assignment_id}/workbook/{upload.token}",
        found=found,
        figures=list(_figures(found)),
        faulty=_faulty(words, found),
        more_faults=max(0, len(found.faults) - MOST_TOLD),
        unused=[row for row in rows if row.is_unused],
        ready=sorted((row for row in rows if row.needs_eye), key=lambda row: row.urgency),
        first=len(first),
        tables=list(answer_tables(first, found.columns)),
        idle={kind.value: [row for row in rows if row.kind is kind] for kind in IDLE},
    )


def _figures(found: UploadPreview) -> Iterator[tuple[int, str, str]]:
    """See `UploadPage.figures`; a figure of nothing is left out."""
    counts = found.counts
    ready = sum(outcome.sent for outcome in found.outcomes)
    if ready:
        yield ready, READY if found.faults else TO_SEND, ""
    for kind, name in FIGURES.items():
        if count := counts.get(kind):
            yield count, name, "late" if kind is Kind.FAULTY else ""


def _faulty(words: Words, found: UploadPreview) -> list[FaultyRow]:
    """The faults that are listed: first those in no unit's row, then row by row."""
    in_rows = {fault.place.address for outcome in found.outcomes for fault in outcome.faults}
    elsewhere = [fault for fault in found.faults if fault.place.address not in in_rows]
    groups: list[tuple[str, str, Sequence[Fault]]] = [("", "", elsewhere)]
    groups += [
        (outcome.sheet.unit.name, outcome.where, outcome.faults) for outcome in found.outcomes
    ]
    left = MOST_TOLD
    listed = []
    for unit, where, faults in groups:
        told = [_told(words, fault) for fault in faults[:left]]
        left -= len(told)
        if told:
            listed.append(FaultyRow(unit, where, len(faults), told))
    return listed


def _row(words: Words, found: UploadPreview, outcome: RowOutcome) -> ShownRow:
    flags = found.flags.get(outcome.sheet.assignment.id, [])
    return ShownRow(
        unit=outcome.sheet.unit.name,
        where=outcome.where,
        kind=outcome.kind,
        name=KIND_NAMES[outcome.kind],
        sent=outcome.sent,
        changes=outcome.changes,
        notes=[_told(words, note) for note in outcome.notes],
        doubts=[question.sentence for question in ask_about(words, flags, outcome.sheet.fields)],
    )


def _told(words: Words, fault: Fault) -> ShownFault:
    return ShownFault(fault.place.address, fault.place.column, words.say(fault))
