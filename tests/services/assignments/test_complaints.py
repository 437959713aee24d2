"""Complaints reach those who ask for the work, and an answer is owed."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from models import Account, Complaint, ComplaintKind
from queries.assignments.complaints import (
    OpenComplaints,
    WhichComplaints,
    list_complaint_answers,
    list_complaints,
    read_complaint,
)
from queries.assignments.pending_work import read_pending
from rules.assignments.complaints import ComplaintStanding, asked_units
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import Refusal
from services.assignments.complaints import (
    answer_complaint,
    complain,
    pass_complaint_on,
    say_helped,
)
from tests.answering import account_of, released_measure
from tests.building import (
    BANNER,
    LEAGUE,
    OTHER_VILLAGE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    get_unit,
    make_measure,
    release_all_down,
)
from tests.conftest import NOW
from tests.counting import statements
from tests.messages import messages_of
from tests.present import present
from tests.scenes import scene

LATER = NOW + timedelta(days=30)


def _complain(session: Session, page: str = "/", code: str = VILLAGE, **more: object) -> Complaint:
    chosen = {"kind": ComplaintKind.TOO_SOON, "text": "", "now": NOW} | more
    return complain(
        session,
        page=page,
        answer_days=3,
        actor=account_of(session, code),
        **chosen,  # type: ignore[arg-type]
    )


@pytest.fixture
def village(session: Session) -> Account:
    return account_of(session, VILLAGE)


@scene
def task_page(session: Session) -> str:
    """The form page of the village's assignment of a measure that the league issued."""
    office = account_of(session, LEAGUE)
    measure = make_measure(session, office)
    release_all_down(session, [measure], office)
    return f"/assignments/{assignment_of(session, measure, VILLAGE).id}/form"


def test_a_complaint_about_a_task_reaches_the_issuer_and_the_unit_above(
    session: Session, task_page: str
) -> None:
    complaint = _complain(session, task_page)
    league, township = get_unit(session, LEAGUE), get_unit(session, TOWNSHIP)
    assert asked_units(complaint) == {league.id, township.id}
    assert complaint.answer_due_on == date(2026, 11, 26)
    for unit in (league, township):
        assert read_pending(session, unit.id).complaints == OpenComplaints(owed=1, answered=0)
    banner = get_unit(session, BANNER)  # sees the complaint and owes nothing
    assert read_pending(session, banner.id).complaints.owed == 0
    assert len(list_complaints(session, banner, page=1, size=9)[0]) == 1


@pytest.mark.parametrize("path", ["/", "/review", "/assignments/999999", "/assignments/1x"])
def test_a_complaint_about_anything_else_reaches_the_unit_above(
    session: Session, path: str
) -> None:
    complaint = _complain(session, path)
    assert complaint.assignment_id is None
    assert asked_units(complaint) == {get_unit(session, TOWNSHIP).id}


def test_the_task_of_another_unit_is_not_meant(session: Session, task_page: str) -> None:
    assert _complain(session, task_page, code=OTHER_VILLAGE).assignment_id is None


def test_the_first_answer_counts_for_both_who_owe_it(session: Session, task_page: str) -> None:
    complaint = _complain(session, task_page)
    township, league = (account_of(session, code) for code in (TOWNSHIP, LEAGUE))
    answer_complaint(session, complaint.id, text="延到月底。", actor=township, now=NOW)
    with pytest.raises(Refusal, match="已经有了答复"):
        answer_complaint(session, complaint.id, text="不能延期。", actor=league, now=NOW)
    assert [given.answer.text for given in list_complaint_answers(session, complaint.id)] == [
        "延到月底。"
    ]
    unit_id = get_unit(session, VILLAGE).id
    assert read_pending(session, unit_id).complaints == OpenComplaints(owed=0, answered=1)


def test_others_who_see_a_complaint_do_not_answer_it(session: Session, task_page: str) -> None:
    complaint = _complain(session, task_page)
    with pytest.raises(Refusal, match="由直接上级和发布单位答复"):
        answer_complaint(
            session, complaint.id, text="延到月底。", actor=account_of(session, BANNER), now=NOW
        )


def test_an_answer_that_helped_ends_it(session: Session, task_page: str, village: Account) -> None:
    complaint = _complain(session, task_page)
    with pytest.raises(Refusal, match="还没有答复"):
        say_helped(session, complaint.id, helped=True, actor=village)
    answer_complaint(
        session, complaint.id, text="延到月底。", actor=account_of(session, LEAGUE), now=NOW
    )
    say_helped(session, complaint.id, helped=True, actor=village)
    assert read_pending(session, village.unit_id).complaints == OpenComplaints(0, 0)
    with pytest.raises(Refusal, match="问题解决了"):
        pass_complaint_on(session, complaint.id, answer_days=3, actor=village, now=LATER)


