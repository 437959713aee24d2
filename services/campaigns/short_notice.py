"""A release that leaves the lowest level too little time: a named officer signs for it with a
reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlmodel import Session

from adapters.settings import get_settings
from models import Account, Level, Measure
from queries.campaigns.level_dates import get_level_dates
from rules.campaigns.measure_differences import Differs
from rules.dates.floor import under_floor, workdays_left
from rules.forms.field_values import clean_text
from rules.sentences.refusal import N_, Refusal

SHORTEST_REASON, LONGEST_REASON = 4, 500
"""Characters."""
NOBODY_SIGNED = N_("由定时安排下发，没有人签字。")


class ShortNotice(NamedTuple):
    """What the history of the measure keeps of a release under the floor."""

    reason: str = ""
    """The words of the account; without an account a msgid."""
    differs: Differs | None = None
    """The floor, and the days that the lowest level has."""


def sign_for_time(
    session: Session,
    measure: Measure,
    levels: Sequence[Level],
    reason: str,
    *,
    period: str,
    today: date,
    actor: Account | None,
) -> ShortNotice:
    """What is kept of a release `today`; nothing where the lowest level has enough time.

    Raises `Refusal` where there is too little time and the account gives no reason. The product
    itself cannot sign: what it releases under the floor says so.
    """
    codes = [level.code for level in levels]
    dates = get_level_dates(session, measure, codes, period=period, received=today)
    calendar, lowest = dates.tightest(today)
    (due_on,), floor = lowest.values(), get_settings().floor_workdays
    if not under_floor(calendar, today, due_on, floor):
        return ShortNotice()
    left = workdays_left(calendar, today, due_on)
    differs: Differs = {"workdays_left": [floor, left]}
    if actor is None:
        return ShortNotice(NOBODY_SIGNED, differs)
    return ShortNotice(_checked(clean_text(reason, multiline=True), left, floor), differs)


def _checked(reason: str, left: int, floor: int) -> str:
    if len(reason) < SHORTEST_REASON:
        raise Refusal(
            N_("最低一级只有%(days)d个完整工作日，少于%(floor)d个。"
               "请写明理由再下发，理由会记在您的名下，并写进报告。"),
            days=left, floor=floor,
        )  # fmt: skip
    if len(reason) > LONGEST_REASON:
        raise Refusal(N_("理由最多 %(longest)s 字。"), longest=LONGEST_REASON)
    return reason
