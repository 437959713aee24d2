"""Fill times: counting how long filling in a form took. No units, no persons (rule 8)."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Integer, insert, select, text, true
from sqlmodel import Session

from models import FillTime
from models.parameters import given_rows
from rules.dates.calendar import local_date
from rules.filling.answer_sheet import AnswerSheet
from rules.forms.minutes import bucket_of

DAY = 24 * 3600


def count_fillings(
    session: Session, filled: Iterable[tuple[AnswerSheet, int | None, datetime]]
) -> None:
    """Count the seconds from the first look at a form to its sending. One statement, or none.

    Each form comes as its sheet, the time when the page was first made, and the time of sending.
    The time of the page is in seconds since 1970, as the page's hidden input says it; None: not
    known; a draft knows the time better. Only a first filling within one day is counted, because a
    filling that began yesterday, or that follows a return, took time that the page does not know.
    """
    buckets = Counter(filter(None, (_bucket(*form) for form in filled)))
    if buckets:
        rows = [[*bucket, count] for bucket, count in sorted(buckets.items())]
        session.execute(_MORE, {"rows": rows})


def _bucket(sheet: AnswerSheet, opened: int | None, now: datetime) -> tuple[int, int] | None:
    """The form version, and the longest time that is counted together with this one. None: the
    filling is not counted."""
    if sheet.draft is not None:
        opened = sheet.draft.opened
    if opened is None or sheet.version_id is None or sheet.last is not None:
        return None
    seconds = now.timestamp() - opened
    begun = now - timedelta(seconds=min(max(seconds, 0), DAY))
    if seconds < 0 or local_date(begun) != local_date(now):
        return None
    return sheet.version_id, bucket_of(seconds)


_KEYS = ("form_version_id", "up_to")
_MORE = insert(FillTime.__table__).from_select(  # type: ignore[attr-defined]
    [*_KEYS, "count"],
    select(*given_rows("rows", form_version_id=Integer, up_to=Integer, count=Integer))
    .where(true())
    .suffix_with(
        text(
            f"ON CONFLICT ({', '.join(_KEYS)}) "
            "DO UPDATE SET count = fill_time.count + excluded.count"
        )
    ),
)
"""All who send lock these rows in the same order."""
