"""The unit above answers in the place of a unit that has no working account."""

import pytest
from sqlmodel import Session

from models import Account, Assignment, Decision, Role, Status
from queries.filling.stand_ins import list_stood_in_for
from queries.filling.submissions import find_current
from queries.review.review_clock import count_reviews
from queries.units.access import get_access, list_silent_below
from rules.accounts.permissions import NotAllowed
from rules.filling.posting import Posting
from rules.units.access import Access
from services.filling.recalls import recall
from services.filling.sendings import Refused, Sending, Sent, send, send_each
from services.filling.submissions import open_to_keep, save_draft
from services.review.review_batches import decide_ticked
from services.review.reviews import approve
from tests.answering import NARRATIVE, released_measure, send_key
from tests.building import (
    BANNER,
    LEAGUE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    get_unit,
    make_account,
)
from tests.conftest import NOW


@pytest.fixture
def assignment_id(session: Session) -> int:
    """A village's assignment, of a measure of the region."""
    return assignment_of(session, released_measure(session), VILLAGE).id


@pytest.fixture
def above(session: Session) -> Account:
    return make_account(session, TOWNSHIP, Role.CLERK, "township")


def answered(session: Session, assignment_id: int, actor: Account) -> Sent:
    sending = Sending(assignment_id, {"checked": ["3"]}, Posting(send_key()), actor, NOW)
    sent = send(session, sending)
    assert isinstance(sent, Sent), sent
    return sent


def working(session: Session, code: str) -> Account:
    return make_account(session, code, Role.CLERK, f"own-{code}")


def test_what_the_accounts_of_a_unit_are_like_is_told_apart(session: Session) -> None:
    unit, above = get_unit(session, VILLAGE), get_unit(session, TOWNSHIP)
    assert get_access(session, unit) == Access.NONE
    account = make_account(session, VILLAGE, Role.CLERK, "village", used=False)
    assert get_access(session, unit) == Access.UNUSED == list_silent_below(session, above)[unit.id]
    account.active = False
    session.flush()
    assert get_access(session, unit) == Access.OFF
    working(session, VILLAGE)
    assert get_access(session, unit) == Access.WORKING
    assert unit.id not in list_silent_below(session, above)


def test_the_unit_above_answers_and_the_answer_says_so(
    session: Session, assignment_id: int, above: Account
) -> None:
    sheet = open_to_keep(session, assignment_id, actor=above)
    assert save_draft(session, sheet, {"checked": ["2"]}, actor=above, now=NOW)
    answered(session, assignment_id, above)
    current = find_current(session, assignment_id)
    assert current is not None
    assert current.stand_in == get_unit(session, TOWNSHIP).name
    assert list_stood_in_for(session, [assignment_id]) == {assignment_id}
    recall(session, assignment_id, actor=above, now=NOW)


def test_an_own_answer_names_no_stand_in(session: Session, assignment_id: int) -> None:
    answered(session, assignment_id, working(session, VILLAGE))
    current = find_current(session, assignment_id)
    assert current is not None
    assert (current.stand_in, list_stood_in_for(session, [assignment_id])) == ("", frozenset())


def test_once_the_unit_has_a_working_account_nobody_else_answers(
    session: Session, assignment_id: int, above: Account
) -> None:
    answered(session, assignment_id, above)
    own = working(session, VILLAGE)
    with pytest.raises(NotAllowed, match="不能代填"):
        open_to_keep(session, assignment_id, actor=above)
    sending = Sending(assignment_id, {"checked": ["4"]}, Posting(send_key()), above, NOW)
    (refused,) = send_each(session, [sending])
    assert isinstance(refused, Refused)
    recall(session, assignment_id, actor=own, now=NOW)
    answered(session, assignment_id, own)


def test_only_the_unit_directly_above_stands_in(session: Session, assignment_id: int) -> None:
    banner = make_account(session, BANNER, Role.OFFICE)
    with pytest.raises(NotAllowed):
        open_to_keep(session, assignment_id, actor=banner)


def test_who_answers_for_another_does_not_review_it_and_the_next_unit_up_does(
    session: Session, assignment_id: int, above: Account
) -> None:
    sent = answered(session, assignment_id, above).submission
    with pytest.raises(NotAllowed, match="上级"):
        approve(session, sent.id, actor=above, now=NOW)
    assert decide_ticked(session, [sent.id], Decision.APPROVE, actor=above, now=NOW) is None
    banner = make_account(session, BANNER, Role.OFFICE)
    assert count_reviews(session, banner.unit_id, NOW.date()).stood_in == 1
    assert count_reviews(session, above.unit_id, NOW.date()).stood_in == 0
    assert decide_ticked(session, [sent.id], Decision.APPROVE, actor=banner, now=NOW) is None
    assert decide_ticked(session, [sent.id], Decision.APPROVE, stood_in=True, actor=banner, now=NOW)
    assert session.get_one(Assignment, assignment_id).status == Status.APPROVED


def test_once_the_unit_answers_itself_the_unit_above_reviews_again(
    session: Session, assignment_id: int, above: Account
) -> None:
    answered(session, assignment_id, above)
    own = working(session, VILLAGE)
    recall(session, assignment_id, actor=own, now=NOW)
    sent = answered(session, assignment_id, own).submission
    approve(session, sent.id, actor=above, now=NOW)


def test_where_nobody_is_above_the_one_who_answered_that_one_reviews(session: Session) -> None:
    office = make_account(session, REGION, Role.OFFICE, "issuer")
    league = assignment_of(session, released_measure(session), LEAGUE)
    sent = send(session, Sending(league.id, NARRATIVE, Posting(send_key()), office, NOW))
    assert isinstance(sent, Sent), sent
    approve(session, sent.submission.id, actor=office, now=NOW)
