"""Reminders: who owes something is told once a working day, and nobody else."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlmodel import Session, col, select, update

from models import (
    Assignment,
    DayKind,
    Measure,
    Message,
    MessageKind,
    ReminderRound,
    ReminderRule,
    Tag,
    Unit,
    UnitTag,
)
from rules.messages.digest import DigestPart, digest_of
from rules.units.calendar_list import DayRow
from services.assignments.reminders import tell_digests
from services.units.work_calendars import change_days, keep_calendars, make_calendar
from tests.answering import account_of, return_many, send
from tests.building import (
    BANNER,
    LEAGUE,
    OTHER_VILLAGE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    get_unit,
)
from tests.counting import statements
from tests.messages import messages_of

DUE = date(2026, 12, 18)
"""A Friday."""


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour - 8)


MONDAY, WEDNESDAY = date(2026, 12, 21), date(2026, 12, 23)


@pytest.fixture
def due(session: Session, measure: Measure) -> Measure:
    """A measure that is due everywhere on one Friday."""
    session.execute(update(Assignment).values(due_on=DUE))
    return measure


def digest(session: Session, code: str) -> str:
    told = [row for row in messages_of(session, code) if row.kind == MessageKind.DIGEST]
    return str(told[-1].sentence) if told else ""


def told_units(session: Session) -> set[int]:
    return set(session.exec(select(Message.unit_id)).all())


def test_every_unit_that_owes_gets_one_digest_in_a_constant_number_of_statements(
    session: Session, due: Measure
) -> None:
    with statements(session) as sent:
        told = tell_digests(session, now=at(DUE))
    assert told == 50
    assert len(sent) <= 6
    (message,) = messages_of(session, VILLAGE)
    assert message.sentence == digest_of({DigestPart.TODAY: 1})
    assert str(message.sentence) == "今日待办：今天到期 1 项。"
    assert tell_digests(session, now=at(DUE)) == tell_digests(session, now=at(DUE, 15)) == 0
    assert len(messages_of(session, VILLAGE)) == 1


def test_a_round_whose_note_was_lost_sends_nothing_twice(session: Session, due: Measure) -> None:
    assert tell_digests(session, now=at(DUE))
    session.delete(session.exec(select(ReminderRound)).one())
    session.flush()
    assert tell_digests(session, now=at(DUE, 10)) == 0


def test_who_has_answered_a_minute_before_is_not_reminded(session: Session, due: Measure) -> None:
    village = assignment_of(session, due, VILLAGE)
    send(session, village, actor=account_of(session, VILLAGE), now=at(DUE) - timedelta(minutes=1))
    tell_digests(session, now=at(DUE))
    assert digest(session, VILLAGE) == ""
    assert digest(session, OTHER_VILLAGE) == "今日待办：今天到期 1 项。"


def test_the_unit_above_is_told_after_two_days_and_the_one_above_that_after_five(
    session: Session, due: Measure
) -> None:
    only = select(Unit.id).where(Unit.code == VILLAGE)
    session.execute(
        update(Assignment)
        .where(col(Assignment.unit_id).not_in(only))
        .values(due_on=date(2027, 3, 1))
    )
    tell_digests(session, now=at(MONDAY))
    assert digest(session, VILLAGE) == "今日待办：已逾期 1 项。"
    assert digest(session, TOWNSHIP) == ""
    tell_digests(session, now=at(date(2026, 12, 22)))
    assert digest(session, TOWNSHIP) == "今日待办：下级单位逾期未报 1 项。"
    assert len(messages_of(session, VILLAGE)) == 1
    assert digest(session, BANNER) == ""
    tell_digests(session, now=at(date(2026, 12, 25)))
    assert digest(session, BANNER) == "今日待办：再下一级逾期未报 1 项。"
    assert told_units(session) == {
        get_unit(session, code).id for code in (VILLAGE, TOWNSHIP, BANNER)
    }


def test_on_days_off_and_in_quiet_hours_nobody_is_told_and_the_step_is_made_up(
    session: Session, due: Measure
) -> None:
    for quiet in (
        at(DUE, 8),
        at(DUE, 18),
        at(DUE + timedelta(days=1)),
        at(DUE + timedelta(days=2)),
    ):
        assert tell_digests(session, now=quiet) == 0
    tell_digests(session, now=at(DUE - timedelta(days=1)))
    assert messages_of(session, VILLAGE)[-1].sentence == digest_of({DigestPart.SOON: 1})
    tell_digests(session, now=at(MONDAY))
    assert digest(session, VILLAGE) == "今日待办：已逾期 1 项。"
    assert tell_digests(session, now=at(WEDNESDAY)) == 50
    assert messages_of(session, VILLAGE)[-1].day == WEDNESDAY


def test_a_return_has_a_ladder_of_its_own(session: Session, due: Measure) -> None:
    village = assignment_of(session, due, VILLAGE)
    sent = send(session, village, actor=account_of(session, VILLAGE), now=at(DUE))
    late = at(date(2027, 1, 11))
    return_many(
        session, [sent.id], reason="数和台账不一致", actor=account_of(session, TOWNSHIP), now=late
    )
    session.refresh(village)
    assert village.due_on > late.date()
    tell_digests(session, now=at(village.due_on))
    assert "其中退回待改 1 项" in digest(session, VILLAGE)
    assert "已逾期" not in digest(session, VILLAGE)


def test_the_reviewer_is_reminded_and_then_the_unit_above(session: Session, due: Measure) -> None:
    village = assignment_of(session, due, VILLAGE)
    send(session, village, actor=account_of(session, VILLAGE), now=at(date(2026, 12, 1)))
    session.execute(
        update(Assignment).where(col(Assignment.id) != village.id).values(due_on=date(2027, 3, 1))
    )
    session.refresh(village)
    assert village.review_due_on == date(2026, 12, 3)
    tell_digests(session, now=at(date(2026, 12, 3)))
    assert digest(session, TOWNSHIP) == "今日待办：待审核且已到审核期限 1 份。"
    assert digest(session, VILLAGE) == digest(session, BANNER) == ""
    tell_digests(session, now=at(date(2026, 12, 7)))
    assert digest(session, BANNER) == "今日待办：下级单位逾期未审 1 份。"
    assert digest(session, LEAGUE) == ""


def test_a_campaign_reminds_as_its_office_has_set(session: Session, due: Measure) -> None:
    rule = ReminderRule(
        campaign_id=due.campaign_id, active=False, before=(0,), after=(2,), above=(), higher=(),
        opens_at=14, closes_at=16, changed_at=at(DUE), changed_by=account_of(session, BANNER).id,
    )  # fmt: skip
    session.add(rule)
    session.flush()
    assert tell_digests(session, now=at(DUE, 14)) == 0
    rule.active = True
    session.flush()
    assert tell_digests(session, now=at(DUE)) == 0
    assert tell_digests(session, now=at(DUE, 14)) == 50
    assert tell_digests(session, now=at(MONDAY, 14)) == 0
    assert tell_digests(session, now=at(date(2026, 12, 22), 15)) == 50


def test_what_is_closed_is_not_reminded_of(session: Session, due: Measure) -> None:
    session.execute(update(Assignment).values(closed_at=at(DUE)))
    assert tell_digests(session, now=at(DUE)) == 0


def test_whoever_has_to_act_now_is_told_and_not_whoever_had_to(
    session: Session, due: Measure
) -> None:
    """What a unit above has taken over is its own, and what it has sent itself waits higher up."""
    taken, stood_in = (assignment_of(session, due, code) for code in (VILLAGE, "150402005003"))
    township = get_unit(session, TOWNSHIP)
    session.execute(
        update(Assignment)
        .where(col(Assignment.id).not_in([taken.id, stood_in.id]))
        .values(due_on=date(2027, 3, 1))
    )
    send(session, stood_in, actor=account_of(session, "150402005003"), now=at(date(2026, 12, 16)))
    session.refresh(stood_in)
    stood_in.stood_in, taken.taken_by_id = True, township.id
    session.flush()
    assert stood_in.review_due_on == DUE
    tell_digests(session, now=at(DUE))
    assert digest(session, VILLAGE) == ""
    assert digest(session, TOWNSHIP) == "今日待办：今天到期 1 项。"
    assert digest(session, BANNER) == "今日待办：待审核且已到审核期限 1 份。"


def test_units_with_a_calendar_of_their_own_are_told_on_their_own_working_days(
    session: Session, due: Measure
) -> None:
    session.add(Tag(code="pastoral", name="牧区", name_en="pastoral"))
    session.flush()
    keep_calendars(session, actor=None, now=at(DUE))
    office = account_of(session, REGION)
    pastoral = make_calendar(session, "牧区", "pastoral", actor=office, now=at(DUE))
    off = {DUE: DayRow(DUE, DayKind.DAY_OFF, "那达慕")}
    change_days(session, pastoral.id, off, until=None, actor=office, now=at(DUE))
    session.execute(delete(UnitTag))
    session.add(UnitTag(unit_id=get_unit(session, VILLAGE).id, tag="pastoral"))
    session.flush()
    assert tell_digests(session, now=at(DUE)) == 49
    assert digest(session, VILLAGE) == ""
    tell_digests(session, now=at(MONDAY))
    assert digest(session, VILLAGE) == "今日待办：已逾期 1 项。"
