"""The filters of the review list, which stand in the address, also while a reviewer decides."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from queries.review.review_list import ReviewFilter, Sort
from rules.forms.field_values import clean_text
from rules.sentences.refusal import N_
from web.edge.viewer.security import read_id

SORT_NAMES = {
    Sort.REVIEW: N_("审核期限近的在前"),
    Sort.DUE: N_("填报截止早的在前"),
    Sort.SENT: N_("先报送的在前"),
    Sort.UNIT: N_("按单位顺序"),
    Sort.FLAGS: N_("提示多的在前"),
}
TIMES = {"first": False, "again": True}
LONGEST = 40
"""Characters of a period or of what is searched for."""


def read_filter(query: QueryParams) -> ReviewFilter:
    """The filter that an address asks for; unknown values are left out."""
    sort = query.get("sort", "")
    return ReviewFilter(
        measure_id=read_id(query.get("measure", "")) or None,
        period=_text(query.get("period", "")),
        unit_id=read_id(query.get("unit", "")) or None,
        search=_text(query.get("q", "")),
        late="late" in query,
        again=TIMES.get(query.get("times", "")),
        flagged="flagged" in query,
        overdue="overdue" in query,
        stood_in="stood_in" in query,
        sort=Sort(sort) if sort in list(Sort) else ReviewFilter().sort,
    )


def _text(typed: str) -> str:
    return clean_text(typed, multiline=False)[:LONGEST]


def written(chosen: ReviewFilter) -> dict[str, Any]:
    """The filter as the fields of an address; what the filter does not ask for is left out."""
    times = {value: name for name, value in TIMES.items()}
    fields: dict[str, Any] = {
        "measure": chosen.measure_id,
        "period": chosen.period,
        "unit": chosen.unit_id,
        "q": chosen.search,
        "late": int(chosen.late),
        "times": times[chosen.again] if chosen.again is not None else "",
        "flagged": int(chosen.flagged),
        "overdue": int(chosen.overdue),
        "stood_in": int(chosen.stood_in),
        "sort": chosen.sort if chosen.sort != ReviewFilter().sort else "",
    }
    return {name: str(value) for name, value in fields.items() if value}


def read_page(query: QueryParams) -> int:
    """The page of the list an address asks for, counted from 1."""
    return read_id(query.get("page", "")) or 1


def address_of(chosen: ReviewFilter, page: int = 1) -> Callable[..., str]:
    """`address(path, name=value)`: an address that carries the filter and the page along."""

    def address(path: str, **more: object) -> str:
        paged = {"page": page} if page > 1 else {}
        query = urlencode({**more, **written(chosen), **paged})
        return f"{path}?{query}" if query else path

    return address
