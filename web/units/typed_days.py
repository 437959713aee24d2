"""Days of a calendar as an officer types them, or as a page carries them on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from models import DayKind
from rules.dates.calendar import PUBLISHED, PUBLISHED_NAMES
from rules.dates.due import YEARS
from rules.forms.field_values import clean_text
from rules.sentences.refusal import N_, Refusal
from rules.units.calendar_list import LONGEST_NAME, DayRow, read_day

AS_USUAL = "as_usual"
"""The day is as any other of its weekday again."""
MOST_RANGE = 120
"""The most days from the first to the last of one entry."""
_NO_DAY = N_("“%(text)s”不是日期，请写成2027-01-02的样子。")


@dataclass(frozen=True)
class WantedDays:
    """What is to become of days of one calendar; None: the day is as any other."""

    days: Mapping[date, DayRow | None]
    until: int | None = None
    """The last year that is known from then on; None: as before."""

    @property
    def works(self) -> dict[date, bool | None]:
        """Day → whether offices work on it; None: as on any other of its weekday."""
        return {
            day: None if row is None else row.kind == DayKind.WORKING_DAY
            for day, row in self.days.items()
        }

    @property
    def packed(self) -> str:
        """The days as the text of a hidden input."""
        return "\n".join(
            f"{day} {row.kind} {row.name}" if row else f"{day} {AS_USUAL} "
            for day, row in self.days.items()
        )


def unpack(packed: str, until: str) -> WantedDays:
    """The days that a page carries. Raises `Refusal` for what no page of ours has written."""
    days: dict[date, DayRow | None] = {}
    for line in packed.splitlines():
        typed, kind, name = [*line.split(" ", 2), "", ""][:3]
        days |= _wanted(typed, typed, kind, name)
    year = int(until) if until.isdecimal() and len(until) == 4 else None
    if until and year not in YEARS:
        raise Refusal(N_("“%(text)s”不是年份，请写成2027的样子。"), text=until[:20])
    return WantedDays(days, year)


def read_typed(typed: Mapping[str, str]) -> WantedDays:
    """The inputs `first`, `last` (empty: one day only), `kind` and `name`. Raises `Refusal`."""
    first = typed.get("first", "").strip()
    last = typed.get("last", "").strip() or first
    return WantedDays(_wanted(first, last, typed.get("kind", ""), typed.get("name", "")))


def published_after(until: int) -> WantedDays | None:
    """The days of the years after `until` that the product knows; None: there are none."""
    newest = PUBLISHED.known_until.year
    if newest <= until:
        return None
    days: dict[date, DayRow | None] = {
        day: DayRow(day, DayKind.WORKING_DAY if works else DayKind.DAY_OFF, PUBLISHED_NAMES[day])
        for day, works in PUBLISHED.days.items()
        if until < day.year
    }
    return WantedDays(days, newest)


def _wanted(first: str, last: str, kind: str, name: str) -> dict[date, DayRow | None]:
    start, end = _day(first), _day(last)
    if kind not in {*DayKind, AS_USUAL}:
        raise Refusal(N_("请选择这些日子放假、上班，还是照平常。"))
    if end < start:
        raise Refusal(N_("最后一天不能早于第一天。"))
    if (end - start).days >= MOST_RANGE:
        raise Refusal(N_("一次最多 %(most)s 天，请分几次，或者上传文件。"), most=MOST_RANGE)
    named = clean_text(name, multiline=False)
    if len(named) > LONGEST_NAME:
        raise Refusal(N_("名称最多 %(longest)d 个字。"), longest=LONGEST_NAME)
    days = [start + timedelta(number) for number in range((end - start).days + 1)]
    return {day: None if kind == AS_USUAL else DayRow(day, DayKind(kind), named) for day in days}


def _day(text: str) -> date:
    day = read_day(text)
    if day is None:
        raise Refusal(_NO_DAY, text=text[:20])
    return day
