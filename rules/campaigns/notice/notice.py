"""A notice read: header, outline and draft measures, each with its place in the text."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date

from rules.campaigns.notice.addressees import addressees_in
from rules.campaigns.notice.deadlines import Deadline, deadlines_in
from rules.campaigns.notice.duties import Duty, duties_in
from rules.campaigns.notice.folding import folded, joined_up
from rules.campaigns.notice.found import Doubt, Found, Span
from rules.campaigns.notice.lead_units import listed_units, units_in, vague_unit_doubts
from rules.campaigns.notice.measure_spans import MeasureSpan, measure_spans
from rules.campaigns.notice.notice_dates import DateReference
from rules.campaigns.notice.notice_frame import Frame, frame_of
from rules.campaigns.notice.notice_tables import DutyRow, duty_rows
from rules.campaigns.notice.outline import Heading, outline_of
from rules.sentences.refusal import N_

_TITLE_LENGTH = 40
_VAGUE_UNITS = re.compile(
    r"(?:各)?(?:有关|相关)(?:责任|成员|职能)?(?:部门|单位|地区|地方|方面|企业)"
)
_PUNCTUATION = re.compile(r"[^\u4e00-\u9fa5A-Za-z0-9]")


@dataclass(frozen=True)
class DraftMeasure:
    """One thing to be done, as read. A person confirms it before anything is handed down.

    `text` is `notice.text[start:end]`. All offsets inside are those of the notice's text. `levels`
    run from the top down. `uncertain` holds what was seen and not resolved.
    """

    path: str
    title: str
    text: str
    start: int
    end: int
    levels: tuple[str, ...]
    tags: tuple[str, ...]
    duties: tuple[Duty, ...]
    deadlines: tuple[Deadline, ...]
    lead: tuple[Found, ...]
    cooperating: tuple[Found, ...]
    uncertain: tuple[Doubt, ...]


@dataclass(frozen=True)
class ReadNotice:
    """A notice as read from its extracted text. Missing parts are None or empty."""

    text: str
    title: Found | None
    number: Found | None
    issuer: Found | None
    date: date | None
    addressed: Found | None
    outline: tuple[Heading, ...]
    measures: tuple[DraftMeasure, ...]


def read_notice(text: str) -> ReadNotice:
    """Read a notice from its extracted text. Any text gives a result, never an error."""
    plain = folded(text)
    frame = frame_of(text)
    reference = DateReference(frame.date, frame.number_year)
    outlines = [outline_of(text, body.start, body.end) for body in frame.bodies]
    measures: list[DraftMeasure] = []
    for body, headings in zip(frame.bodies, outlines, strict=True):
        spans = measure_spans(text, plain, body, headings, reference)
        drafts = (read_measure(text, plain, span, reference) for span in spans)
        measures.extend(_asking_whom(draft, frame.addressed) for draft in drafts)
    if len(outlines) > 1 and any(outlines[1:]):
        measures = [measure for measure in measures if not measure.path.startswith("段")]
    measures = _with_tables(text, plain, frame, reference, measures)
    outline = _joined(outlines)
    measures = _with_slips(text, outline, measures)
    return ReadNotice(
        text=text,
        title=frame.title,
        number=frame.number,
        issuer=frame.issuer,
        date=frame.date,
        addressed=frame.addressed,
        outline=outline,
        measures=tuple(measures),
    )


def _joined(outlines: list[tuple[Heading, ...]]) -> tuple[Heading, ...]:
    """The outlines of several bodies as one. The index `above` of each heading is shifted to
    match."""
    joined: list[Heading] = []
    for headings in outlines:
        offset = len(joined)
        joined.extend(
            heading if heading.above is None else replace(heading, above=heading.above + offset)
            for heading in headings
        )
    return tuple(joined)


def _with_slips(
    text: str, outline: tuple[Heading, ...], measures: list[DraftMeasure]
) -> list[DraftMeasure]:
    """The measures with a doubt for each heading whose number does not follow the one before."""
    slips: dict[int, list[Doubt]] = {}
    by_end = sorted(range(len(measures)), key=lambda number: measures[number].end)
    ends = [measures[number].end for number in by_end]
    for heading in outline:
        place = bisect_right(ends, heading.start)
        if heading.expected and place < len(ends):
            mark = text[heading.start : heading.end][:20]
            why = N_("这里的序号和前面接不上，请对照原文，看是不是漏了一段或写错了。")
            doubt = Doubt("measure", mark, heading.start, heading.start + len(mark), why)
            slips.setdefault(by_end[place], []).append(doubt)
    return [
        replace(measure, uncertain=(*slips.get(number, ()), *measure.uncertain))
        for number, measure in enumerate(measures)
    ]


def read_measure(
    text: str, plain: str, span: MeasureSpan, reference: DateReference
) -> DraftMeasure:
    """The measure at `span`, read from `text` and from `plain`, the folded text."""
    units = units_in(text, span.start, span.end)
    addressees = addressees_in(text, span.start, span.end, _places(units.cooperating))
    duties, unclear_duties = duties_in(text, span.start, span.end)
    deadlines, unclear_dates = deadlines_in(text, reference, span.start, span.end)
    doubts = (
        *addressees.doubts,
        *unclear_duties,
        *unclear_dates,
        *units.doubts,
        *_vague_units(text, plain, span, units.doubts),
    )
    return DraftMeasure(
        path=span.path,
        title=span.title or title_from(text, plain, span.start, span.end),
        text=text[span.start : span.end],
        start=span.start,
        end=span.end,
        levels=addressees.levels,
        tags=addressees.tags,
        duties=duties,
        deadlines=deadlines,
        lead=units.lead,
        cooperating=units.cooperating,
        uncertain=tuple(sorted(doubts, key=lambda doubt: (doubt.start, doubt.end))),
    )


def _asking_whom(draft: DraftMeasure, addressed: Found | None) -> DraftMeasure:
    """The draft as read, with a doubt where the draft names no addressee. The salutation is only a
    hint, so the draft is given to nobody."""
    if draft.levels or draft.tags or addressed is None:
        return draft
    why = N_("措施里没有写明对象，可参照通知的主送单位，请选择。")
    hint = Doubt("levels", addressed.value, addressed.start, addressed.end, why)
    return replace(draft, uncertain=(hint, *draft.uncertain))


def _places(units: tuple[Found, ...]) -> tuple[Span, ...]:
    """The places of cooperating units, which are not addressed."""
    return tuple(Span(unit.start, unit.end) for unit in units)


def _vague_units(text: str, plain: str, span: MeasureSpan, known: tuple[Doubt, ...]) -> list[Doubt]:
    places = {doubt.start for doubt in known}
    why = N_("没有写明是哪些单位，请确认。")
    return [
        Doubt("unit", text[slice(*match.span())], *match.span(), why)
        for match in _VAGUE_UNITS.finditer(plain, span.start, span.end)
        if match.start() not in places
    ]


def title_from(text: str, plain: str, start: int, end: int) -> str:
    """The first clause of a passage without heading, at most 40 characters."""
    window = plain[start : min(end, start + _TITLE_LENGTH)]
    stop = re.search(r"[。；！？\n\t]", window)
    if stop is None and len(window) == _TITLE_LENGTH:
        stop = next(iter(re.finditer(r"[，：]", window[8:])), None)
        length = stop.start() + 8 if stop else _TITLE_LENGTH
    else:
        length = stop.start() if stop else len(window)
    return joined_up(text[start : start + length])


# --- tables of duties ---------------------------------------------------------------------


def _with_tables(
    text: str,
    plain: str,
    frame: Frame,
    reference: DateReference,
    measures: list[DraftMeasure],
) -> list[DraftMeasure]:
    """The measures with the rows of tables added. A row that names a known measure again goes to
    that measure; any other row is a measure of its own."""
    sections = tuple(measures)
    titles = [_bare(measure.title) for measure in sections]
    shells: set[int] = set()
    rows: list[DraftMeasure] = []
    for row in _rows(text, frame):
        around = _section_around(sections, row)
        if around is not None and _begins_in(row, sections[around]):
            continue
        prefix = "表" if around is None else f"{sections[around].path}/表"
        drafted = _row_measure(text, plain, row, reference, prefix)
        same = _same_measure(plain, row, titles, around)
        if same is not None:
            measures[same] = _enriched(measures[same], drafted)
            continue
        rows.append(drafted)
        if around is not None and _is_shell(sections[around]):
            shells.add(around)
    kept = [measure for at, measure in enumerate(measures) if at not in shells]
    return sorted([*kept, *rows], key=lambda measure: measure.start)


def _rows(text: str, frame: Frame) -> list[DutyRow]:
    stretches = (frame.bodies[0], frame.annexes)
    return [row for span in stretches for row in duty_rows(text, span.start, span.end)]


def _section_around(sections: tuple[DraftMeasure, ...], row: DutyRow) -> int | None:
    """The section that contains the row, or else begins in the row's line."""
    at = bisect_right(sections, row.end - 1, key=lambda measure: measure.start) - 1
    return at if at >= 0 and row.start < sections[at].end else None


