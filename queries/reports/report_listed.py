"""Answers that a report hands up one by one: listed answers, and the latest answer."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models import Assignment, Measure, Submission, Unit
from queries.filling.stand_ins import stood_in_for
from queries.units.units import below
from rules.assignments.states import REPORTED
from rules.forms.form_fields import RollUp
from rules.reports.report_rows import ListedRow

ROWS = 200
"""The most answers to one listed field that a report keeps. Of the latest a report keeps one."""
Fields = Mapping[int, list[dict[str, Any]]]
"""Form version → its fields, as stored."""


def names_rolled(form_fields: Fields, kinds: Collection[str]) -> set[str]:
    """The names of the fields whose roll-up kind is one of `kinds`."""
    return {
        field["name"]
        for fields in form_fields.values()
        for field in fields
        if field.get("rollup") in kinds
    }


def list_listed(
    session: Session, campaign_id: int, unit_ids: Sequence[int], form_fields: Fields
) -> list[ListedRow]:
    """The answers below each of `unit_ids`; one statement for each field that is listed."""
    found: list[ListedRow] = []
    for kind, limit in ((RollUp.LIST, ROWS), (RollUp.LATEST, 1)):
        for name in sorted(names_rolled(form_fields, (kind,))):
            rows = _answers(session, campaign_id, unit_ids, name, kind, limit)
            found += _listed(rows, name, form_fields)
    return found


def _answers(
    session: Session,
    campaign_id: int,
    unit_ids: Sequence[int],
    name: str,
    kind: RollUp,
    limit: int,
) -> Sequence[Any]:
    """The first `limit` answers below each unit, in the order of the tree or the newest first."""
    above, upper = cast(Any, aliased(Unit)), cast(Any, aliased(Unit))
    newest = col(Submission.sent_at).desc()
    order = (newest, col(Submission.id).desc()) if kind is RollUp.LATEST else (col(Unit.lft),)
    part = (above.id, col(Assignment.measure_id), col(Assignment.period))
    ranked = (
        select(
            above.id.label("above_id"),
            col(Assignment.measure_id),
            col(Assignment.period),
            col(Unit.code),
            col(Unit.name),
            func.coalesce(upper.name, "").label("upper"),
            stood_in_for().label("stood_in"),
            col(Submission.answers)[name].label("value"),
            col(Submission.form_version_id),
            func.row_number().over(partition_by=part, order_by=order).label("place"),
        )
        .select_from(Assignment)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .join(above, below(above))
        .outerjoin(upper, upper.id == Unit.parent_id)
        .join(
            Submission,
            (col(Submission.assignment_id) == Assignment.id)
            & (col(Submission.revision) == Assignment.revision),
        )
        .where(
            col(Measure.campaign_id) == campaign_id,
            above.id.in_(unit_ids),
            col(Assignment.status).in_(REPORTED),
            col(Submission.answers)[name].as_string().is_not(None),
        )
        .subquery()
    )
    wanted = select(ranked).where(ranked.c.place <= limit)
    return session.execute(wanted.order_by(ranked.c.above_id, ranked.c.place)).all()


def _listed(rows: Sequence[Any], name: str, form_fields: Fields) -> Iterator[ListedRow]:
    for row in rows:
        labels = _choice_labels(form_fields.get(row.form_version_id or 0, []), name)
        values = row.value if isinstance(row.value, list) else [row.value]
        told = tuple(labels.get(str(value), str(value)) for value in values)
        yield ListedRow(
            row.above_id, row.measure_id, row.period, row.code, row.name, name, told, row.upper,
            row.stood_in,
        )  # fmt: skip


def _choice_labels(fields: list[dict[str, Any]], name: str) -> dict[str, str]:
    found = next((field for field in fields if field["name"] == name), {})
    return {choice["value"]: choice["label"] for choice in found.get("choices", ())}
