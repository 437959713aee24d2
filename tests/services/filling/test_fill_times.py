from datetime import timedelta

import pytest
from sqlmodel import Session, select

from models import Assignment, FillTime, FormVersion, Measure
from queries.filling.fill_times import find_fill_counts
from rules.forms.minutes import ENOUGH, bucket_of
from services.filling.sendings import Asked, Faulty, Sent
from services.review.reviews import return_
from tests.answering import ANSWER, account_of, arrived, keep_draft, send_key, try_to_send
from tests.building import OTHER_VILLAGE, REGION, TOWNSHIP, VILLAGE, assignment_of, make_form
from tests.conftest import NOW

OPENED = int(NOW.timestamp())


def fill(
    session: Session,
    assignment: Assignment,
    seconds: float,
    code: str = VILLAGE,
    opened: int | None = OPENED,
) -> Sent | Faulty | Asked:
    return try_to_send(
        session, assignment.id, ANSWER, send_key=send_key(), opened=opened,
        actor=account_of(session, code), now=NOW + timedelta(seconds=seconds),
    )  # fmt: skip


def counts(session: Session) -> dict[int, int]:
    return {filling.up_to: filling.count for filling in session.exec(select(FillTime))}


def test_fillings_are_counted_without_a_unit_or_a_person(
    session: Session, measure: Measure, village: Assignment
) -> None:
    fill(session, village, 300)
    other = assignment_of(session, measure, OTHER_VILLAGE)
    fill(session, other, 301, OTHER_VILLAGE)
    assert counts(session) == {bucket_of(300): 2}
    assert set(FillTime.model_fields) == {"form_version_id", "up_to", "count"}


@pytest.mark.parametrize(("opened", "seconds"), [(None, 300), (OPENED, -60), (0, 300)])
def test_what_says_no_time_or_a_wrong_one_is_not_counted(
    session: Session, village: Assignment, opened: int | None, seconds: int
) -> None:
    fill(session, village, seconds, opened=opened)
    assert counts(session) == {}


def test_a_draft_remembers_when_the_form_was_first_opened(
    session: Session, village: Assignment
) -> None:
    clerk = account_of(session, VILLAGE)
    for seconds, opened in ((60, OPENED), (120, OPENED + 100)):
        keep_draft(
            session, village.id, ANSWER, opened=opened, actor=clerk,
            now=NOW + timedelta(seconds=seconds),
        )  # fmt: skip
    fill(session, village, 600, opened=OPENED + 500)
    assert counts(session) == {bucket_of(600): 1}


def test_a_form_begun_yesterday_is_not_counted(session: Session, village: Assignment) -> None:
    keep_draft(
        session, village.id, ANSWER, opened=OPENED, actor=account_of(session, VILLAGE), now=NOW
    )
    fill(session, village, 24 * 3600, opened=OPENED + 24 * 3600 - 60)
    assert counts(session) == {}


def test_mending_after_a_return_is_not_counted(session: Session, village: Assignment) -> None:
    first = arrived(fill(session, village, 300)).submission
    return_(session, first.id, reason="请逐户核实", actor=account_of(session, TOWNSHIP), now=NOW)
    fill(session, village, 400)
    assert sum(counts(session).values()) == 1


def _version(session: Session, form_id: int, number: int, fillings: int) -> FormVersion:
    office = account_of(session, REGION)
    version = FormVersion(
        form_id=form_id, number=number, fields=[], published_at=NOW, published_by=office.id
    )
    session.add(version)
    session.flush()
    session.add(FillTime(form_version_id=version.id, up_to=bucket_of(100), count=fillings))
    session.flush()
    return version


def test_a_new_version_goes_by_the_one_before_until_it_has_enough_of_its_own(
    session: Session,
) -> None:
    first = make_form(session, account_of(session, REGION))
    session.add(FillTime(form_version_id=first.id, up_to=bucket_of(900), count=ENOUGH + 1))
    session.flush()
    few = _version(session, first.form_id, 2, ENOUGH - 1)
    assert find_fill_counts(session, few.id) == {bucket_of(900): ENOUGH + 1}
    enough = _version(session, first.form_id, 3, ENOUGH)
    assert find_fill_counts(session, enough.id) == {bucket_of(100): ENOUGH}
    assert find_fill_counts(session, first.id) == {bucket_of(900): ENOUGH + 1}


def test_another_form_says_nothing(session: Session) -> None:
    office = account_of(session, REGION)
    first, other = make_form(session, office), make_form(session, office)
    session.add(FillTime(form_version_id=first.id, up_to=60, count=ENOUGH))
    session.flush()
    assert find_fill_counts(session, other.id) == {}
