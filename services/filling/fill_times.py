"""Fill times: counting how long filling in a form took. No units, no persons (rule 8)."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, update
from sqlmodel import Session, col

from adapters.database import insert_into
from models import FillTime
from rules.dates.calendar import local_date
from rules.filling.answer_sheet import AnswerSheet
from rules.forms.minutes import bucket_of

DAY = 24 * 3600


def count_filling(session: Session, sheet: AnswerSheet, opened: int | None, now: datetime) -> None:
    """Count the seconds from the first look at a form to its sending; one statement, mostly.

    `opened`: when the page was first made, in seconds since 1970, as its hidden input says (None:
    not known); a draft knows it better. Only a first filling within one day counts: what was
    typed yesterday, or before a return, cost time that is not in it.
    """
    if sheet.draft is not None:
        opened = sheet.draft.opened
    if opened is None or sheet.version_id is None or sheet.last is not None:
        return
    seconds = now.timestamp() - opened
    begun = now - timedelta(seconds=min(max(seconds, 0), DAY))
    if seconds >= 0 and local_date(begun) == local_date(now):
        _count(session, sheet.version_id, bucket_of(seconds))


def _count(session: Session, version_id: int, up_to: int) -> None:
    bucket = {"form_version_id": version_id, "up_to": up_to}
    counted = session.execute(_ONE_MORE, {f"in_{name}": key for name, key in bucket.items()})
    if counted.rowcount:  # type: ignore[attr-defined]
        return
    first = insert_into(session, FillTime).values(**bucket, count=1)
    session.execute(first.on_conflict_do_update(index_elements=list(bucket), set_=_MORE))


_MORE = {"count": col(FillTime.count) + 1}
_ONE_MORE = (
    update(FillTime.__table__)  # type: ignore[attr-defined]
    .where(col(FillTime.form_version_id) == bindparam("in_form_version_id"))
    .where(col(FillTime.up_to) == bindparam("in_up_to"))
    .values(_MORE)
)
