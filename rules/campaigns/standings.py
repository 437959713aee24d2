"""What has become of an occurrence, in one word for the page."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from models import Occurrence, Outcome
from rules.sentences.refusal import N_

LATE = timedelta(minutes=5)
"""An occurrence noted later than this after its due moment was missed, and is made up."""


class Standing(StrEnum):
    """How far an occurrence has got."""

    WAITING = "waiting"
    UNDER_WAY = "under_way"
    AGAIN = "again"
    DONE = "done"
    MADE_UP = "made_up"
    REFUSED = "refused"
    PASSED_OVER = "passed_over"
    STOPPED = "stopped"


STANDING_NAMES = {
    Standing.WAITING: N_("等待办理"),
    Standing.UNDER_WAY: N_("正在办理"),
    Standing.AGAIN: N_("中断后等待再次办理"),
    Standing.DONE: N_("已办理"),
    Standing.MADE_UP: N_("已补办"),
    Standing.REFUSED: N_("未能办理"),
    Standing.PASSED_OVER: N_("未补办"),
    Standing.STOPPED: N_("已停止，未办完"),
}
ENDED = {
    Outcome.REFUSED: Standing.REFUSED,
    Outcome.PASSED_OVER: Standing.PASSED_OVER,
    Outcome.STOPPED: Standing.STOPPED,
}


def standing_of(occurrence: Occurrence, done_at: datetime | None) -> Standing:
    """The standing of an occurrence. `done_at`: when everything it caused was done, or None."""
    if occurrence.outcome in ENDED:
        return ENDED[occurrence.outcome]
    if occurrence.outcome == Outcome.DONE and done_at is not None:
        return Standing.MADE_UP if is_late(occurrence) else Standing.DONE
    if occurrence.outcome == Outcome.DONE or occurrence.begun_at is not None:
        return Standing.UNDER_WAY
    broken_off = occurrence.attempts > 1 or (occurrence.attempts and not occurrence.flow_run_id)
    return Standing.AGAIN if broken_off else Standing.WAITING


def is_late(occurrence: Occurrence) -> bool:
    """Whether nothing ran at the moment when the occurrence was due."""
    return occurrence.noted_at - occurrence.due_at > LATE
