"""The outbox: every message goes out once, at the robots' pace, and failures are told."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from models import Channel, ChannelKind, Delivery, DeliveryStatus, MessageKind
from rules.messages.outcomes import AWAY, Result, SendOutcome
from rules.messages.robots import BLOCKED, PACE
from rules.sentences.sentence import Sentence
from services.messages.messages import Told, tell_units
from services.messages.outbox import (
    LEASE,
    TELLING,
    Outgoing,
    claim,
    list_ready_channels,
    queue,
    send_outside,
    settle,
    tidy,
)
from tests.building import BANNER, LEAGUE, OTHER_VILLAGE, REGION, TOWNSHIP, VILLAGE, get_unit
from tests.channels import make_channel
from tests.conftest import NOW
from tests.counting import statements
from tests.messages import SENTENCE, messages_of
from tests.present import present

DAY = timedelta(days=1)
SENT = SendOutcome(Result.SENT)
FAILED = SendOutcome(Result.FAILED, Sentence(AWAY))
HOURS = (9, 18)


def tell(session: Session, *codes: str, now: datetime = NOW) -> int:
    """A digest for each unit, and how many of them go out."""
    told = [Told(get_unit(session, code).id, MessageKind.DIGEST, "", SENTENCE) for code in codes]
    tell_units(session, told, now=now)
    return queue(session, MessageKind.DIGEST, now.date(), hours=HOURS, now=now)


def deliveries(session: Session) -> list[Delivery]:
    session.expire_all()
    return list(session.exec(select(Delivery).order_by(Delivery.id)).all())  # type: ignore[arg-type]


def next_of(session: Session, channel: Channel, now: datetime) -> Outgoing:
    return present(claim(session, channel.id, now=now))


def test_without_channels_nothing_goes_out_and_messages_are_there_all_the_same(
    session: Session,
) -> None:
    with statements(session) as sent:
        assert tell(session, VILLAGE) == 0
    assert len(sent) <= 3
    assert len(messages_of(session, VILLAGE)) == 1


def test_each_message_goes_through_the_nearest_robot_and_to_the_mailbox_that_is_known(
    session: Session,
) -> None:
    far = make_channel(session, REGION)
    near = make_channel(session, LEAGUE, kind=ChannelKind.DINGTALK)
    mail = make_channel(session, REGION, kind=ChannelKind.EMAIL)
    get_unit(session, VILLAGE).email = "cun@example.gov.cn"
    session.flush()
    assert tell(session, VILLAGE, TOWNSHIP, OTHER_VILLAGE) == 4
    assert tell(session, VILLAGE, TOWNSHIP, OTHER_VILLAGE) == 0
    through = {(row.unit_id, row.channel_id) for row in deliveries(session)}
    ids = {code: get_unit(session, code).id for code in (VILLAGE, TOWNSHIP, OTHER_VILLAGE)}
    assert through == {
        (ids[VILLAGE], near.id), (ids[TOWNSHIP], near.id), (ids[OTHER_VILLAGE], far.id),
        (ids[VILLAGE], mail.id),
    }  # fmt: skip


def test_a_message_is_claimed_once_and_a_robot_gets_no_more_than_twenty_a_minute(
    session: Session,
) -> None:
    robot = make_channel(session, REGION)
    tell(session, VILLAGE, TOWNSHIP, BANNER)
    first = next_of(session, robot, NOW)
    assert claim(session, robot.id, now=NOW) is None
    assert claim(session, robot.id, now=NOW + PACE / 2) is None
    second = next_of(session, robot, NOW + PACE)
    assert first.delivery_id != second.delivery_id
    assert timedelta(minutes=1) / PACE < 20
    settle(session, first, SENT, now=NOW + PACE)
    settle(session, first, FAILED, now=NOW + PACE)
    assert deliveries(session)[0].status == DeliveryStatus.SENT


def test_the_robots_own_limit_stops_it_for_ten_minutes_and_loses_nothing(session: Session) -> None:
    robot = make_channel(session, REGION)
    tell(session, VILLAGE)
    blocked = SendOutcome(Result.BLOCKED, Sentence("太密"))
    settle(session, next_of(session, robot, NOW), blocked, now=NOW)
    assert list_ready_channels(session, now=NOW + BLOCKED - PACE) == []
    assert list_ready_channels(session, now=NOW + BLOCKED) == [robot.id]
    again = next_of(session, robot, NOW + BLOCKED)
    assert again.attempts == 1


def test_a_failing_channel_rests_longer_each_time_and_its_office_is_told_once_a_day(
    session: Session,
) -> None:
    robot, now = make_channel(session, REGION), NOW
    tell(session, VILLAGE)
    for minutes in (1, 2, 4, 8):
        settle(session, next_of(session, robot, now), FAILED, now=now)
        assert list_ready_channels(session, now=now + timedelta(seconds=minutes * 60 - 1)) == []
        now += timedelta(minutes=minutes)
    (told,) = [row for row in messages_of(session, REGION) if row.kind == MessageKind.CHANNEL]
    assert "连不上" in str(told.sentence)
    assert robot.name in str(told.sentence)
    session.refresh(robot)
    assert robot.failed_at == NOW
    settle(session, next_of(session, robot, now), SENT, now=now)
    session.refresh(robot)
    assert [robot.failed_at, robot.failure] == [None, None]
    assert TELLING == 3


def test_a_mail_server_that_is_away_for_a_day_gets_everything_afterwards(session: Session) -> None:
    mail, now = make_channel(session, REGION, kind=ChannelKind.EMAIL), NOW
    for code in (VILLAGE, TOWNSHIP):
        get_unit(session, code).email = "cun@example.gov.cn"
    session.flush()
    tell(session, VILLAGE, TOWNSHIP)
    while now < NOW + DAY:
        if list_ready_channels(session, now=now):
            settle(session, next_of(session, mail, now), FAILED, now=now)
        tidy(session, now=now)
        now += timedelta(minutes=10)
    sent = [next_of(session, mail, now + timedelta(hours=1)) for _ in range(2)]
    assert len({one.delivery_id for one in sent}) == 2
    assert all(one.mailbox == "cun@example.gov.cn" for one in sent)


def test_a_digest_that_never_went_out_gives_way_to_the_next_one(session: Session) -> None:
    make_channel(session, REGION)
    tell(session, VILLAGE, TOWNSHIP)
    tell(session, VILLAGE, now=NOW + DAY)
    village = get_unit(session, VILLAGE).id
    given_up = [row for row in deliveries(session) if row.status == DeliveryStatus.GIVEN_UP]
    assert [(row.unit_id, row.day) for row in given_up] == [(village, NOW.date())]
    assert len(deliveries(session)) == 3
    tidy(session, now=NOW + 10 * DAY)
    assert {row.status for row in deliveries(session)} == {DeliveryStatus.GIVEN_UP}


def test_what_a_killed_sender_had_in_hand_is_not_sent_again(session: Session) -> None:
    robot = make_channel(session, REGION)
    tell(session, VILLAGE)
    outgoing = next_of(session, robot, NOW)
    tidy(session, now=NOW + LEASE / 2)
    assert deliveries(session)[0].status == DeliveryStatus.SENDING
    tidy(session, now=NOW + LEASE)
    (left,) = deliveries(session)
    assert left.status == DeliveryStatus.UNSURE
    assert "没有重发" in str(left.failure)
    assert list_ready_channels(session, now=NOW + LEASE) == []
    settle(session, outgoing, SENT, now=NOW + LEASE)
    assert deliveries(session)[0].status == DeliveryStatus.UNSURE


@pytest.mark.parametrize("result", [Result.UNSURE, Result.REJECTED])
def test_what_may_have_arrived_and_what_is_not_taken_is_not_tried_again(
    session: Session, result: Result
) -> None:
    robot = make_channel(session, REGION)
    tell(session, VILLAGE)
    settle(session, next_of(session, robot, NOW), SendOutcome(result, SENTENCE), now=NOW)
    assert list_ready_channels(session, now=NOW + timedelta(hours=2)) == []
    assert deliveries(session)[0].failure == SENTENCE


def test_nothing_goes_out_in_quiet_hours_and_on_days_off(session: Session) -> None:
    robot = make_channel(session, REGION)
    tell(session, VILLAGE)
    for quiet in (NOW - timedelta(hours=1), NOW + timedelta(hours=9), NOW + 5 * DAY):
        assert list_ready_channels(session, now=quiet) == []
    assert list_ready_channels(session, now=NOW + DAY) == [robot.id]


def test_no_log_can_hold_a_robots_address_or_secret(session: Session) -> None:
    robot = make_channel(session, REGION)
    tell(session, VILLAGE)
    outgoing = next_of(session, robot, NOW)
    assert outgoing.address == robot.address
    assert robot.address not in f"{outgoing!r} {outgoing}"


def test_what_is_told_by_hand_and_every_week_goes_out_as_well(session: Session) -> None:
    robot = make_channel(session, REGION)
    told = Told(get_unit(session, VILLAGE).id, MessageKind.REMIND, "assignment 1", SENTENCE)
    tell_units(session, [told, told._replace(kind=MessageKind.BOARD)], now=NOW)
    for _again in range(2):
        send_outside(session, MessageKind.REMIND, now=NOW)
        send_outside(session, MessageKind.BOARD, now=NOW)
    assert {row.kind for row in deliveries(session)} == {MessageKind.REMIND, MessageKind.BOARD}
    assert len(deliveries(session)) == 2
    assert list_ready_channels(session, now=NOW) == [robot.id]
