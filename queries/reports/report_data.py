"""The rows from which the reports of many units of one campaign are composed.

The number of statements does not depend on the number of units: every query covers all reported
units and the units directly below them at once.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from adapters.by_name import ByName
from models import (
    AnswerNumber,
    Assignment,
    Campaign,
    Complaint,
    ComplaintAnswer,
    Detail,
    Event,
    FormVersion,
    HandDown,
    Level,
    Measure,
    MeasureStatus,
    Notice,
    Submission,
    Tally,
    Unit,
)
from queries.assignments.extremes import list_extremes
from queries.assignments.held_days import held_in_campaign, read_held_days
from queries.filling.stand_ins import has_stand_in
from queries.reports.report_counts import (
    list_answering,
    list_tallies,
    list_targets,
    list_to_come,
    list_totals,
    of_campaign,
    targets_of,
)
from queries.reports.report_listed import list_listed, names_rolled
from queries.reports.report_lists import list_coverage, list_named, list_short
from queries.units.calendars import get_calendars
from queries.units.units import current, list_units_with
from rules.assignments.held_days import HeldTable
from rules.assignments.states import BY_ITSELF, REPORTED
from rules.forms.rolled_figures import EXTREMES, Extremes
from rules.reports.report_held import MOST
from rules.reports.report_rows import (
    AnswerRow,
    AssignmentRow,
    ComplaintRow,
    MeasureRow,
    NumberRow,
    ReportedCampaign,
    ReportedLevel,
    ReportedUnit,
    ReportRows,
)
from rules.sentences.refusal import N_, Refusal


def get_report_rows(
    session: Session, campaign_id: int, unit_ids: Sequence[int], *, as_of: date
) -> ReportRows:
    """The rows of the reports of `unit_ids` on the campaign. An assignment is overdue as of
    `as_of`.

    Raises `Refusal` if there is no such campaign.
    """
    assignments = _assignments(session, campaign_id, unit_ids)
    answers = _answers(session, campaign_id, unit_ids)
    measures = _measures(session, campaign_id)
    form_fields = _form_fields(session, campaign_id)
    in_campaign = col(Assignment.measure_id).in_(of_campaign(campaign_id))
    members = _member_ids(unit_ids)
    held = read_held_days(session, held_in_campaign(campaign_id, unit_ids), as_of)
    to_come = list_to_come(session, in_campaign, col(Assignment.unit_id).in_(members))
    return ReportRows(
        campaign=get_report_campaign(session, campaign_id),
        as_of=as_of,
        calendar=get_calendars(session).plain,
        levels=_levels(session),
        reported_units=list(unit_ids),
        members=_members(session, unit_ids),
        measures=measures,
        form_fields=form_fields,
        assignments=assignments,
        passed_on=_passed_on(session, campaign_id, unit_ids),
        tallies=list_tallies(session, campaign_id, members, as_of),
        totals=list_totals(session, campaign_id, members),
        numbers=_numbers(session, campaign_id, unit_ids),
        answers=answers,
        extremes=_extremes(session, campaign_id, unit_ids, form_fields),
        listed=list_listed(session, campaign_id, unit_ids, form_fields),
        coverage=list_coverage(session, campaign_id, unit_ids, to_come=bool(to_come)),
        answering=list_answering(session, campaign_id),
        to_come=to_come,
        targets=list_targets(session, targets_of(measures, form_fields), unit_ids),
        short=list_short(session, campaign_id),
        complaints=_complaints(session, campaign_id),
        held=held,
        held_units=_held_units(session, held),
        named=list_named(session, campaign_id, unit_ids, as_of=as_of),
    )


def get_report_campaign(session: Session, campaign_id: int) -> ReportedCampaign:
    """The campaign and its notice. Raises `Refusal` if there is no such campaign."""
    by_name = ByName(
        ReportedCampaign,
        id=col(Campaign.id),
        title=col(Campaign.title),
        number=func.coalesce(Notice.number, ""),
        issuer=func.coalesce(Notice.issuer, ""),
    )
    row = session.execute(
        select(*by_name.columns)
        .outerjoin(Notice, col(Notice.campaign_id) == Campaign.id)
        .where(col(Campaign.id) == campaign_id)
    ).one_or_none()
    if row is None:
        raise Refusal(N_("没有编号为%(id)s的专项工作。"), id=campaign_id)
    return by_name.value(row)


class ReportUnit(NamedTuple):
    """A unit that gets a report."""

    id: int
    code: str
    lft: int


def list_report_units(
    session: Session, campaign_id: int, codes: Sequence[str] | None
) -> list[ReportUnit]:
    """The units that get a report, from the top of the tree down.

    `codes` None selects the owner of the campaign and all units that have handed down one of its
    measures. Raises `Refusal` with the codes that no unit has.
    """
    by_name = ByName(
        ReportUnit,
        id=col(Unit.id),
        code=col(Unit.code),
        lft=col(Unit.lft),
    )
    query = select(*by_name.columns).order_by(col(Unit.lft))
    if codes is None:
        query = query.where(_has_lower_work(campaign_id))
    else:
        query = query.where(col(Unit.code).in_(codes))
    found = by_name.values(session.execute(query))
    unknown = set(codes or ()) - {unit.code for unit in found}
    if unknown:
        raise Refusal(N_("没有代码为%(codes)s的单位。"), codes=sorted(unknown))
    return found


def list_codes(session: Session, levels: Sequence[str]) -> list[str]:
    """The codes of all current units of these levels, from the top of the tree down."""
    wanted = select(col(Unit.code)).where(col(Unit.level).in_(levels), current())
    return list(session.execute(wanted.order_by(col(Unit.lft))).scalars())


def _has_lower_work(campaign_id: int) -> ColumnElement[bool]:
    tallied = (
        select(col(Tally.unit_id))
        .join(Measure, col(Measure.id) == Tally.measure_id)
        .where(col(Measure.campaign_id) == campaign_id, col(Tally.issued) > 0)
    )
    owner = select(col(Campaign.unit_id)).where(col(Campaign.id) == campaign_id)
    return or_(col(Unit.id).in_(tallied), col(Unit.id).in_(owner))


def _is_member(unit_ids: Sequence[int]) -> ColumnElement[bool]:
    return or_(col(Unit.id).in_(unit_ids), col(Unit.parent_id).in_(unit_ids))


def _member_ids(unit_ids: Sequence[int]) -> Select[tuple[int]]:
    return select(col(Unit.id)).where(_is_member(unit_ids))


def _levels(session: Session) -> list[ReportedLevel]:
    by_name = ByName(
        ReportedLevel,
        code=col(Level.code),
        rank=col(Level.rank),
        name=col(Level.name),
        name_en=col(Level.name_en),
    )
    query = select(*by_name.columns).order_by(col(Level.rank))
    return by_name.values(session.execute(query))


def _members(session: Session, unit_ids: Sequence[int]) -> list[ReportedUnit]:
    by_name = ByName(
        ReportedUnit,
        id=col(Unit.id),
        code=col(Unit.code),
        name=col(Unit.name),
        level=col(Unit.level),
        parent_id=col(Unit.parent_id),
        lft=col(Unit.lft),
        rgt=col(Unit.rgt),
    )
    query = select(*by_name.columns).where(_is_member(unit_ids))
    return by_name.values(session.execute(query.order_by(col(Unit.lft))))


def _held_units(session: Session, held: Mapping[int, HeldTable]) -> dict[int, tuple[str, str]]:
    """The codes and names of the units that reports name."""
    named = {unit_id for table in held.values() for unit_id, _ in table.longest(MOST)}
    return {unit.id: (unit.code, unit.name) for unit in list_units_with(session, named)}


def _complaints(session: Session, campaign_id: int) -> list[ComplaintRow]:
    by_name = ByName(
        ComplaintRow,
        place=col(Unit.lft),
        kind=col(Complaint.kind),
        answered=exists().where(_of_complaint),
        helped=exists().where(_of_complaint, col(ComplaintAnswer.helped).is_(True)),
    )
    rows = session.execute(
        select(*by_name.columns)
        .select_from(Complaint)
        .join(Unit, col(Unit.id) == Complaint.unit_id)
        .join(Assignment, col(Assignment.id) == Complaint.assignment_id)
        .where(col(Assignment.measure_id).in_(of_campaign(campaign_id)))
    )
    return by_name.values(rows)


_of_complaint = col(ComplaintAnswer.complaint_id) == Complaint.id


def _measures(session: Session, campaign_id: int) -> list[MeasureRow]:
    by_name = ByName(
        MeasureRow,
        id=col(Measure.id),
        path=col(Measure.path),
        title=col(Measure.title),
        kind=col(Measure.kind),
        status=col(Measure.status),
        target_count=col(Measure.target_count),
        target_label=col(Measure.target_label),
        form_version_id=col(Measure.form_version_id),
    )
    query = (
        select(*by_name.columns)
        .where(
            col(Measure.campaign_id) == campaign_id,
            col(Measure.status).in_(
                (MeasureStatus.RELEASED, MeasureStatus.CLOSED, MeasureStatus.WITHDRAWN)
            ),
        )
        .order_by(col(Measure.position), col(Measure.id))
    )
    return by_name.values(session.execute(query))


def _form_fields(session: Session, campaign_id: int) -> dict[int, list[dict[str, Any]]]:
    """Form version → its fields, for the versions of all forms that the campaign's measures use."""
    of_measures = select(col(Measure.form_version_id)).where(
        col(Measure.campaign_id) == campaign_id
    )
    # Versions of a form are few, and answers given on an older version need its labels.
    forms = select(col(FormVersion.form_id)).where(col(FormVersion.id).in_(of_measures))
    query = select(col(FormVersion.id), col(FormVersion.fields)).where(
        col(FormVersion.form_id).in_(forms)
    )
    return {row.id: row.fields for row in session.execute(query)}


