import pytest

from rules.campaigns.copies import moved_rule
from rules.dates.calendar import PUBLISHED


@pytest.mark.parametrize(
    ("rule", "days", "moved"),
    [
        ("2026-12-18", 365, "2027-12-17"),  # 2027-12-18 is a Saturday
        ("2026-12-18", -366, "2025-12-17"),
        ("2025-10-09", 358, "2026-09-30"),  # 2026-10-02 lies in the national holiday
        ("workdays:5", 365, "workdays:5"),
        ("monthly:25", 365, "monthly:25"),
        ("", 365, ""),
    ],
)
def test_a_date_moves_to_the_working_day_before_and_every_other_rule_stays(
    rule: str, days: int, moved: str
) -> None:
    assert moved_rule(PUBLISHED, rule, days) == moved
