"""Units are told once, and what was read is noted once."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from models import MessageKind, Unit
from queries.messages.messages import WhichMessages, count_messages, list_messages
from rules.sentences.not_found import NotFound
from services.messages.messages import Told, read_all, read_message, tell_units
from tests.building import OTHER_VILLAGE, TOWNSHIP, VILLAGE, get_unit, make_account
from tests.conftest import NOW
from tests.counting import statements
from tests.messages import SENTENCE, messages_of, tell

DAY = timedelta(days=1)


def test_a_unit_is_told_once_on_a_working_day(session: Session) -> None:
    for now in (NOW, NOW, NOW + timedelta(hours=9)):
        tell(session, VILLAGE, now=now)
    (message,) = messages_of(session, VILLAGE)
    assert (message.sentence, message.created_at, message.read_at) == (SENTENCE, NOW, None)
    tell(session, VILLAGE, "another subject")
    tell(session, VILLAGE, now=NOW + DAY)
    assert len(messages_of(session, VILLAGE)) == 3


def test_what_is_told_on_a_day_off_is_of_the_next_working_day(session: Session) -> None:
    saturday = NOW + 5 * DAY
    for now in (saturday, saturday + DAY, saturday + 2 * DAY):
        message = tell(session, VILLAGE, now=now)
    assert message.day == date(2026, 11, 30)
    assert len(messages_of(session, VILLAGE)) == 1


def test_all_units_are_told_in_one_statement(session: Session) -> None:
    ids = session.exec(select(Unit.id)).all()
    told = [Told(unit_id, MessageKind.CHANGED, "measure 1", SENTENCE) for unit_id in ids]
    with statements(session) as sent:
        tell_units(session, told, now=NOW)
        tell_units(session, [], now=NOW)
    assert len(sent) == 1
    assert len(messages_of(session, VILLAGE)) == len(messages_of(session, TOWNSHIP)) == 1


def test_the_first_reading_stays_and_nobody_reads_for_another_unit(session: Session) -> None:
    message = tell(session, VILLAGE)
    village, beside = make_account(session, VILLAGE), make_account(session, OTHER_VILLAGE)
    with pytest.raises(NotFound):
        read_message(session, message.id, actor=beside, now=NOW)
    with pytest.raises(NotFound):
        read_message(session, message.id + 999, actor=village, now=NOW)
    for now in (NOW, NOW + DAY):
        read_message(session, message.id, actor=village, now=now)
    assert message.read_at == NOW


def test_reading_all_leaves_what_came_meanwhile(session: Session) -> None:
    first, second, later = (tell(session, VILLAGE, about) for about in "abc")
    other = tell(session, OTHER_VILLAGE)
    village = make_account(session, VILLAGE)
    read_all(session, last_id=second.id, actor=village, now=NOW)
    unit_id = get_unit(session, VILLAGE).id
    unread = list_messages(session, unit_id, shown=WhichMessages.UNREAD, page=1, size=9)
    assert [message.id for message in unread] == [later.id]
    assert count_messages(session, unit_id, shown=WhichMessages.ALL) == 3
    session.refresh(first)
    assert first.read_at == NOW
    assert other.read_at is None