def _assignments(
    session: Session, campaign_id: int, unit_ids: Sequence[int]
) -> list[AssignmentRow]:
    issuer: Any = aliased(Unit)
    by_name = ByName(
        AssignmentRow,
        id=col(Assignment.id),
        measure_id=col(Assignment.measure_id),
        period=col(Assignment.period),
        unit_id=col(Assignment.unit_id),
        level=col(Assignment.level),
        status=col(Assignment.status),
        answering=col(Assignment.answering),
        late=col(Assignment.late),
        extended=col(Assignment.extended),
        due_on=col(Assignment.due_on),
        issued_at=col(Assignment.issued_at),
        acknowledged_at=col(Assignment.acknowledged_at),
        released_at=col(Assignment.released_at),
        sent_at=col(Assignment.sent_at),
        closed_at=col(Assignment.closed_at),
        issuer_code=issuer.code,
        issuer_name=issuer.name,
        detail_text=col(Detail.text),
        detail_due_on=col(Detail.due_on),
        detail_contact=col(Detail.contact),
        stood_in=has_stand_in(),
    )
    query = (
        select(*by_name.columns)
        .join(HandDown, col(HandDown.id) == Assignment.hand_down_id)
        .join(issuer, issuer.id == HandDown.unit_id)
        .outerjoin(Detail, col(Detail.assignment_id) == Assignment.id)
        .where(
            col(Assignment.unit_id).in_(_member_ids(unit_ids)),
            col(Assignment.measure_id).in_(of_campaign(campaign_id)),
        )
    )
    return by_name.values(session.execute(query))


