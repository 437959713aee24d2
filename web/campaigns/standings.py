"""What has become of an occurrence of a schedule, in the words of the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models import HandDown, Occurrence
from rules.campaigns.standings import STANDING_NAMES, Standing, standing_of
from web.edge.viewer.language import Words

COLOURS = {
    Standing.WAITING: "blue",
    Standing.UNDER_WAY: "blue",
    Standing.AGAIN: "amber",
    Standing.DONE: "green",
    Standing.MADE_UP: "green",
    Standing.REFUSED: "red",
    Standing.PASSED_OVER: "grey",
    Standing.STOPPED: "grey",
}


@dataclass(frozen=True)
class ToldOccurrence:
    """An occurrence with everything that a page says of it."""

    occurrence: Occurrence
    standing: Standing
    name: str
    """A msgid."""
    colour: str
    done_at: datetime | None
    """When everything that the occurrence caused was done."""
    reason: str
    """Why the occurrence was refused, in the language of the page."""
    for_reports: bool

    @property
    def is_open(self) -> bool:
        return self.occurrence.settled_at is None

    @property
    def broken_off(self) -> int:
        """Attempts that came to nothing."""
        current = self.occurrence.flow_run_id is not None or not self.for_reports
        return max(self.occurrence.attempts - current, 0)


def told_of(
    words: Words, occurrence: Occurrence, hand_down: HandDown | None, *, for_reports: bool
) -> ToldOccurrence:
    """What is to be said of an occurrence; `hand_down`: the wish that the occurrence has caused."""
    done_at = hand_down.done_at if hand_down else occurrence.settled_at
    standing = standing_of(occurrence, done_at)
    return ToldOccurrence(
        occurrence=occurrence,
        standing=standing,
        name=STANDING_NAMES[standing],
        colour=COLOURS[standing],
        done_at=done_at,
        reason=words.say(occurrence.refusal) if occurrence.refusal else "",
        for_reports=for_reports,
    )
