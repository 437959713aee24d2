"""Reminders: one digest for each unit that owes something, once a working day (催办).

A unit gets a digest on the days on which a step of a ladder (`rules.messages.ladder`) is reached;
the digest then counts all that the unit owes. Who is told, and what, is worked out by the database
from the assignments as they are now: whoever has just answered is not reminded. The number of
statements depends neither on units nor on campaigns.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, UTCDateTime, col

from adapters.database import insert_into
from models import (
    Assignment,
    Campaign,
    Measure,
    MeasureStatus,
    Message,
    MessageKind,
    ReminderRound,
    ReminderRule,
    Status,
    UnitTag,
)
from models.parameters import among, as_json, given_rows
from queries.assignments.still_open import OWED, OWING, WAITING
from queries.units.calendars import get_calendars
from rules.dates.calendar import Calendar, Calendars, local_date
from rules.messages.digest import DIGEST, PART_SENTENCES, DigestPart
from rules.messages.ladder import Ladder, Rung, steps_of
from rules.sentences.sentence import PARTED, Joined, Sentence
from rules.sentences.sentence_json import to_json
from services.messages.outbox import inserted, queue

_MESSAGES = Message.__table__  # type: ignore[attr-defined]
OWN_PARTS = (DigestPart.LATE, DigestPart.TODAY, DigestPart.SOON, DigestPart.RETURNED)
NEVER = date(2000, 1, 1)
COUNT = 0
"""Stands in the JSON of a sentence where the database writes a number."""


class Reminding(NamedTuple):
    """A campaign with its ladder."""

    campaign_id: int
    ladder: Ladder
    last: date | None
    """The working day of the last round."""


def tell_digests(session: Session, *, now: datetime) -> int:
    """Tell every unit that has reached a step what it owes, and return how many units were told.

    On days off of a unit's calendar, in quiet hours and after the round of the day nothing happens,
    so that reminding twice is harmless. A campaign whose steps were missed makes them up. The
    statements are constant for each calendar.
    """
    today = local_date(now)
    campaigns = [found for found in _list_campaigns(session) if found.ladder.active]
    left = [found for found in campaigns if found.last != today]
    told, reminded = 0, dict[int, Ladder]()
    for group in _groups(get_calendars(session)) if left else ():
        ready = [found for found in left if found.ladder.speaks_at(now, group.calendar)]
        if ready:
            told += _tell(session, group, campaigns, ready, now)
            reminded |= {found.campaign_id: found.ladder for found in ready}
    if reminded:
        _note_round(session, reminded, now)
    return told


def _note_round(session: Session, reminded: Mapping[int, Ladder], now: datetime) -> None:
    """Note who was reminded, and let the digests go out."""
    today = local_date(now)
    rounds = [{"campaign_id": id_, "day": today, "at": now} for id_ in reminded]
    session.execute(insert_into(session, ReminderRound).on_conflict_do_nothing(), rounds)
    opens_at = max(ladder.opens_at for ladder in reminded.values())
    closes_at = min(ladder.closes_at for ladder in reminded.values())
    queue(session, MessageKind.DIGEST, today, hours=(opens_at, closes_at), now=now)


class CalendarGroup(NamedTuple):
    """The units that go by one calendar."""

    calendar: Calendar
    tag: str
    """The tag that they carry; empty: any."""
    others: Sequence[str]
    """The tags that they do not carry, because those calendars come first."""


def _groups(calendars: Calendars) -> list[CalendarGroup]:
    """Every unit is in one group."""
    tags = list(calendars.tagged)
    tagged = [
        CalendarGroup(calendar, tag, tags[:place])
        for place, (tag, calendar) in enumerate(calendars.tagged.items())
    ]
    return [*tagged, CalendarGroup(calendars.plain, "", tags)]


def _list_campaigns(session: Session) -> list[Reminding]:
    """The campaigns with something handed down."""
    last = (
        select(func.max(ReminderRound.day))
        .where(col(ReminderRound.campaign_id) == Campaign.id)
        .correlate(Campaign)
        .scalar_subquery()
    )
    released = select(col(Measure.id)).where(
        col(Measure.campaign_id) == Campaign.id,
        col(Measure.status) == MeasureStatus.RELEASED,
    )
    rows = session.execute(
        select(col(Campaign.id), ReminderRule, last)
        .join(ReminderRule, col(ReminderRule.campaign_id) == Campaign.id, isouter=True)
        .where(released.exists())
        .order_by(col(Campaign.id))
    )
    return [Reminding(id_, Ladder.of(rule), day) for id_, rule, day in rows]


def _tell(
    session: Session,
    group: CalendarGroup,
    campaigns: Sequence[Reminding],
    ready: Sequence[Reminding],
    now: datetime,
) -> int:
    today, calendar = local_date(now), group.calendar
    given = {
        "plans": [_plan(found, today, calendar) for found in campaigns],
        "steps": [row for found in ready for row in _steps(found, today, calendar)],
        "tag": group.tag,
        "others": group.others,
        "today": today,
        "tomorrow": calendar.add_workdays(today, 1),
        "now": now,
    }
    columns = ["unit_id", "day", "kind", "about", "sentence", "path", "created_at"]
    telling = insert_into(session, _MESSAGES).from_select(columns, _TOLD).on_conflict_do_nothing()
    return inserted(session, telling, given)


def _plan(found: Reminding, today: date, calendar: Calendar) -> list[Any]:
    """The last due dates of what is told: to the unit, to the one above, and one more up."""
    ladder, a_day = found.ladder, timedelta(days=1)
    until = calendar.add_workdays(today, ladder.horizon + 1) - a_day
    above, higher = (
        calendar.add_workdays(calendar.add_workdays(today, -min(steps)), 1) - a_day
        if steps
        else NEVER
        for steps in (ladder.above, ladder.higher)
    )
    return [found.campaign_id, *(day.isoformat() for day in (until, above, higher))]


def _steps(found: Reminding, today: date, calendar: Calendar) -> list[list[Any]]:
    order = (Rung.UNIT, Rung.ABOVE, Rung.HIGHER, Rung.REVIEWER)
    reached = steps_of(found.ladder, today, calendar, since=found.last)
    return [
        [found.campaign_id, due_on.isoformat(), *(int(rung in rungs) for rung in order)]
        for due_on, rungs in reached.items()
    ]


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    chosen: ColumnElement[bool] = conditions[0]
    for condition in conditions[1:]:
        chosen &= condition
    return func.sum(case((chosen, 1), else_=0))


def _totals() -> Select[Any]:
    """Unit → how much of each part, and whether a step is reached."""
    own, lower = _own(), _lower()
    above, further = aliased(Assignment), aliased(Assignment)
    further_parts = {
        DigestPart.FURTHER: lower.c.further,
        DigestPart.REVIEWERS: lower.c.reviewers,
        DigestPart.REVIEWS: lower.c.reviews_above,
    }
    below = {DigestPart.REVIEWS: lower.c.reviews, DigestPart.BELOW: lower.c.below}
    at_above = col(above.id) == lower.c.parent_id
    parts = union_all(
        _row(own.c.unit_id, {part: own.c[part] for part in OWN_PARTS}, own.c.hit),
        _row(above.unit_id, below, lower.c.above_hit).join_from(lower, above, at_above),
        _row(further.unit_id, further_parts, lower.c.higher_hit)
        .join_from(lower, above, at_above)
        .join(further, col(further.id) == above.parent_id),
    ).subquery()
    sums = [func.sum(parts.c[part]).label(part) for part in DigestPart]
    reached = func.max(parts.c.hit).label("hit")
    return select(parts.c.unit_id, *sums, reached).group_by(parts.c.unit_id)


def _row(unit_id: Any, counts: Mapping[DigestPart, Any], hit: Any) -> Select[Any]:
    """Some parts of units, with zeros for the others."""
    named = [counts.get(part, literal(0, Integer)).label(part) for part in DigestPart]
    return select(unit_id.label("unit_id"), *named, hit.label("hit"))


_PLANS = select(*given_rows("plans", campaign_id=Integer, until=Date, above=Date, higher=Date)).cte(
    "plans"
)
_STEPS = select(
    *given_rows(
        "steps", campaign_id=Integer, due_on=Date, unit=Integer, above=Integer, higher=Integer,
        reviewer=Integer,
    )
).cte("steps")  # fmt: skip
_TODAY, _TOMORROW = bindparam("today", type_=Date), bindparam("tomorrow", type_=Date)
_DUE = col(Assignment.due_on)


def _reached(*columns: Any) -> Select[Any]:
    """Assignments with the plan of their campaign, and the step that their date has reached."""
    date_of = case(
        (col(Assignment.status) == Status.SUBMITTED, col(Assignment.review_due_on)), else_=_DUE
    )
    step = (_STEPS.c.campaign_id == Measure.campaign_id) & (_STEPS.c.due_on == date_of)
    return (
        select(*columns)
        .select_from(Assignment)
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .join(_PLANS, _PLANS.c.campaign_id == Measure.campaign_id)
        .join(_STEPS, step, isouter=True)
    )


def _own() -> CTE:
    """Unit → what the unit itself owes, with what it has taken over from lower units."""
    unit_id = func.coalesce(col(Assignment.taken_by_id), col(Assignment.unit_id))
    counts = {
        DigestPart.LATE: _count(_DUE < _TODAY),
        DigestPart.TODAY: _count(_DUE >= _TODAY, _DUE < _TOMORROW),
        DigestPart.SOON: _count(_DUE >= _TOMORROW),
        DigestPart.RETURNED: _count(col(Assignment.status) == Status.RETURNED),
    }
    hit = func.max(func.coalesce(_STEPS.c.unit, 0)).label("hit")
    named = [count.label(part) for part, count in counts.items()]
    return (
        _reached(unit_id.label("unit_id"), *named, hit)
        .where(OWED, _PLANS.c.until >= _DUE)
        .group_by(unit_id)
        .cte("own")
    )


def _lower() -> CTE:
    """Assignment of the unit above → what is late at the units directly below, and what waits
    there for a review. What the unit above has sent itself waits for the next unit up."""
    waits = col(Assignment.status) == Status.SUBMITTED
    directly, higher_up = waits & ~col(Assignment.stood_in), waits & col(Assignment.stood_in)
    review_on = col(Assignment.review_due_on)
    counts = {
        "reviews": _count(directly, review_on <= _TODAY),
        "reviews_above": _count(higher_up, review_on <= _TODAY),
        "below": _count(~waits, _PLANS.c.above >= _DUE),
        "further": _count(~waits, _PLANS.c.higher >= _DUE),
        "reviewers": _count(directly, review_on <= _PLANS.c.above),
    }
    named = [count.label(name) for name, count in counts.items()]
    above = func.max(case((directly, _STEPS.c.reviewer), (~waits, _STEPS.c.above), else_=0))
    higher = func.max(
        case((directly, _STEPS.c.above), (higher_up, _STEPS.c.reviewer), else_=_STEPS.c.higher)
    )
    late = (OWING & (_DUE < _TODAY)) | (WAITING & (review_on <= _TODAY))
    return (
        _reached(
            col(Assignment.parent_id).label("parent_id"), *named,
            above.label("above_hit"), higher.label("higher_hit"),
        )
        .where(col(Assignment.parent_id).is_not(None), late)
        .group_by(col(Assignment.parent_id))
        .cte("lower")
    )  # fmt: skip


def _split(sentence: Sentence, mark: str) -> tuple[str, str]:
    """The JSON of a sentence before and behind the place where the database writes."""
    before, found, behind = json.dumps(to_json(sentence), ensure_ascii=False).partition(mark)
    assert found
    return before, behind


def _sentence(counts: Mapping[str, ColumnElement[int]]) -> ColumnElement[Any]:
    """The JSON of `rules.messages.digest.digest_of`, written by the database."""
    whole = Sentence(DIGEST, {"parts": Joined([], PARTED)})
    head, tail = _split(whole, '"joined": []')
    parts: ColumnElement[str] = literal("")
    for part, msgid in PART_SENTENCES.items():
        before, behind = _split(Sentence(msgid, {"count": COUNT}), f'"count": {COUNT}')
        number = cast(counts[part], String)
        told = literal(f',{before}"count": ') + number + literal(behind)
        parts = parts + case((counts[part] > 0, told), else_="")
    return as_json(literal(f'{head}"joined": [') + func.ltrim(parts, ",") + literal(f"]{tail}"))


def _told() -> Select[Any]:
    totals = _totals().subquery("totals")
    return select(
        totals.c.unit_id,
        _TODAY,
        literal(MessageKind.DIGEST.value),
        literal(""),
        _sentence({part: totals.c[part] for part in DigestPart}),
        literal("/"),
        bindparam("now", type_=UTCDateTime()),
    ).where(totals.c.hit > 0, _goes_by_the_calendar(totals.c.unit_id))


def _goes_by_the_calendar(unit_id: Any) -> ColumnElement[bool]:
    """The clause that a unit is in the `CalendarGroup` whose tags are given."""
    tag = bindparam("tag", type_=String)
    of_unit = select(col(UnitTag.tag)).where(col(UnitTag.unit_id) == unit_id)
    carries = of_unit.where(col(UnitTag.tag) == tag).exists()
    earlier = of_unit.where(among(col(UnitTag.tag), "others", String)).exists()
    return and_(or_(tag == "", carries), not_(earlier))


_TOLD = _told()
"""The digests of all units, built once in the life of the process."""
