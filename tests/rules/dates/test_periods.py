"""Periods in words."""

from datetime import date

import pytest

from rules.dates.periods import period_dates, period_of, period_words

WORDS = {
    "202601": "2026年1月", "202610": "2026年10月", "202612": "2026年12月",
    "2026Q3": "2026年第3季度", "2026W05": "2026年第5周", "2026W30": "2026年第30周",
    "2026H1": "2026年上半年", "2026H2": "2026年下半年", "2026": "2026年", "once": "",
}  # fmt: skip


@pytest.mark.parametrize("code", WORDS)
def test_a_period_is_told_in_words(code: str) -> None:
    assert str(period_words(code)) == WORDS[code]


@pytest.mark.parametrize("code", ["202613", "202600", "2026Q5", "%(x)s", "", "全部"])
def test_what_is_no_period_stays_as_it_is(code: str) -> None:
    assert str(period_words(code)) == code


@pytest.mark.parametrize("code", ["202613", "once", "2026年"])
def test_what_is_no_period_has_no_days(code: str) -> None:
    with pytest.raises(ValueError, match=code):
        period_dates(code)


@pytest.mark.parametrize("how", ["weekly", "monthly", "quarterly", "half_yearly", "yearly"])
def test_every_kind_of_period_has_words(how: str) -> None:
    code = period_of(how, date(2026, 7, 22))
    assert str(period_words(code)).startswith("2026年")
    assert str(period_words(code)) != code