def _begins_in(row: DutyRow, section: DraftMeasure) -> bool:
    """Whether the section begins in the row's line and goes on below it, so that the row is the
    section's text.

    A section that is only a table does not count: it gives way to the row.
    """
    return section.start > row.start and not _is_shell(section)


def _is_shell(measure: DraftMeasure) -> bool:
    """Whether the section is nothing but a table, and gives way to the table's rows."""
    words = measure.text.split("\n")
    return sum(len(line) for line in words if "\t" not in line and "|" not in line) < 60


def _row_measure(
    text: str, plain: str, row: DutyRow, reference: DateReference, prefix: str
) -> DraftMeasure:
    title = row.cells.get("title") or row.cells["body"]
    span = MeasureSpan(f"{prefix}/{row.number}", None, row.start, row.end)
    drafted = read_measure(text, plain, span, reference)
    lead, helping = _cell_units(text, row, "lead"), _cell_units(text, row, "cooperating")
    due = row.cells.get("due")
    dates = deadlines_in(text, reference, due.start, due.end, due=True) if due else ((), ())
    kept = [
        doubt
        for doubt in drafted.uncertain
        if doubt.what != "deadline" or not due or doubt.start < due.start
    ]
    doubts = [*kept, *dates[1], *vague_unit_doubts((*lead, *helping))]
    addressees = addressees_in(text, row.start, row.end, _places(helping))
    return replace(
        drafted,
        levels=addressees.levels,
        tags=addressees.tags,
        title=title_from(text, plain, title.start, title.end),
        deadlines=_distinct((*dates[0], *drafted.deadlines)),
        lead=lead or drafted.lead,
        cooperating=helping or drafted.cooperating,
        uncertain=tuple(sorted(set(doubts), key=lambda doubt: (doubt.start, doubt.end))),
    )


