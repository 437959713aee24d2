"""Measures: they are written, confirmed and released."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, bindparam, delete, exists, select, update
from sqlmodel import Session, col

from models import (
    ALL_TAGS,
    ONCE,
    Account,
    Act,
    Addressee,
    Assignment,
    Campaign,
    Event,
    Level,
    Measure,
    MeasureAct,
    MeasureGate,
    MeasureStatus,
    Schedule,
    Status,
    Unit,
)
from queries.campaigns.measures import list_reach, list_reached_levels
from queries.campaigns.summed_levels import sums_over_levels
from queries.units.calendars import get_calendar_of
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.campaigns.measure_differences import Differs, differing
from rules.dates.calendar import local_date
from rules.dates.due import current_period, final_date_of, parse_due
from rules.sentences.refusal import N_, Refusal, Term
from services.assignments import hand_down
from services.assignments.roll_up import adding
from services.campaigns.chosen_forms import require_own_version
from services.campaigns.deletions import delete_rows
from services.campaigns.measure_content import GateChoice, MeasureContent, content_of
from services.campaigns.measure_history import record_measures
from services.campaigns.short_notice import ShortNotice, sign_for_time

LONGEST_REASON = 1_000
"""Characters of the reason for a withdrawal."""
EDITABLE = (MeasureStatus.DRAFT, MeasureStatus.CONFIRMED)
"""The statuses in which the content of a measure can be changed freely."""
STATUS_NAMES: dict[MeasureStatus, str] = {
    MeasureStatus.DRAFT: N_("草稿"),
    MeasureStatus.CONFIRMED: N_("已确认"),
    MeasureStatus.RELEASED: N_("已下发"),
    MeasureStatus.CLOSED: N_("已办结"),
    MeasureStatus.WITHDRAWN: N_("已撤回"),
}


def create_measure(
    session: Session,
    *,
    campaign_id: int,
    content: MeasureContent,
    position: int = 0,
    path: str = "",
    start: int | None = None,
    end: int | None = None,
    findings: dict[str, Any] | None = None,
    actor: Account,
    now: datetime,
) -> Measure:
    """Make a draft. `start` and `end` are offsets in characters of the notice's text."""
    unit_id = session.get_one(Campaign, campaign_id).unit_id
    require(actor, Right.WRITE_MEASURE, Subject(unit_id))
    if content.form_version_id is not None:
        require_own_version(session, content.form_version_id, actor=actor)
    measure = Measure(
        campaign_id=campaign_id,
        unit_id=unit_id,
        position=position,
        path=path,
        start=start,
        end=end,
        findings=findings or {},
        **content.columns,
    )
    session.add(measure)
    session.flush()
    _write_lists(session, measure, content)
    record_measures(session, [measure.id], MeasureAct.CREATE, actor=actor, now=now)
    return measure


