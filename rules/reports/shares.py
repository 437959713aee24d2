"""Shares as every page and report prints them."""

from decimal import ROUND_DOWN, Decimal

NONE = "—"
"""What stands for a share of nothing."""


def share(part: int, whole: int) -> str:
    """The share of `part` in `whole` as text, such as `87.5%`. It is rounded down, so that 100.0%
    means all."""
    if whole == 0:
        return NONE
    exact = Decimal(part * 100) / Decimal(whole)
    return f"{exact.quantize(Decimal('0.1'), rounding=ROUND_DOWN)}%"
