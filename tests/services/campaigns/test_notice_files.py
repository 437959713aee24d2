"""An office keeps the original and the annexes of a notice; doing it twice is doing it once."""

from pathlib import Path

import pytest
from sqlmodel import Session

from adapters.attachment_store import AttachmentStore
from adapters.checked_files import Prepared
from models import Account, Campaign
from queries.campaigns.notice_files import get_handed_notice, list_file_changes
from queries.filling.attachments import list_digests, list_known_files
from rules.campaigns.notice_files import MB, MOST_FILES
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import Refusal
from services.campaigns.notice_files import (
    add_annexes,
    keep_original,
    remove_notice_file,
    replace_notice_file,
)
from tests.building import LEAGUE, make_account, make_campaign
from tests.conftest import NOW
from tests.counting import statements


def file(name: str, letter: str = "a", size: int = 1000) -> Prepared:
    return Prepared(name, "application/pdf", size, letter * 64)


@pytest.fixture
def office(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def campaign(session: Session, office: Account) -> Campaign:
    return make_campaign(session, office)


def names(session: Session, campaign: Campaign) -> list[str]:
    return [found.name for found in get_handed_notice(session, campaign.id).files]


def test_the_same_file_twice_is_there_once_and_two_of_one_name_stand_side_by_side(
    session: Session, office: Account, campaign: Campaign
) -> None:
    sent = [file("统计表.pdf"), file("统计表.pdf", "b"), file("统计表.pdf")]
    assert len(add_annexes(session, campaign, sent, actor=office, now=NOW)) == 2
    assert add_annexes(session, campaign, sent, actor=office, now=NOW) == []
    assert names(session, campaign) == ["统计表.pdf", "统计表.pdf"]


def test_the_original_comes_first_and_there_is_one(
    session: Session, office: Account, campaign: Campaign
) -> None:
    add_annexes(session, campaign, [file("附件.pdf")], actor=office, now=NOW)
    keep_original(session, campaign, file("通知.pdf"), actor=office, now=NOW)
    keep_original(session, campaign, file("通知（盖章）.pdf", "b"), actor=office, now=NOW)
    assert names(session, campaign) == ["通知（盖章）.pdf", "附件.pdf"]


def test_a_file_that_was_replaced_or_removed_stays_in_the_history_alone(
    session: Session, office: Account, campaign: Campaign
) -> None:
    rows = add_annexes(
        session, campaign, [file("一.pdf"), file("二.pdf", "b")], actor=office, now=NOW
    )
    first, second = (row.token for row in rows)
    for _click in range(2):
        replace_notice_file(session, campaign, first, file("三.pdf", "c"), actor=office, now=NOW)
        remove_notice_file(session, campaign, second, actor=office, now=NOW)
    assert names(session, campaign) == ["三.pdf"]
    told = [(row.file.name, row.replaced_by) for row in list_file_changes(session, campaign.id)]
    assert told == [("三.pdf", None), ("二.pdf", None), ("一.pdf", "三.pdf")]
    assert list_digests(session) == ["c" * 64]
    assert list_known_files(session, ["a" * 64, "c" * 64]) == {"c" * 64}


def test_what_somebody_else_removed_meanwhile_cannot_be_replaced(
    session: Session, office: Account, campaign: Campaign
) -> None:
    (row,) = add_annexes(session, campaign, [file("一.pdf")], actor=office, now=NOW)
    remove_notice_file(session, campaign, row.token, actor=office, now=NOW)
    with pytest.raises(Refusal, match="刚刚已被别人删除或更换"):
        replace_notice_file(session, campaign, row.token, file("二.pdf"), actor=office, now=NOW)


@pytest.mark.parametrize(
    "sent",
    [
        [file(f"{n}.pdf", f"{n % 16:x}") for n in range(MOST_FILES + 1)],
        [file("长.pdf", size=201 * MB)],
    ],
)
def test_there_is_an_end_to_how_much_a_notice_holds(
    session: Session, office: Account, campaign: Campaign, sent: list[Prepared]
) -> None:
    with pytest.raises(Refusal, match="最多"):
        add_annexes(session, campaign, sent, actor=office, now=NOW)


def test_thirty_files_cost_the_statements_of_one(
    session: Session, office: Account, campaign: Campaign
) -> None:
    with statements(session) as few:
        add_annexes(session, campaign, [file("一.pdf")], actor=office, now=NOW)
    with statements(session) as many:
        add_annexes(
            session, campaign, [file(f"{n}.pdf", "b") for n in range(20)], actor=office, now=NOW
        )
    assert len(many) == len(few)


def test_an_office_beside_finds_nothing(
    session: Session, office: Account, campaign: Campaign
) -> None:
    other = make_account(session, LEAGUE)
    with pytest.raises(NotFound):
        add_annexes(session, campaign, [file("一.pdf")], actor=other, now=NOW)
    with pytest.raises(NotFound):
        remove_notice_file(session, campaign, "nothing", actor=office, now=NOW)


def test_bytes_of_a_notice_are_no_rubbish_until_the_file_is_removed(
    session: Session, office: Account, campaign: Campaign, tmp_path: Path
) -> None:
    digest = AttachmentStore(tmp_path).put("附件".encode())
    kept = Prepared("附件.txt", "text/plain", 6, digest)
    (row,) = add_annexes(session, campaign, [kept], actor=office, now=NOW)
    assert list_known_files(session, [digest]) == {digest}
    remove_notice_file(session, campaign, row.token, actor=office, now=NOW)
    assert list_known_files(session, [digest]) == set()
