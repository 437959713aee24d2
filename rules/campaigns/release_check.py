"""What an office should know before it releases a measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from rules.dates.calendar import Calendar
from rules.dates.due_table import unpublished_years
from rules.dates.floor import under_floor, workdays_left
from rules.sentences.days import told_day
from rules.sentences.refusal import N_
from rules.sentences.sentence import Sentence

SUMS_LEVELS = N_("上下两级单位都填这张表单，合计是两级相加，可能重复计算。")
NOBODY = Sentence(N_("没有一个单位会收到：请检查下发的层级和标签。"))
NO_DUE = Sentence(N_("尚未确定办理时限。"))
NO_TITLE = Sentence(N_("没有标题。"))


@dataclass(frozen=True)
class ReleaseFacts:
    """What a release today would mean."""

    answering: int
    """The number of units that fill in the form."""
    due_on: date | None
    """The due date of the lowest level that is reached."""
    today: date
    gate_days: int
    """Working days until the measure reaches the lowest level, if every gate waits its full
    time."""
    has_form: bool
    calendar: Calendar
    """By which the lowest level has the fewest days."""
    floor: int
    """Whole working days that the lowest level has at least."""
    dates: Mapping[str, date] = field(default_factory=dict)
    """Name of a level, in the language of the page → its due date, from the top down."""
    off: Mapping[str, date] = field(default_factory=dict)
    """The same for levels whose date is a day off."""
    moved: Mapping[str, date] = field(default_factory=dict)
    """The same for levels whose date became the working day before: the day off."""
    sums_levels: bool = False
    """The form sums, and units of two levels fill it in, one below the other."""

    @property
    def days_left(self) -> int | None:
        """Whole working days that the lowest level has from today."""
        return (
            None if self.due_on is None else workdays_left(self.calendar, self.today, self.due_on)
        )

    @property
    def short(self) -> bool:
        """The lowest level has fewer working days than the floor: somebody signs for that."""
        return self.due_on is not None and self._is_under_floor(self.today, self.due_on)

    @property
    def days_left_at_worst(self) -> int | None:
        """Working days that the lowest level has, if every gate above waits its full time."""
        if self.due_on is None:
            return None
        return workdays_left(self.calendar, self._latest_arrival, self.due_on)

    @property
    def short_at_worst(self) -> bool:
        """The same as `short`, if every gate above waits its full time."""
        return self.due_on is not None and self._is_under_floor(self._latest_arrival, self.due_on)

    @property
    def _latest_arrival(self) -> date:
        return self.calendar.add_workdays(self.today, self.gate_days)

    def _is_under_floor(self, arrival: date, due_on: date) -> bool:
        return under_floor(self.calendar, arrival, due_on, self.floor)


def missing(facts: ReleaseFacts, title: str) -> list[Sentence]:
    """What keeps a measure from being confirmed. Empty when the measure is whole."""
    lacking = (not title.strip(), NO_TITLE), (facts.due_on is None, NO_DUE)
    return [told for lacks, told in (*lacking, (not facts.answering, NOBODY)) if lacks]


def warnings(facts: ReleaseFacts) -> list[Sentence]:
    """Sentences about what to look at before releasing. Empty when nothing is odd."""
    found: list[Sentence] = []
    if not facts.answering:
        found.append(NOBODY)
    if not facts.has_form:
        found.append(Sentence(N_("没有选择表单，下级只能填写文字，没有数字可以汇总。")))
    if facts.sums_levels:
        found.append(Sentence(SUMS_LEVELS))
    return found + _due_warnings(facts)


def _due_warnings(facts: ReleaseFacts) -> list[Sentence]:
    if facts.due_on is None:
        return [NO_DUE]
    if facts.due_on <= facts.today:
        return [Sentence(N_("最低一级的截止日期已到或已过。"))]
    found = []
    if facts.short:
        told = {"days": facts.days_left, "floor": facts.floor}
        found.append(Sentence(N_("最低一级只有%(days)d个工作日，少于%(floor)d个。"), told))
    elif facts.short_at_worst:
        worst = {"days": facts.days_left_at_worst}
        found.append(
            Sentence(N_("如果每一级都等到自动下发，最低一级只剩%(days)d个工作日。"), worst)
        )
    return [*found, *_odd_days(facts)]


def _odd_days(facts: ReleaseFacts) -> Iterator[Sentence]:
    """What is odd about the dates of all levels: days off, and years not published."""
    for level, day in facts.off.items():
        told = {"level": level, "day": told_day(day, facts.today)}
        yield Sentence(N_("“%(level)s”的截止日期%(day)s不是工作日。"), told)
    for level, day in facts.moved.items():
        to = told_day(facts.dates[level], facts.today)
        moved = {"level": level, "day": told_day(day, facts.today), "to": to}
        yield Sentence(N_("“%(level)s”的截止日期%(day)s不是工作日，已提前到工作日%(to)s。"), moved)
    yield from unpublished_years(facts.dates.values(), facts.calendar)
