"""Queries about known values: what an open form, and what a measure, need not ask again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, and_, func, or_
from sqlalchemy import select as sa_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import (
    ONCE,
    Assignment,
    Form,
    FormVersion,
    KnownValue,
    Measure,
    MeasureStatus,
    Submission,
    Unit,
)
from models.parameters import among
from queries.campaigns.addressees import addressed
from queries.filling.last_period import LastPeriod
from queries.units.units import at_or_above, below, current
from rules.assignments.states import REPORTED, UNSENT
from rules.dates.calendar import local_date
from rules.dates.periods import period_words
from rules.filling.answer_sheet import Prefilled
from rules.filling.known_values import OtherForm, fitting, shared_fields
from rules.forms.form_fields import FormField, read_form
from rules.sentences.refusal import N_
from rules.sentences.sentence import Sentence

HOLDS = timedelta(days=365)
"""How long the answer to a one-off measure is carried to other one-off measures."""
MOST_MEASURES = 200
"""The most other measures a preview looks at, the newest first."""


class Known(NamedTuple):
    """The newest answer that a unit gave to a data element in another assignment."""

    value: Any
    measure: str
    """The title of the measure that was answered."""
    at: datetime


def list_known_values(
    session: Session, assignments: Iterable[Assignment], elements: Collection[str]
) -> dict[int, dict[str, Known]]:
    """Assignment → element → the newest answer of its unit for the same period.

    Only answers of other assignments count, and only while those are reported: an answer that was
    taken back, returned or withdrawn is not known. A one-off measure has no period of its own. For
    such a measure an answer holds for twelve months, counted back from the day the assignment was
    issued. One statement, none without an element.
    """
    if not elements:
        return {}
    given = {"ids": [assignment.id for assignment in assignments], "elements": list(elements)}
    found: dict[int, dict[str, Known]] = {}
    for row in session.execute(_KNOWN, given):
        known = Known(value=row.value, measure=row.title, at=row.updated_at)
        if row.period != ONCE or known.at >= row.issued_at - HOLDS:
            found.setdefault(row.id, {})[row.element] = known
    return found


def _known() -> Select[Any]:
    """The statement is built once, because every sending carries it out."""
    own = aliased(Assignment)
    return (
        sa_select(
            col(own.id),
            col(own.period),
            col(own.issued_at),
            col(KnownValue.element),
            col(KnownValue.value),
            col(Measure.title),
            col(KnownValue.updated_at),
        )
        .select_from(KnownValue)
        .join(Assignment, col(Assignment.id) == KnownValue.assignment_id)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(own, col(own.unit_id) == KnownValue.unit_id)
        .where(
            among(col(own.id), "ids"),
            col(own.id) != KnownValue.assignment_id,
            col(own.period) == KnownValue.period,
            among(col(KnownValue.element), "elements", String),
            col(Assignment.status).in_(REPORTED),
        )
        .order_by(col(KnownValue.updated_at), col(KnownValue.submission_id))
    )


_KNOWN = _known()


def filled_in(
    fields: Sequence[FormField],
    known: Mapping[str, Known],
    earlier: LastPeriod | None,
    last: Submission | None,
) -> dict[str, Prefilled]:
    """Field → the value that is filled in, from what was found for one unit.

    `known` holds the answers of the same period, and `earlier` the unit's answer of the last
    period. A value that is not newer than `last`, the unit's latest submission, is left out. Only
    shared data elements are carried from the last period, because they describe the place. The
    figures of a period are asked anew.
    """
    found: dict[str, Prefilled] = {}
    for field in shared_fields(fields):
        known_value = known.get(field.reuse)
        if known_value and (last is None or known_value.at > last.sent_at):
            _fill(found, field, known_value.value, _told(known_value), known_value.measure)
        elif earlier and last is None:
            _fill(found, field, earlier.submission.answers.get(field.name), _carried(earlier), "")
    return found


def _fill(
    found: dict[str, Prefilled], field: FormField, value: Any, source: Sentence, measure: str
) -> None:
    given = field.calculation or (field.readonly and field.default)
    texts = None if given or value is None else fitting(field, value)
    if texts:
        found[field.name] = Prefilled(texts, source, value, measure)


def _told(known: Known) -> Sentence:
    values = {"measure": known.measure, "date": local_date(known.at)}
    return Sentence(N_("来自“%(measure)s”%(date)s 的填报"), values)


def _carried(earlier: LastPeriod) -> Sentence:
    return Sentence(N_("来自上期（%(period)s）的填报"), {"period": period_words(earlier.period)})


class ElementReach(NamedTuple):
    """How many of the units that a measure reaches have answered a data element already."""

    element: str
    units: int
    measure: str
    """The title of a measure for which the element was answered."""


def list_element_reach(
    session: Session, measure: Measure, owner: Unit, period: str, now: datetime
) -> dict[str, ElementReach]:
    """Element → how many units that are to answer `measure` have answered it for the period."""
    by_name = ByName(
        ElementReach,
        element=KnownValue.element,
        units=func.count(func.distinct(KnownValue.unit_id)),
        measure=func.min(Measure.title),
    )
    wanted = (
        select(*by_name.columns)
        .join(Unit, col(Unit.id) == KnownValue.unit_id)
        .join(Assignment, col(Assignment.id) == KnownValue.assignment_id)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .where(
            KnownValue.period == period,
            col(Assignment.status).in_(REPORTED),
            Assignment.measure_id != measure.id,
            *_reached(measure, owner),
        )
        .group_by(col(KnownValue.element))
    )
    if period == ONCE:
        wanted = wanted.where(KnownValue.updated_at >= now - HOLDS)
    return {reach.element: reach for reach in by_name.values(session.exec(wanted))}


def _reached(measure: Measure, owner: Unit) -> tuple[ColumnElement[bool], ...]:
    return (below(owner), current(), addressed(Unit, measure.id))


class OtherMeasure(NamedTuple):
    """Another measure with a form. It may reach the same units."""

    id: int
    title: str
    same_campaign: bool
    fields: tuple[FormField, ...]

    @property
    def form(self) -> OtherForm:
        return OtherForm(self.title, self.fields)


def list_other_measures(session: Session, measure: Measure, owner: Unit) -> list[OtherMeasure]:
    """Other measures with a form: those of the same campaign, and those that the unit or a unit
    above has released.

    At most `MOST_MEASURES`, the newest first. One statement.
    """
    same = col(Measure.campaign_id) == measure.campaign_id
    released = and_(col(Measure.status) == MeasureStatus.RELEASED, at_or_above(owner))
    wanted = (
        select(Measure.id, Measure.title, Measure.campaign_id, FormVersion.fields)
        .join(FormVersion, col(FormVersion.id) == Measure.form_version_id)
        .join(Unit, col(Unit.id) == Measure.unit_id)
        .where(Measure.id != measure.id, Measure.status != MeasureStatus.WITHDRAWN)
        .where(or_(same, released))
        .order_by(col(Measure.id).desc())
        .limit(MOST_MEASURES)
    )
    return [
        OtherMeasure(id, title, campaign == measure.campaign_id, read_form(fields))
        for id, title, campaign, fields in session.exec(wanted)
    ]


def count_still_asked(
    session: Session, measure: Measure, owner: Unit, period: str, others: Collection[int]
) -> dict[int, int]:
    """Other measure → how many of the units that `measure` reaches still owe the other measure an
    answer for the period; one statement."""
    wanted = (
        select(Assignment.measure_id, func.count())
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .where(
            col(Assignment.measure_id).in_(others),
            Assignment.period == period,
            Assignment.answering,
            col(Assignment.status).in_(UNSENT),
            *_reached(measure, owner),
        )
        .group_by(col(Assignment.measure_id))
    )
    return dict(session.exec(wanted).all()) if others else {}


class ElementUse(NamedTuple):
    """A field of another form that names a data element."""

    form_id: int
    title: str
    field: FormField


def list_element_uses(session: Session, owner: Unit, elements: Collection[str]) -> list[ElementUse]:
    """Where the newest forms of the unit and of the units above it ask for these elements.

    Forms of units below are left out, because they must not keep a unit above from publishing.
    """
    newest = (
        select(func.max(FormVersion.number))
        .where(FormVersion.form_id == Form.id)
        .correlate(Form)
        .scalar_subquery()
    )
    wanted = (
        select(Form.id, Form.title, FormVersion.fields)
        .join(FormVersion, col(FormVersion.form_id) == Form.id)
        .join(Unit, col(Unit.id) == Form.unit_id)
        .where(FormVersion.number == newest, at_or_above(owner))
        .order_by(col(Form.id))
    )
    return [
        ElementUse(id, title, field)
        for id, title, fields in session.exec(wanted)
        for field in shared_fields(read_form(fields))
        if field.reuse in elements
    ]
