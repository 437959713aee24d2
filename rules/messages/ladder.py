"""The ladder of reminders: on which working days before and after a due date who is told.

First the unit itself is reminded, then the unit above is told, then the one above that. Steps are
counted in working days from the due date, never in hours, so that no step is spent on a weekend.
A returned answer has a due date of its own, and so a ladder of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from models import ReminderRule
from rules.dates.calendar import Calendar, local_time
from rules.sentences.refusal import N_, Refusal

MOST_DAYS, MOST_STEPS = 60, 10
CATCH_UP = 10
"""Working days for which steps are made up when nothing ran; older ones are past."""


class Rung(StrEnum):
    """Whom a step tells."""

    UNIT = "unit"
    ABOVE = "above"
    HIGHER = "higher"
    REVIEWER = "reviewer"
    """The unit that has to review, from the day on which the review is due. When the unit above is
    told of late answers, it is told of late reviews, too."""


class Ladder(NamedTuple):
    """The steps of a campaign, in working days, and the hours in which it reminds."""

    before: Sequence[int] = (3, 1, 0)
    after: Sequence[int] = (1, 3, 5, 10)
    above: Sequence[int] = (2, 5)
    higher: Sequence[int] = (5, 10)
    opens_at: int = 9
    closes_at: int = 18
    active: bool = True

    @classmethod
    def of(cls, rule: ReminderRule | None) -> Ladder:
        """The ladder of a campaign; `rule` is the campaign's row, or None."""
        if rule is None:
            return USUAL
        return cls(
            tuple(rule.before), tuple(rule.after), tuple(rule.above), tuple(rule.higher),
            rule.opens_at, rule.closes_at, rule.active,
        )  # fmt: skip

    def speaks_at(self, now: datetime, calendar: Calendar) -> bool:
        """Whether units of a calendar may be reminded at `now` (aware): on a working day, outside
        of the quiet hours."""
        local = local_time(now)
        within = self.opens_at <= local.hour < self.closes_at
        return self.active and within and calendar.is_workday(local.date())

    @property
    def horizon(self) -> int:
        """Working days before the due date from which on a unit hears of what it owes."""
        return max(self.before, default=0)


USUAL = Ladder()


def steps_of(
    ladder: Ladder, today: date, calendar: Calendar, *, since: date | None = None
) -> dict[date, set[Rung]]:
    """Due date → whom the steps tell that fall on the working day `today`.

    `since`: the working day of the last round; the steps of working days after it are made up. A
    due date on a day off counts as the working day before it for steps before and at the due date.
    """
    reached: dict[date, set[Rung]] = {}
    for day in _made_up(today, calendar, since):
        for rung, numbers in _numbers(ladder).items():
            for number in numbers:
                for due_on in _due_dates(calendar.add_workdays(day, -number), calendar):
                    reached.setdefault(due_on, set()).add(rung)
    return reached


def _numbers(ladder: Ladder) -> dict[Rung, list[int]]:
    """Whom the steps tell → working days after the due date; negative before it."""
    return {
        Rung.UNIT: [*(-number for number in ladder.before), *ladder.after],
        Rung.ABOVE: [*ladder.above],
        Rung.HIGHER: [*ladder.higher],
        Rung.REVIEWER: [0, *ladder.after],
    }


def _due_dates(workday: date, calendar: Calendar) -> Iterator[date]:
    """A working day, and the days off after it."""
    day, following = workday, calendar.add_workdays(workday, 1)
    while day < following:
        yield day
        day += timedelta(days=1)


def _made_up(today: date, calendar: Calendar, since: date | None) -> Iterator[date]:
    """The working days after `since`, up to and including today."""
    missed = calendar.workdays_between(since, today) if since else 1
    for back in range(min(max(missed, 1), CATCH_UP) - 1, -1, -1):
        yield calendar.add_workdays(today, -back)


def check_ladder(ladder: Ladder) -> Ladder:
    """The ladder, with its steps in order. Raises `Refusal`."""
    if not 0 <= ladder.opens_at < ladder.closes_at <= 24:
        raise Refusal(N_("提醒的开始时间要早于结束时间，例如 9 时到 18 时。"))
    lowest = {"before": 0, "after": 1, "above": 1, "higher": 1}
    steps = {name: _in_order(getattr(ladder, name), least) for name, least in lowest.items()}
    ahead = [steps["above"], steps["higher"]]
    if all(ahead) and ahead[1][0] < ahead[0][0]:
        raise Refusal(N_("再上一级得知的时间不能早于上级单位。"))
    return Ladder(
        **steps, opens_at=ladder.opens_at, closes_at=ladder.closes_at, active=ladder.active
    )  # fmt: skip


def _in_order(numbers: Sequence[int], least: int) -> tuple[int, ...]:
    if any(not least <= number <= MOST_DAYS for number in numbers):
        raise Refusal(N_("工作日数要在 %(least)s 到 %(most)s 之间。"), least=least, most=MOST_DAYS)
    if len(set(numbers)) > MOST_STEPS:
        raise Refusal(N_("一栏最多写 %(most)s 个数。"), most=MOST_STEPS)
    return tuple(sorted(set(numbers)))


def read_steps(text: str) -> tuple[int, ...]:
    """The numbers that an office has typed, such as `1、3、5`. Raises `Refusal`."""
    words = text.translate(_BETWEEN).split()
    if not all(word.isdecimal() and len(word) <= 3 for word in words):
        raise Refusal(N_("“%(text)s”不是一串工作日数。请写成 1、3、5。"), text=text[:40])
    return tuple(map(int, words))


_BETWEEN = str.maketrans("、，,；;/\n\t", " " * 8)
