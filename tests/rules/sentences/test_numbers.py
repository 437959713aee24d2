import pytest

from rules.sentences.numbers import apart


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0, "0"), (999, "999"), (12345, "12,345"), (-1234567, "-1,234,567"),
        ("7168.25", "7,168.25"),
        ("-1000.5", "-1,000.5"), ("—", "—"), ("", ""), ("40.0%", "40.0%"), ("1/2", "1/2"),
        ("2026-12-18", "2026-12-18"), ("１２３４", "１２３４"), (".5", ".5"),
    ],
)  # fmt: skip
def test_thousands_stand_apart_and_what_is_no_number_stays(value: int | str, told: str) -> None:
    assert apart(value) == told