def _cell_units(text: str, row: DutyRow, column: str) -> tuple[Found, ...]:
    cell = row.cells.get(column)
    return listed_units(text, cell.start, cell.end) if cell else ()


def _distinct(deadlines: tuple[Deadline, ...]) -> tuple[Deadline, ...]:
    kept: dict[tuple[str, str], Deadline] = {}
    for deadline in deadlines:
        kept.setdefault((deadline.kind, deadline.value), deadline)
    return tuple(kept.values())


def _same_measure(plain: str, row: DutyRow, titles: list[str], around: int | None) -> int | None:
    """The measure outside the table whose title the row's work repeats."""
    cell = row.cells.get("title") or row.cells["body"]
    words = _bare(plain[cell.start : cell.end])
    for index, title in enumerate(titles):
        contained = min(len(title), len(words)) >= 6 and (title in words or words in title)
        if index != around and title and (title == words or contained):
            return index
    return None


def _bare(words: str) -> str:
    return _PUNCTUATION.sub("", words)


def _enriched(measure: DraftMeasure, row: DraftMeasure) -> DraftMeasure:
    doubts = {*measure.uncertain, *row.uncertain}
    return replace(
        measure,
        deadlines=_distinct((*measure.deadlines, *row.deadlines)),
        duties=measure.duties or row.duties,
        lead=measure.lead or row.lead,
        cooperating=measure.cooperating or row.cooperating,
        uncertain=tuple(sorted(doubts, key=lambda doubt: (doubt.start, doubt.end))),
    )
