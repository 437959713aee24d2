"""Shares as every page and report prints them."""

from decimal import ROUND_DOWN, Decimal

NONE = "—"
"""A share of nothing."""


def share(part: int, whole: int) -> str:
    """`part` of `whole` as text such as `87.5%`; rounded down, so that 100.0% means all."""
    if whole == 0:
        return NONE
    exact = Decimal(part * 100) / Decimal(whole)
    return f"{exact.quantize(Decimal('0.1'), rounding=ROUND_DOWN)}%"
