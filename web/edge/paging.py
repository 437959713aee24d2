"""Lists that are shown page by page."""

from typing import Annotated

from fastapi import Query

PageNumber = Annotated[int, Query(ge=1, le=100_000)]
"""The page an address asks for, counted from 1."""


def count_pages(total: int, size: int) -> int:
    """How many pages of `size` rows hold `total` rows; an empty list has one page."""
    return max(1, -(-total // size))
