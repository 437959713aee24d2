"""What a measure's form costs the units, and what the units have answered already (rule 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from models import Measure, Unit
from queries.filling.fill_times import find_fill_counts
from queries.filling.known_values import (
    ElementReach,
    OtherMeasure,
    count_still_asked,
    list_element_reach,
    list_other_measures,
)
from queries.forms.forms import get_fields
from rules.filling.known_values import AskedAgain, asked_again, shared_fields
from rules.forms.form_fields import FormField
from rules.forms.minutes import FillCost, fill_cost

NOTHING = FillCost(minutes=0, answers=0)


@dataclass(frozen=True)
class Elsewhere:
    """Another measure that asks the same units for a data element now."""

    measure: str
    units: int
    """How many units still owe the measure an answer."""


@dataclass(frozen=True)
class PreviewedForm:
    """What an office sees of a form before the release."""

    fields: tuple[FormField, ...] = ()
    """The questions to which somebody has to type an answer, in the order of the form."""
    cost: FillCost = NOTHING
    known: Mapping[str, ElementReach] = field(default_factory=dict)
    """Field → how many units have answered it already; there the field comes filled in."""
    elsewhere: Mapping[str, Elsewhere] = field(default_factory=dict)
    """Field → another measure that asks the same; the first answer fills the field in for both."""
    again: tuple[AskedAgain, ...] = ()
    """Fields that the same campaign asks under the same label, and that do not come filled in."""


def preview_form(
    session: Session, measure: Measure, owner: Unit, period: str, now: datetime
) -> PreviewedForm:
    """What the form of `measure` costs and asks again; at most five statements."""
    if measure.form_version_id is None:
        return PreviewedForm()
    fields = get_fields(session, measure.form_version_id)
    others = list_other_measures(session, measure, owner)
    elements = {field.reuse: field.name for field in shared_fields(fields)}
    reach = list_element_reach(session, measure, owner, period, now) if elements else {}
    return PreviewedForm(
        fields=tuple(field for field in fields if field.typed_in),
        cost=fill_cost(fields, find_fill_counts(session, measure.form_version_id)),
        known={elements[element]: found for element, found in reach.items() if element in elements},
        elsewhere=_elsewhere(session, measure, owner, period, elements, others),
        again=tuple(asked_again(fields, (other.form for other in others if other.same_campaign))),
    )


def _elsewhere(
    session: Session,
    measure: Measure,
    owner: Unit,
    period: str,
    elements: Mapping[str, str],
    others: list[OtherMeasure],
) -> dict[str, Elsewhere]:
    """Field → the other measure to which the most units still owe the same element."""
    asking = {other.id: {field.reuse for field in shared_fields(other.fields)} for other in others}
    wanted = [id for id, asked in asking.items() if asked & elements.keys()]
    owed = count_still_asked(session, measure, owner, period, wanted)
    titles = {other.id: other.title for other in others}
    return {
        elements[element]: Elsewhere(titles[id], owed[id])
        for id in sorted(owed, key=lambda id: (owed[id], id))
        for element in asking[id] & elements.keys()
    }
