"""A notice that was read, as a plain object for other programs."""

from __future__ import annotations

from rules.campaigns.notice.found import Doubt, Found
from rules.campaigns.notice.notice import DraftMeasure, ReadNotice
from rules.campaigns.notice.outline import Heading


def notice_json(notice: ReadNotice) -> dict[str, object]:
    """The object that `jieli notice read --json` prints. Offsets count characters of the extracted
    text, dates are in ISO form, missing values are null or an empty list."""
    return {
        "title": _value(notice.title),
        "number": _value(notice.number),
        "issuer": _value(notice.issuer),
        "date": notice.date.isoformat() if notice.date else None,
        "outline": [_heading(heading) for heading in notice.outline],
        "measures": [_measure(measure) for measure in notice.measures],
    }


def _value(found: Found | None) -> str | None:
    return found.value if found else None


def _heading(heading: Heading) -> dict[str, object]:
    return {
        "mark": heading.mark,
        "depth": heading.depth,
        "heading": heading.heading,
        "start": heading.start,
        "end": heading.end,
    }


def _measure(measure: DraftMeasure) -> dict[str, object]:
    return {
        "path": measure.path,
        "title": measure.title,
        "text": measure.text,
        "start": measure.start,
        "end": measure.end,
        "levels": list(measure.levels),
        "tags": list(measure.tags),
        "duties": [
            {
                "text": duty.text,
                "count": duty.count,
                "at_least": duty.at_least,
                "start": duty.start,
                "end": duty.end,
            }
            for duty in measure.duties
        ],
        "deadlines": [
            {
                "text": deadline.text,
                "kind": deadline.kind,
                "value": deadline.value,
                "start": deadline.start,
                "end": deadline.end,
            }
            for deadline in measure.deadlines
        ],
        "lead": [unit.value for unit in measure.lead],
        "cooperating": [unit.value for unit in measure.cooperating],
        "uncertain": [_doubt(doubt) for doubt in measure.uncertain],
    }


def _doubt(doubt: Doubt) -> dict[str, object]:
    return {
        "what": doubt.what,
        "text": doubt.text,
        "start": doubt.start,
        "end": doubt.end,
        "why": doubt.why,
    }
