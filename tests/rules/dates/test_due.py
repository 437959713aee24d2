"""Due rules as they are stored."""

from datetime import date

import pytest

from rules.dates.due import parse_due
from rules.sentences.refusal import Refusal


def test_a_date_within_reach_is_a_rule() -> None:
    assert parse_due("2026-12-20").day == date(2026, 12, 20)


@pytest.mark.parametrize("rule", ["9999-12-31", "0001-01-01", "1999-12-31", "２０２６-12-20"])
def test_a_date_nobody_means_is_none(rule: str) -> None:
    """Working days until 9999 take ten seconds to count."""
    with pytest.raises(Refusal):
        parse_due(rule)
