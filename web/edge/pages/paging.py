"""Lists that are shown page by page."""

from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Query

PageNumber = Annotated[int, Query(ge=1, le=100_000)]
"""The page an address asks for, counted from 1."""
_OF_A_PAGE = ("page", "missing", "format", "tick")
"""What an address says of the page that is shown, and not of the list."""


def count_pages(total: int, size: int) -> int:
    """How many pages of `size` rows hold `total` rows; an empty list has one page."""
    return max(1, -(-total // size))


def as_file(address: str) -> str:
    """The address of the file with the list that the page at `address` shows."""
    parts = urlsplit(address)
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] not in _OF_A_PAGE]
    return f"{parts.path}?{urlencode([*kept, ('format', 'xlsx')])}"