def edit_measure(
    session: Session,
    measure: Measure,
    content: MeasureContent,
    *,
    version: int,
    actor: Account,
    now: datetime,
) -> Measure:
    """Replace the content of a measure. A confirmed measure becomes a draft again.

    `version` is the measure's version from which the officer started. Raises `Refusal` when
    somebody else has edited the measure since, when the measure has been released, and for a form
    of another unit.
    """
    require(actor, Right.WRITE_MEASURE, Subject(measure.unit_id))
    if content.form_version_id not in (None, measure.form_version_id):
        require_own_version(session, content.form_version_id, actor=actor)
    require_status(measure, *EDITABLE)
    before = {**content_of(session, measure).plain, "status": measure.status}
    values = {**content.columns, "status": MeasureStatus.DRAFT, "version": version + 1}
    written = session.execute(
        update(Measure)
        .where(col(Measure.id) == measure.id, col(Measure.version) == version)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    if not written.rowcount:  # type: ignore[attr-defined]
        raise Refusal(N_("这条措施在您修改期间已被别人改动。请对照现在的内容，再保存一次。"))
    for table in (Addressee, MeasureGate):
        session.execute(delete(table).where(col(table.measure_id) == measure.id))
    _write_lists(session, measure, content)
    session.refresh(measure)
    differs = differing(before, {**content.plain, "status": measure.status})
    record_measures(session, [measure.id], MeasureAct.EDIT, actor=actor, now=now, differs=differs)
    return measure


def use_form(
    session: Session, measure: Measure, version_id: int | None, *, actor: Account, now: datetime
) -> None:
    """Give a measure that is not released this form version; None: no form. The same version again
    changes nothing."""
    if measure.form_version_id != version_id:
        content = replace(content_of(session, measure), form_version_id=version_id)
        edit_measure(session, measure, content, version=measure.version, actor=actor, now=now)


def delete_measure(session: Session, measure: Measure, *, actor: Account) -> None:
    """Delete a measure that was never released, with its schedules, form drafts and history.

    Raises `Refusal` for a released measure. Such a measure is withdrawn, and its history stays.
    """
    require(actor, Right.DELETE_MEASURE, Subject(measure.unit_id))
    require_status(measure, *EDITABLE)
    # A process that is noting one of the measure's schedules as due comes first.
    plans = select(col(Schedule.id)).where(col(Schedule.measure_id) == measure.id)
    session.execute(plans.with_for_update()).all()
    session.expunge(measure)
    delete_rows(session, Measure, col(Measure.id) == measure.id)


def confirm_measure(
    session: Session,
    measure: Measure,
    *,
    sums_meant: bool = False,
    actor: Account,
    now: datetime,
) -> None:
    """Confirm a measure: an officer stands for it. Raises `Refusal` for what is missing.

    A form that sums and is answered at two levels adds a unit to the units below it. Who confirms
    says with `sums_meant` that this is meant, and the history keeps it.
    """
    require(actor, Right.CONFIRM_MEASURE, Subject(measure.unit_id))
    require_status(measure, MeasureStatus.DRAFT)
    if not measure.title.strip():
        raise Refusal(N_("措施没有标题，请先填写。"))
    if not measure.due_rule:
        raise Refusal(N_("请先确定办理时限，再确认措施。"))
    parse_due(measure.due_rule)
    _require_reach(session, measure)
    adds = sums_over_levels(session, measure)
    if adds and not sums_meant:
        raise Refusal(
            N_("措施“%(title)s”的表单由上下两级单位填报，合计会把两级相加，可能重复计算。"
               "请在预览页确认这是有意的，或者只留一个层级填报。"),
            title=measure.title,
        )  # fmt: skip
    measure.version += 1
    confirmed, act = MeasureStatus.CONFIRMED, MeasureAct.CONFIRM
    meant: Differs = {"sums_meant": [False, True]} if adds else {}
    _turn(session, measure, confirmed, act, also=meant, actor=actor, now=now)


def release_measure(
    session: Session,
    measure: Measure,
    *,
    opened_on: date | None = None,
    schedule_id: int | None = None,
    reason: str = "",
    actor: Account | None,
    now: datetime,
) -> int:
    """Release a confirmed measure, or open a period of a recurring measure.

    The period is that of the day `opened_on`; None: of today in Asia/Shanghai. Writes the issuer's
    own assignment and the wish to hand down, and returns the wish's id. The same period twice gives
    the same wish. `schedule_id` is the schedule that is carried out. Where the lowest level has
    fewer working days than the floor, the account signs for that with a `reason`
    (`services.campaigns.short_notice`).
    """
    require(actor, Right.RELEASE_MEASURE, Subject(measure.unit_id))
    session.refresh(measure, with_for_update={"key_share": True})
    require_status(measure, MeasureStatus.CONFIRMED, MeasureStatus.RELEASED)
    levels = _require_reach(session, measure)
    period = current_period(parse_due(measure.due_rule), opened_on or local_date(now))
    wish = hand_down.request(session, measure.id, period, measure.unit_id, actor=actor, now=now)
    new = _issue_root(session, measure, period, wish, actor=actor, now=now)
    signed = ShortNotice()
    if new:
        signed = sign_for_time(
            session, measure, levels, reason, period=period, today=local_date(now), actor=actor
        )
    told: dict[str, Any] = {"period": "" if period == ONCE else period, "schedule_id": schedule_id}
    told["reason"] = signed.reason
    if measure.status != MeasureStatus.RELEASED:
        measure.released_at = now
        released, act = MeasureStatus.RELEASED, MeasureAct.RELEASE
        _turn(session, measure, released, act, also=signed.differs, actor=actor, now=now, **told)
    elif new:
        act = MeasureAct.OPEN_PERIOD
        told["differs"] = signed.differs
        record_measures(session, [measure.id], act, actor=actor, now=now, **told)
    return wish


def _turn(
    session: Session,
    measure: Measure,
    status: MeasureStatus,
    act: MeasureAct,
    *,
    also: Differs | None = None,
    actor: Account | None,
    now: datetime,
    **told: Any,
) -> None:
    """Give a measure another status, and write the row of history; `also`: what else differs."""
    differs = {"status": [measure.status, status], **(also or {})}
    measure.status = status
    session.add(measure)
    session.flush()
    record_measures(session, [measure.id], act, actor=actor, now=now, differs=differs, **told)


def _issue_root(
    session: Session,
    measure: Measure,
    period: str,
    wish: int,
    *,
    actor: Account | None,
    now: datetime,
) -> bool:
    """Make the issuer's own assignment, which is released from the start and gathers the answers.

    False: the assignment was there already.
    """
    unit = session.get_one(Unit, measure.unit_id)
    there = exists().where(
        col(Assignment.measure_id) == measure.id,
        col(Assignment.period) == period,
        col(Assignment.unit_id) == unit.id,
    )
    if session.execute(select(there)).scalar():
        return False
    addressed = exists().where(
        col(Addressee.measure_id) == measure.id, col(Addressee.level) == unit.level
    )
    root = Assignment(
        measure_id=measure.id,
        period=period,
        unit_id=measure.unit_id,
        hand_down_id=wish,
        level=unit.level,
        answering=bool(session.execute(select(addressed)).scalar()),
        lowest=False,
        status=Status.RELEASED,
        due_on=final_date_of(
            measure,
            period=period,
            received=local_date(now),
            calendar=get_calendar_of(session, measure.unit_id),
        ),
        issued_at=now,
        acknowledged_at=now,
        released_at=now,
    )
    session.add(root)
    session.flush()
    by = actor.id if actor else None
    steps = ((Act.ISSUE, None, Status.ISSUED), (Act.RELEASE, Status.ISSUED, Status.RELEASED))
    for act, before, to in steps:
        session.add(_event(root, act, before, to, by, now))
    session.flush()
    session.execute(_ADD_ROOT, {"root": root.id})
    return True


_ADD_ROOT = adding(col(Assignment.id) == bindparam("root", type_=Integer))


def _event(
    root: Assignment, act: Act, before: Status | None, to: Status, by: int | None, now: datetime
) -> Event:
    return Event(
        assignment_id=root.id,
        at=now,
        account_id=by,
        act=act,
        from_status=before,
        to_status=to,
    )


def _write_lists(session: Session, measure: Measure, content: MeasureContent) -> None:
    for level, tag in dict.fromkeys(content.addressees):
        session.add(Addressee(measure_id=measure.id, level=level, tag=tag or ALL_TAGS))
    for level, choice in content.gates.items():
        session.add(
            MeasureGate(
                measure_id=measure.id,
                level=level,
                gate=choice.gate,
                pass_on_days=choice.pass_on_days,
            )
        )
    session.flush()


def require_status(measure: Measure, *allowed: MeasureStatus) -> None:
    """Raises `Refusal` when the measure has none of these statuses."""
    if measure.status not in allowed:
        raise Refusal(
            N_("措施“%(title)s”现为“%(status)s”，不能这样办理。"),
            title=measure.title,
            status=Term(STATUS_NAMES[measure.status]),
        )


def _require_reach(session: Session, measure: Measure) -> Sequence[Level]:
    """The levels below the issuer that the measure reaches. Raises `Refusal` when no unit would
    receive it."""
    rank = session.execute(
        select(col(Level.rank))
        .join(Unit, col(Unit.level) == Level.code)
        .where(col(Unit.id) == measure.unit_id)
    ).scalar_one()
    levels = list_reached_levels(session, measure.id, rank)
    below = {level.code for level in levels}
    reach = list_reach(session, measure)
    if not any(reached.answering for reached in reach if reached.level in below):
        raise Refusal(
            N_("措施“%(title)s”没有下发对象：所选层级和标签下没有一个单位。"), title=measure.title
        )
    return levels


__all__ = [
    "STATUS_NAMES",
    "GateChoice",
    "MeasureContent",
    "confirm_measure",
    "create_measure",
    "delete_measure",
    "edit_measure",
    "release_measure",
    "use_form",
]