def test_unhelped_it_goes_past_the_issuer_once(
    session: Session, task_page: str, village: Account
) -> None:
    complaint = _complain(session, task_page)
    league, region = (account_of(session, code) for code in (LEAGUE, REGION))
    answer_complaint(session, complaint.id, text="不能延期。", actor=league, now=NOW)
    with pytest.raises(Refusal, match="有没有解决"):
        pass_complaint_on(session, complaint.id, answer_days=3, actor=village, now=NOW)
    say_helped(session, complaint.id, helped=False, actor=village)
    pass_complaint_on(session, complaint.id, answer_days=3, actor=village, now=NOW)
    assert asked_units(complaint) == {region.unit_id}
    with pytest.raises(Refusal, match="转上一级以后由那个单位答复"):
        answer_complaint(session, complaint.id, text="还是不能。", actor=league, now=NOW)
    answer_complaint(session, complaint.id, text="同意延期。", actor=region, now=LATER)
    say_helped(session, complaint.id, helped=False, actor=village)
    with pytest.raises(Refusal, match="只能转一次"):
        pass_complaint_on(session, complaint.id, answer_days=3, actor=village, now=LATER)


def test_unanswered_it_goes_past_the_issuer_when_the_days_are_over(
    session: Session, task_page: str, village: Account
) -> None:
    complaint = _complain(session, task_page)
    with pytest.raises(Refusal, match="期限还没有到"):
        pass_complaint_on(session, complaint.id, answer_days=3, actor=village, now=NOW)
    higher = pass_complaint_on(session, complaint.id, answer_days=3, actor=village, now=LATER)
    assert higher.code == REGION
    assert present(complaint.answer_due_on) > LATER.date()


def test_past_the_topmost_issuer_there_is_nobody(session: Session, village: Account) -> None:
    measure = released_measure(session)
    own = assignment_of(session, measure, VILLAGE).id
    complaint = _complain(session, f"/assignments/{own}")
    with pytest.raises(Refusal, match="没有更高的单位"):
        pass_complaint_on(session, complaint.id, answer_days=3, actor=village, now=LATER)


def test_a_double_click_complains_once(session: Session) -> None:
    assert _complain(session).id == _complain(session).id
    assert _complain(session, now=LATER).id != _complain(session).id


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [("other", "", "请写明"), ("too_soon", "嗯", "请写明"), ("too_soon", "太" * 2001, "最多写")],
)
def test_words_are_asked_for_where_the_kind_says_nothing(
    session: Session, kind: str, text: str, said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        _complain(session, kind=ComplaintKind(kind), text=text)


def test_lists_show_what_is_owed_and_what_is_own(session: Session, task_page: str) -> None:
    owed = _complain(session, task_page)
    _complain(session, "/", code=TOWNSHIP, kind=ComplaintKind.REPEATED)
    township = get_unit(session, TOWNSHIP)

    def listed(**wanted: object) -> list[tuple[str, ComplaintStanding]]:
        rows, pages = list_complaints(session, township, page=1, size=9, **wanted)  # type: ignore[arg-type]
        assert pages == 1
        return [(row.unit.code, row.standing(NOW.date())) for row in rows]

    village_owed = (VILLAGE, ComplaintStanding.OWED)
    assert listed() == [(TOWNSHIP, ComplaintStanding.OWED), village_owed]
    assert listed(shown=WhichComplaints.OWED) == [village_owed]
    assert listed(shown=WhichComplaints.OWN) == [(TOWNSHIP, ComplaintStanding.OWED)]
    assert listed(kind=ComplaintKind.TOO_SOON) == [village_owed]
    read = read_complaint(session, township, owed.id)
    assert read.asked == [township.name, get_unit(session, LEAGUE).name]
    assert read.standing(LATER.date()) == ComplaintStanding.LATE
    with pytest.raises(NotFound):
        read_complaint(session, get_unit(session, OTHER_VILLAGE), owed.id)


def test_a_list_takes_two_statements_whatever_its_length(session: Session) -> None:
    for number in range(5):
        _complain(session, f"/{number}")
    with statements(session) as sent:
        list_complaints(session, get_unit(session, REGION), page=1, size=30)
    assert len([text for text in sent if "FROM complaint" in text]) == 2


def test_who_owes_an_answer_is_told_and_so_is_who_waits_for_one(
    session: Session, village: Account
) -> None:
    complaint = _complain(session)
    (told,) = messages_of(session, TOWNSHIP)
    assert str(complaint.answer_due_on) in str(told.sentence)
    township = account_of(session, TOWNSHIP)
    answer_complaint(session, complaint.id, text="以后只报一次。", actor=township, now=NOW)
    (answered,) = messages_of(session, VILLAGE)
    assert "答复了本单位的减负反映" in str(answered.sentence)
    assert told.path == answered.path == f"/complaints/{complaint.id}"
