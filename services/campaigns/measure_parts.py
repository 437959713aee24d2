"""A part of a measure that addresses its own kind of office becomes a measure of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from models import Account, Measure, Notice, Unit
from queries.campaigns.measures import list_taken_parts
from queries.units.units import list_levels_below
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.campaigns.notice.notice_dates import DateReference, year_of_number
from rules.campaigns.notice.parts import Part, parts_of, read_part
from rules.sentences.refusal import N_, Refusal
from services.campaigns.measures import EDITABLE, create_measure, require_status
from services.campaigns.read_drafts import content_read, findings_of


def parts_of_measure(measure: Measure, notice: Notice) -> tuple[Part, ...]:
    """The parts of the measure's place in its notice; none for a measure made by hand.

    A heading that has its own line belongs to no part.
    """
    if measure.start is None or measure.end is None:
        return ()
    start = measure.start
    ends = (heading["end"] for heading in notice.outline if heading["start"] == start)
    end = min(next(ends, start), measure.end)
    behind = notice.text[end : measure.end].lstrip(" \u3000。：；")
    return parts_of(notice.text, end if behind.startswith("\n") else start, measure.end)


def take_part(
    session: Session,
    measure: Measure,
    notice: Notice,
    start: int,
    *,
    actor: Account,
    now: datetime,
) -> Measure:
    """Make a draft of the part that begins at `start` of the notice's text. `measure` stays as it
    is, and the caller has locked it.

    The draft has the part's own text, levels, deadlines and duties, and its place in the notice.
    Where the part names no lead or cooperating units, those of `measure` are taken. Raises
    `Refusal` for a measure that was released, a part that is not there, and a part already taken.
    """
    require(actor, Right.WRITE_MEASURE, Subject(measure.unit_id))
    require_status(measure, *EDITABLE)
    parts = parts_of_measure(measure, notice)
    number, part = _find(parts, start)
    if (part.start, part.end) in list_taken_parts(session, measure):
        raise Refusal(N_("这一部分已经单独成为一条措施。"))
    reference = DateReference(notice.dated_on, year_of_number(notice.number))
    read = read_part(notice.text, part, reference, path=f"{measure.path[:56]}/{number}")
    unit = session.get_one(Unit, measure.unit_id)
    content = content_read(read, {level.code for level in list_levels_below(session, unit)})
    return create_measure(
        session,
        campaign_id=measure.campaign_id,
        content=replace(
            content,
            lead=content.lead or measure.lead,
            cooperating=content.cooperating or measure.cooperating,
        ),
        position=measure.position,
        path=read.path,
        start=read.start,
        end=read.end,
        findings=findings_of(read),
        actor=actor,
        now=now,
    )


def _find(parts: tuple[Part, ...], start: int) -> tuple[int, Part]:
    """The part that begins at `start`, with its number from 1. Raises `Refusal`."""
    for number, part in enumerate(parts, start=1):
        if part.start == start:
            return number, part
    raise Refusal(N_("原文里没有这一部分，请刷新页面后再试。"))
