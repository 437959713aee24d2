"""What is kept for boards, and told of them."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from models import CoverageDay, Delivery, Measure, Message, MessageKind, Unit
from rules.sentences.not_found import NotFound
from services.assignments.board_digests import tell_boards
from services.assignments.coverage_days import keep_coverage
from services.assignments.reminding import RemindedUnits, remind
from services.campaigns.closings import close_measures
from tests.answering import account_of, answer, released_measures
from tests.building import BANNER, LEAGUE, OTHER_LEAGUE, REGION, VILLAGE, assignment_of
from tests.channels import make_channel
from tests.conftest import NOW
from tests.counting import statements

DAY = timedelta(days=1)
TODAY = date(2026, 11, 23)
"""A Monday."""


def kept(session: Session, code: str) -> list[tuple[date, int, int]]:
    rows = session.exec(
        select(CoverageDay)
        .join(Unit, col(Unit.id) == CoverageDay.unit_id)
        .where(Unit.code == code)
        .order_by(col(CoverageDay.day))
    )
    return [(row.day, row.reported, row.reviewed) for row in rows]


def test_coverage_is_kept_once_a_day_and_only_where_something_has_changed(
    session: Session, measure: Measure
) -> None:
    keep_coverage(session, now=NOW)
    answer(session, measure, VILLAGE)
    for moment in (NOW, NOW, NOW + DAY):
        keep_coverage(session, now=moment)
    assert kept(session, REGION) == kept(session, BANNER) == [(TODAY, 1, 0)]
    assert kept(session, OTHER_LEAGUE) == [(TODAY, 0, 0)]
    assert kept(session, "150402005000") == [], "the villages of a township are seen at a glance"
    session.expire_all()
    answer(session, measure, "150402005003")
    keep_coverage(session, now=NOW + 2 * DAY)
    assert kept(session, REGION) == [(TODAY, 1, 0), (TODAY + 2 * DAY, 2, 0)]


def test_what_is_closed_is_kept_no_further(session: Session, measure: Measure) -> None:
    close_measures(session, [measure], actor=account_of(session, REGION), now=NOW)
    keep_coverage(session, now=NOW)
    assert kept(session, REGION) == []


def digests(session: Session) -> list[Message]:
    found = session.exec(select(Message).where(Message.kind == MessageKind.BOARD))
    return list(found)


def test_the_leading_office_is_told_once_a_week_however_often_it_runs(
    session: Session, measure: Measure
) -> None:
    answer(session, measure, VILLAGE)
    assert [tell_boards(session, now=NOW + n * DAY) for n in (0, 0, 1, 4)] == [1, 0, 0, 0]
    (told,) = digests(session)
    assert told.unit_id == measure.unit_id
    values = told.sentence.values
    assert (values["asked"], values["reported"], values["to_come"]) == (32, 1, 0)
    assert told.path == f"/campaigns/{measure.campaign_id}/board"
    assert tell_boards(session, now=NOW + 5 * DAY) == 0, "a Saturday"
    assert tell_boards(session, now=NOW + 8 * DAY) == 1, "nothing ran on the Monday"
    assert tell_boards(session, now=NOW + 9 * DAY) == 0


def test_the_digest_goes_out_through_the_channels_once(session: Session, measure: Measure) -> None:
    make_channel(session, REGION)
    assert measure.id
    for _ in range(2):
        tell_boards(session, now=NOW)
    (delivery,) = session.exec(select(Delivery)).all()
    assert (delivery.kind, delivery.unit_id) == (MessageKind.BOARD, measure.unit_id)


def test_digests_of_many_campaigns_take_as_many_statements_as_of_one(
    session: Session, measure: Measure
) -> None:
    with statements(session) as for_one:
        tell_boards(session, now=NOW)
    released_measures(session, {}, {})
    with statements(session) as for_two:
        assert tell_boards(session, now=NOW) == 2
    assert len(for_one) == len(for_two) == 4


def test_a_unit_is_reminded_of_one_thing_once_a_working_day(
    session: Session, measure: Measure
) -> None:
    ids = [assignment_of(session, measure, code).id for code in (BANNER, LEAGUE)]
    region = account_of(session, REGION)
    assert remind(session, ids[:1], actor=region, now=NOW) == RemindedUnits(1, 0, 0)
    league = account_of(session, LEAGUE)
    assert remind(session, ids[:1], actor=league, now=NOW) == RemindedUnits(0, 1, 0)
    assert remind(session, ids, actor=region, now=NOW) == RemindedUnits(1, 1, 0)
    assert remind(session, ids, actor=region, now=NOW + DAY) == RemindedUnits(2, 0, 0)
    found = session.exec(select(Message).where(Message.kind == MessageKind.REMIND)).all()
    assert len(found) == 4
    assert {message.path for message in found} == {f"/assignments/{id}" for id in ids}


def test_who_has_answered_is_not_reminded(session: Session, measure: Measure) -> None:
    answer(session, measure, VILLAGE)
    own = assignment_of(session, measure, VILLAGE)
    done = remind(session, [own.id], actor=account_of(session, REGION), now=NOW)
    assert done == RemindedUnits(0, 0, 1)


def test_a_unit_beside_or_nothing_at_all_cannot_be_reminded(
    session: Session, measure: Measure
) -> None:
    own = assignment_of(session, measure, BANNER)
    beside = account_of(session, OTHER_LEAGUE)
    for ids in ([own.id], [own.id, 0], []):
        with pytest.raises(NotFound):
            remind(session, ids, actor=beside, now=NOW)
