"""What a draft measure that was read from a notice holds before an office has checked it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from models import MeasureKind
from rules.campaigns.notice.notice import DraftMeasure
from services.campaigns.measure_content import MeasureContent


def content_read(read: DraftMeasure, below: Collection[str]) -> MeasureContent:
    """What is certain: a single deadline, a single count, the named units and levels.

    `below`: the codes of the levels below the office. Other levels cannot be addressed.
    """
    duty = read.duties[0] if len(read.duties) == 1 else None
    return MeasureContent(
        title=read.title[:300],
        text=read.text,
        kind=MeasureKind.DUTY if read.duties else MeasureKind.FIGURES,
        due_rule=read.deadlines[0].value if len(read.deadlines) == 1 else "",
        target_count=duty.count if duty else None,
        target_label=duty.text[:120] if duty else "",
        lead="、".join(unit.value for unit in read.lead)[:300],
        cooperating="、".join(unit.value for unit in read.cooperating)[:600],
        addressees=[(level, "") for level in read.levels if level in below],
    )


def findings_of(read: DraftMeasure) -> dict[str, Any]:
    """Everything that was found, certain or not, each with its place in the text."""
    return {
        "duties": [asdict(duty) for duty in read.duties],
        "deadlines": [asdict(deadline) for deadline in read.deadlines],
        "levels": list(read.levels),
        "tags": list(read.tags),
        "lead": [asdict(unit) for unit in read.lead],
        "cooperating": [asdict(unit) for unit in read.cooperating],
        "uncertain": [asdict(doubt) for doubt in read.uncertain],
    }
