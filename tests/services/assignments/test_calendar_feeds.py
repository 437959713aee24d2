"""Calendar feeds: one for an account, until it is revoked."""

from sqlmodel import Session, func, select

from models import CalendarFeed
from queries.assignments.due_calendar import find_fed_unit, find_own_feed
from services.assignments.calendar_feeds import make_feed, revoke_feed
from tests.answering import account_of
from tests.building import VILLAGE
from tests.conftest import NOW
from tests.present import present


def test_a_double_click_makes_one_feed(session: Session) -> None:
    village = account_of(session, VILLAGE)
    for _ in range(2):
        make_feed(session, actor=village, now=NOW)
    assert session.exec(select(func.count()).select_from(CalendarFeed)).one() == 1
    feed = present(find_own_feed(session, village.id))
    assert present(find_fed_unit(session, feed.id)).code == VILLAGE


def test_a_revoked_feed_shows_nothing_and_the_next_has_another_id(session: Session) -> None:
    village = account_of(session, VILLAGE)
    make_feed(session, actor=village, now=NOW)
    first = present(find_own_feed(session, village.id)).id
    for _ in range(2):
        revoke_feed(session, actor=village, now=NOW)
    assert find_fed_unit(session, first) is None
    make_feed(session, actor=village, now=NOW)
    assert present(find_own_feed(session, village.id)).id != first


def test_the_feed_of_an_account_that_is_switched_off_shows_nothing(session: Session) -> None:
    village = account_of(session, VILLAGE)
    make_feed(session, actor=village, now=NOW)
    village.active = False
    session.flush()
    assert find_fed_unit(session, present(find_own_feed(session, village.id)).id) is None