def _passed_on(session: Session, campaign_id: int, unit_ids: Sequence[int]) -> set[int]:
    query = (
        select(col(Event.assignment_id))
        .join(Assignment, col(Assignment.id) == Event.assignment_id)
        .where(
            col(Event.act).in_(BY_ITSELF),
            col(Assignment.unit_id).in_(_member_ids(unit_ids)),
            col(Assignment.measure_id).in_(of_campaign(campaign_id)),
        )
    )
    return set(session.execute(query).scalars())


def _extremes(
    session: Session,
    campaign_id: int,
    unit_ids: Sequence[int],
    form_fields: Mapping[int, list[dict[str, Any]]],
) -> dict[tuple[int, int, str, str], Extremes]:
    """The extremes below every member, for the fields that are rolled up as extremes."""
    named = names_rolled(form_fields, EXTREMES)
    if not named:
        return {}
    measures = col(Assignment.measure_id).in_(of_campaign(campaign_id))
    return list_extremes(session, measures, named, _member_ids(unit_ids))


def _numbers(session: Session, campaign_id: int, unit_ids: Sequence[int]) -> list[NumberRow]:
    by_name = ByName(
        NumberRow,
        assignment_id=col(AnswerNumber.assignment_id),
        field=col(AnswerNumber.field),
        value=col(AnswerNumber.value),
    )
    query = (
        select(*by_name.columns)
        .join(Assignment, col(Assignment.id) == AnswerNumber.assignment_id)
        .where(
            col(Assignment.unit_id).in_(_member_ids(unit_ids)),
            col(Assignment.measure_id).in_(of_campaign(campaign_id)),
            col(Assignment.status).in_(REPORTED),
        )
    )
    return by_name.values(session.execute(query))


def _answers(session: Session, campaign_id: int, unit_ids: Sequence[int]) -> list[AnswerRow]:
    """Every revision, the newest last, so that an index of the rows keeps the newest.

    Revisions are few. Asking for the newest alone makes PostgreSQL read all submissions.
    """
    by_name = ByName(
        AnswerRow,
        assignment_id=col(Submission.assignment_id),
        form_version_id=col(Submission.form_version_id),
        answers=col(Submission.answers),
    )
    query = (
        select(*by_name.columns)
        .join(Assignment, col(Assignment.id) == Submission.assignment_id)
        .where(
            col(Assignment.unit_id).in_(_member_ids(unit_ids)),
            col(Assignment.measure_id).in_(of_campaign(campaign_id)),
            col(Assignment.status).in_(REPORTED),
        )
        .order_by(col(Submission.revision))
    )
    return by_name.values(session.execute(query))
