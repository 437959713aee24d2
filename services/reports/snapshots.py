"""Snapshots: the data of reports is composed and stored."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from adapters.database import insert_into
from models import Account, Snapshot
from queries.reports.report_data import get_report_rows, list_report_units
from queries.reports.snapshots import list_snapshot_ids
from queries.units.visibility import find_unit_of, get_visible_campaign
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.dates.calendar import local_date
from rules.reports.report import checksum, snapshots
from rules.sentences.refusal import N_, Refusal

UNITS_AT_ONCE = 200
"""How many units are composed together. More would take memory, fewer would take statements."""


def take_snapshots(
    session: Session,
    campaign_id: int,
    unit_codes: Sequence[str] | None,
    *,
    as_of: date,
    actor: Account | None,
    now: datetime,
) -> list[int]:
    """Store how the campaign stands at each unit, and return the ids of the snapshots, the top of
    the tree first.

    `unit_codes` None selects the unit that owns the campaign and all units whose lower units have a
    part in it. A snapshot of the same date is replaced. The number of statements is the same for
    every `UNITS_AT_ONCE` units.

    Raises `Refusal` for an unknown campaign or unit. Raises `Refusal` for any date but today in
    Asia/Shanghai, because today's tables do not tell how another day stood.
    """
    _require(session, campaign_id, unit_codes, actor)
    for rows in compose_snapshots(session, campaign_id, unit_codes, as_of=as_of, now=now):
        store_snapshots(session, rows)
    return list_snapshot_ids(session, campaign_id, unit_codes, as_of)


def compose_snapshots(
    session: Session,
    campaign_id: int,
    unit_codes: Sequence[str] | None,
    *,
    as_of: date,
    now: datetime,
) -> Iterator[list[dict[str, Any]]]:
    """The rows for `store_snapshots`, `UNITS_AT_ONCE` units at a time. Nothing is written.

    The arguments and refusals are those of `take_snapshots`.
    """
    if as_of != local_date(now):
        raise Refusal(
            N_("%(as_of)s不是今天，只能为当天的情况生成快照；往日的报告请看当日已存的快照。"),
            as_of=as_of.isoformat(),
        )
    units = [unit.id for unit in list_report_units(session, campaign_id, unit_codes)]
    for some in _some_at_a_time(units):
        composed = snapshots(get_report_rows(session, campaign_id, some, as_of=as_of))
        yield [
            {
                "campaign_id": campaign_id,
                "unit_id": unit_id,
                "as_of": as_of,
                "made_at": now,
                "data": data,
                "checksum": checksum(data),
            }
            for unit_id, data in composed.items()
        ]


def store_snapshots(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Store the snapshots. A snapshot of the same unit, campaign and date is replaced."""
    statement = insert_into(session, Snapshot)
    replaced = {name: statement.excluded[name] for name in ("made_at", "data", "checksum")}
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["campaign_id", "unit_id", "as_of"], set_=replaced
        ),
        rows,
    )
    session.expire_all()


def _require(
    session: Session, campaign_id: int, unit_codes: Sequence[str] | None, actor: Account | None
) -> None:
    """Raises `NotFound` for a campaign or a unit that the actor does not see."""
    at = find_unit_of(session, actor)
    if actor is not None:
        get_visible_campaign(session, actor, campaign_id)
    for unit in list_report_units(session, campaign_id, unit_codes):
        require(actor, Right.MAKE_REPORT, Subject(unit.id, place=unit.lft), at=at)


def _some_at_a_time(units: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(units), UNITS_AT_ONCE):
        yield units[start : start + UNITS_AT_ONCE]
