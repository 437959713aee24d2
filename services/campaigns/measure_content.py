"""What an officer has decided about a stored measure, as one value."""

from __future__ import annotations

from sqlmodel import Session

from models import Gate, Measure, MeasureKind
from queries.campaigns.measures import list_addressees, list_gates
from services.campaigns.measures import GateChoice, MeasureContent


def content_of(session: Session, measure: Measure) -> MeasureContent:
    """The stored content of a measure, in the shape it is edited with; two statements."""
    return MeasureContent(
        title=measure.title,
        text=measure.text,
        kind=MeasureKind(measure.kind),
        due_rule=measure.due_rule,
        review_days=measure.review_days,
        target_count=measure.target_count,
        target_label=measure.target_label,
        lead=measure.lead,
        cooperating=measure.cooperating,
        form_version_id=measure.form_version_id,
        addressees=[(one.level, one.tag) for one in list_addressees(session, measure.id)],
        gates={
            one.level: GateChoice(Gate(one.gate), one.pass_on_days)
            for one in list_gates(session, measure.id)
        },
    )
