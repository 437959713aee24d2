"""The rules of extensions: which dates may be asked for, and which a unit may give (延期)."""

from collections.abc import Mapping
from datetime import date

from models import ExtensionOutcome
from rules.sentences.days import told_day
from rules.sentences.refusal import N_, Refusal

OUTCOMES: Mapping[ExtensionOutcome, str] = {
    ExtensionOutcome.GRANTED: N_("同意"),
    ExtensionOutcome.SHORTENED: N_("同意，时间缩短"),
    ExtensionOutcome.REFUSED: N_("不同意"),
    ExtensionOutcome.ENDED: N_("已经报送，不用延期"),
}


def check_later(day: date, due_on: date, today: date) -> None:
    """Raises `Refusal` where `day` is over, or does not give more time than `due_on`."""
    if day < today:
        raise Refusal(N_("%(day)s已经过去，请填今天以后的日期。"), day=told_day(day, today))
    if day <= due_on:
        due = told_day(due_on, today)
        raise Refusal(N_("现在的截止日期是%(due)s，延期的日期要比它晚。"), due=due)


def check_bound(day: date, bound: date, unit: str) -> None:
    """Raises `Refusal` where `day` lies behind the date of the unit that gives the time."""
    if day > bound:
        raise Refusal(
            N_("“%(unit)s”自己的截止日期是%(bound)s，不能延到更晚的%(day)s。"),
            unit=unit, bound=told_day(bound), day=told_day(day),
        )  # fmt: skip


def outcome_of(wanted: date, given: date) -> ExtensionOutcome:
    """What a date that is given means for the date that was asked for."""
    return ExtensionOutcome.GRANTED if given >= wanted else ExtensionOutcome.SHORTENED
