"""How long people have taken to fill in a form."""

from sqlmodel import Session, col, select

from models import FillTime, FormVersion
from rules.forms.minutes import ENOUGH

MOST_VERSIONS = 5
"""How many earlier versions are looked at. Older versions ask other questions."""


def find_fill_counts(session: Session, version_id: int) -> dict[int, int]:
    """Upper edge of a bucket in seconds → number of fillings of the form version.

    Where the version has too few fillings for a median, the counts are those of the newest earlier
    version that has enough. One statement.
    """
    this = select(FormVersion.form_id, FormVersion.number).where(FormVersion.id == version_id)
    own = this.subquery()
    rows = session.exec(
        select(FormVersion.number, FillTime.up_to, FillTime.count)
        .join(own, own.c.form_id == FormVersion.form_id)
        .join(FillTime, col(FillTime.form_version_id) == FormVersion.id)
        .where(
            col(FormVersion.number) <= own.c.number,
            col(FormVersion.number) > own.c.number - MOST_VERSIONS,
        )
        .order_by(col(FormVersion.number).desc(), col(FillTime.up_to))
    )
    versions: dict[int, dict[int, int]] = {}
    for number, up_to, count in rows:
        versions.setdefault(number, {})[up_to] = count
    return next((counts for counts in versions.values() if sum(counts.values()) >= ENOUGH), {})
