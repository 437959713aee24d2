"""The history of a measure, and the names of the form versions in the history."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import Account, Form, FormVersion, MeasureEvent, Schedule, Unit


class MeasureChange(NamedTuple):
    """One row of a measure's history."""

    event: MeasureEvent
    account: str
    """The name of the account; empty for the product itself."""
    unit: str
    """The name of the account's unit."""
    schedule: Schedule | None
    """The schedule that was made, stopped or carried out."""


def list_measure_changes(
    session: Session, measure_id: int, *, page: int = 1, size: int
) -> tuple[Sequence[MeasureChange], int]:
    """A page of a measure's history, the last change first, and the number of all changes.

    Two statements.
    """
    own = col(MeasureEvent.measure_id) == measure_id
    by_name = ByName(
        MeasureChange,
        event=MeasureEvent,
        account=func.coalesce(Account.name, ""),
        unit=func.coalesce(Unit.name, ""),
        schedule=Schedule,
    )
    rows = session.execute(
        select(*by_name.columns)
        .outerjoin(Account, col(Account.id) == MeasureEvent.account_id)
        .outerjoin(Unit, col(Unit.id) == Account.unit_id)
        .outerjoin(Schedule, col(Schedule.id) == MeasureEvent.schedule_id)
        .where(own)
        .order_by(col(MeasureEvent.id).desc())
        .limit(size)
        .offset((page - 1) * size)
    )
    total = session.execute(select(func.count()).select_from(MeasureEvent).where(own))
    return by_name.values(rows), total.scalar_one()


def name_versions(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Id of a form version → the form's title and the version's number; one statement."""
    rows = session.execute(
        select(col(FormVersion.id), col(Form.title), col(FormVersion.number))
        .join(Form, col(Form.id) == FormVersion.form_id)
        .where(col(FormVersion.id).in_(ids))
    )
    return {version: f"{title} v{number}" for version, title, number in rows}
