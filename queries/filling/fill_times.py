"""How long fillings of a form have taken."""

from sqlmodel import Session, col, select

from models import FillTime, FormVersion
from rules.forms.minutes import ENOUGH

MOST_VERSIONS = 5
"""Earlier versions that are looked at: older ones ask other questions."""


def find_fill_counts(session: Session, version_id: int) -> dict[int, int]:
    """Upper edge of a bucket in seconds → fillings, of the form version; where it has too few for
    a median, of the newest earlier version that has enough. One statement."""
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
