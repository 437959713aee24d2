"""Due rules: when a measure is due, and what each level gets of that time.

A rule is written as intake finds it:

- `2026-12-20`: by that day;
- `workdays:5`, `days:10`: after receipt, in working or calendar days;
- `weekly:5` (ISO weekday), `monthly:25`, `quarterly:25`, `half_yearly:last`, `yearly:last`: in
  every period, on that day of its last month, or on its last day.

The date of a rule is the issuer's: the level right below it answers by then, and each further
level `review_days` working days earlier, so that every level has time for its own review.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from models import Measure
from rules.dates.calendar import Calendar
from rules.dates.periods import period_dates, period_of
from rules.sentences.refusal import N_, Refusal

RECURRENCES = ("weekly", "monthly", "quarterly", "half_yearly", "yearly")
YEARS = range(2000, 2101)
"""Years a date may have. Working days are counted one by one, and nobody means the year 9999."""
_AFTER = ("workdays", "days")
_RULE = re.compile(r"(?P<kind>[a-z_]+):(?P<value>[0-9]{1,3}|last)")


@dataclass(frozen=True)
class DueRule:
    """A parsed rule. `kind`: `by`, `workdays`, `days`, or one of `RECURRENCES`."""

    kind: str
    day: date | None = None
    value: int | None = None
    """Days after receipt, or the day within the period. None: the last day of the period."""

    @property
    def recurrence(self) -> str:
        """`once`, or how often a new period opens."""
        return self.kind if self.kind in RECURRENCES else "once"

    @property
    def after_receipt(self) -> bool:
        return self.kind in _AFTER


def parse_due(rule: str) -> DueRule:
    """The parsed rule. Raises `Refusal` for a text that is no rule."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", rule):
        return DueRule("by", day=_date(rule))
    found = _RULE.fullmatch(rule)
    if not found or found["kind"] not in (*_AFTER, *RECURRENCES):
        raise _not_a_rule(rule)
    value = None if found["value"] == "last" else int(found["value"])
    return _checked(DueRule(found["kind"], value=value), rule)


def _date(rule: str) -> date:
    try:
        day = date.fromisoformat(rule)
    except ValueError as error:
        raise _not_a_rule(rule) from error
    if day.year not in YEARS:
        raise _not_a_rule(rule)
    return day


def _checked(due: DueRule, rule: str) -> DueRule:
    highest = 7 if due.kind == "weekly" else 366 if due.after_receipt else 31
    if due.value is None and due.kind in ("weekly", *_AFTER):
        raise _not_a_rule(rule)
    if due.value is not None and not 1 <= due.value <= highest:
        raise _not_a_rule(rule)
    return due


def _not_a_rule(rule: str) -> Refusal:
    return Refusal(
        N_(
            "无法识别办理时限“%(rule)s”：请填写日期，或每周、每月、每季度的某一天，或收到后几个工作日。"
        ),
        rule=rule,
    )


def current_period(due: DueRule, today: date) -> str:
    """The period that is open today; `once` for a measure that is done one time."""
    return period_of(due.recurrence, today)


def final_date(
    due: DueRule,
    period: str,
    received: date,
    *,
    calendar: Calendar,
    off_to_before: bool = False,
) -> date:
    """The date the rule itself gives for a period. Rules after receipt count from `received`.

    With `off_to_before` a date on a day off becomes the working day before.
    """
    final = _final_date(due, period, received, calendar)
    return calendar.at_latest(final) if off_to_before else final


def _final_date(due: DueRule, period: str, received: date, calendar: Calendar) -> date:
    if due.day is not None:
        return due.day
    if due.kind == "workdays":
        return calendar.add_workdays(received, due.value or 0)
    if due.kind == "days":
        return received + timedelta(days=due.value or 0)
    return _in_period(due, *period_dates(period))


def _in_period(due: DueRule, first: date, last: date) -> date:
    if due.value is None:
        return last
    if due.kind == "weekly":
        return first + timedelta(days=due.value - 1)
    return last.replace(day=min(due.value, last.day))


def due_dates(
    due: DueRule,
    levels: list[str],
    *,
    period: str,
    received: date,
    review_days: int,
    calendar: Calendar,
    off_to_before: bool = False,
) -> dict[str, date]:
    """Level → due date. `levels` are those below the issuer, from the top down.

    `received` is the day the measure is handed down. A rule by a date: the first level gets that
    date, and each further level `review_days` working days less than the level above. A rule after
    receipt: the last level gets the days of the rule, and each level above `review_days` more than
    the level below. With `off_to_before` a date on a day off becomes the working day before.
    """
    final = final_date(due, period, received, calendar=calendar, off_to_before=off_to_before)
    last = len(levels) - 1
    return {
        level: _later(
            calendar, final, review_days * (last - depth if due.after_receipt else -depth)
        )
        for depth, level in enumerate(levels)
    }


def dates_of(
    measure: Measure, levels: list[str], *, period: str, received: date, calendar: Calendar
) -> dict[str, date]:
    """Level → due date of a measure that has a due rule, as `due_dates` says."""
    return due_dates(
        parse_due(measure.due_rule), levels,
        period=period, received=received, review_days=measure.review_days, calendar=calendar,
        off_to_before=measure.off_to_before,
    )  # fmt: skip


def final_date_of(measure: Measure, *, period: str, received: date, calendar: Calendar) -> date:
    """The date of the issuer itself, as `final_date` says."""
    return final_date(
        parse_due(measure.due_rule), period, received,
        calendar=calendar, off_to_before=measure.off_to_before,
    )  # fmt: skip


def _later(calendar: Calendar, day: date, workdays: int) -> date:
    return calendar.add_workdays(day, workdays) if workdays else day
