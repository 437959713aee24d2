"""Comparing the kept totals with a recount from nothing, without changing anything."""

from sqlmodel import Session

from queries.assignments.kept_totals import list_counted, read_totals
from services.assignments.roll_up import recount


def list_wrong_totals(session: Session) -> list[tuple[int, str]]:
    """The measures and periods whose kept totals differ from a recount."""
    return [counted for counted in list_counted(session) if not _is_true(session, *counted)]


def _is_true(session: Session, measure_id: int, period: str) -> bool:
    kept = read_totals(session, measure_id, period)
    counting = session.begin_nested()
    recount(session, measure_id, period)
    counted = read_totals(session, measure_id, period)
    counting.rollback()
    return kept == counted
