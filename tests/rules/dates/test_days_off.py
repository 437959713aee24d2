"""A due date on a day off becomes the working day before, where the measure says so."""

from datetime import date

import pytest

from rules.dates.calendar import PUBLISHED, Calendars
from rules.dates.due import due_dates, parse_due

SUNDAY, FRIDAY, MONDAY = date(2026, 12, 20), date(2026, 12, 18), date(2026, 12, 21)
LEVELS = ["league", "banner", "village"]


def dates(rule: str, review_days: int, *, to_before: bool) -> list[date]:
    found = due_dates(
        parse_due(rule), LEVELS, period="once", received=date(2026, 12, 11),
        review_days=review_days, calendar=PUBLISHED, off_to_before=to_before,
    )  # fmt: skip
    return list(found.values())


@pytest.mark.parametrize(
    ("rule", "review_days", "stays", "moves"),
    [
        ("2026-12-20", 0, [SUNDAY] * 3, [FRIDAY] * 3),
        ("2026-12-20", 1, [SUNDAY, FRIDAY, date(2026, 12, 17)],
         [FRIDAY, date(2026, 12, 17), date(2026, 12, 16)]),
        ("days:9", 1, [date(2026, 12, 22), MONDAY, SUNDAY], [date(2026, 12, 22), MONDAY, FRIDAY]),
        ("2026-12-18", 0, [FRIDAY] * 3, [FRIDAY] * 3),
    ],
)  # fmt: skip
def test_every_level_is_asked(
    rule: str, review_days: int, stays: list[date], moves: list[date]
) -> None:
    assert dates(rule, review_days, to_before=False) == stays
    assert dates(rule, review_days, to_before=True) == moves


def test_a_unit_goes_by_the_first_calendar_of_its_tags() -> None:
    school = PUBLISHED.changed({FRIDAY: False}, name="学校")
    pastoral = PUBLISHED.changed({SUNDAY: True}, name="牧区")
    calendars = Calendars(PUBLISHED, {"school": school, "pastoral": pastoral})
    assert calendars.of(["pastoral", "school"]) is school
    assert calendars.of(["border"]) is PUBLISHED
    assert school.at_latest(SUNDAY) == date(2026, 12, 17)
    assert pastoral.at_latest(SUNDAY) == SUNDAY
