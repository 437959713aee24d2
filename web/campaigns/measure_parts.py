"""The parts of a measure that address different kinds of office, as the editor lists them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from models import Campaign, Level, Measure, Notice
from queries.campaigns.campaigns import get_notice
from queries.campaigns.measures import list_taken_parts
from queries.units.units import list_levels
from rules.campaigns.notice.parts import Part
from services.campaigns.measure_parts import parts_of_measure, take_part
from web.campaigns.measure_acts import attempt_on
from web.edge.viewer.context import Context

TAKE_PART = "part:"
"""What a button sends that makes a measure of a part, before the part's first place."""
_PLACE = re.compile(r"[0-9]{1,7}")


@dataclass(frozen=True)
class ListedPart:
    """A part, the levels that it addresses, and the measure that was made of it (None: none)."""

    part: Part
    levels: Sequence[Level]
    taken: int | None


def list_parts(session: Session, measure: Measure, notice: Notice | None) -> list[ListedPart]:
    """The parts of a measure that was read from `notice`. Two statements where there are parts."""
    parts = parts_of_measure(measure, notice) if notice else ()
    if not parts:
        return []
    taken = list_taken_parts(session, measure)
    levels = list_levels(session)
    return [
        ListedPart(
            part=part,
            levels=[level for level in levels if level.code in part.levels],
            taken=taken.get((part.start, part.end)),
        )
        for part in parts
    ]


def take_sent_part(context: Context, measure: Measure, campaign: Campaign, then: str) -> str:
    """Make a measure of the part whose button was pressed; `then` is `part:120`.

    The sentence of the refusal, or "". A place that no button sends is a part that is not there.
    """
    place = then.removeprefix(TAKE_PART)
    start = int(place) if _PLACE.fullmatch(place) else -1
    with attempt_on(context, measure) as outcome:
        take_part(
            context.session,
            measure,
            get_notice(context.session, campaign),
            start,
            actor=context.actor,
            now=context.now,
        )
    return outcome.refusal
