"""Two phones, two tabs, a lost answer: nothing is overwritten, and the same thing is one thing."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, func, select

from adapters.attachment_store import AttachmentStore
from models import Account, Assignment, AttachmentKind, Draft, Measure, Status, Submission
from queries.filling.answer_sheets import get_answer_sheet
from rules.sentences.refusal import Refusal
from services.filling.recalls import recall
from services.filling.sendings import Faulty, Sent
from services.filling.submissions import Overtaken
from services.review.reviews import return_
from tests.answering import ANSWER, account_of, arrived, keep_draft, send, send_key, try_to_send
from tests.attachments import receive
from tests.building import REGION, TOWNSHIP, VILLAGE, assignment_of, make_form
from tests.conftest import NOW
from tests.full_form import FILLED

LATER = NOW + timedelta(hours=3)
OTHER = {**ANSWER, "checked": ["13"]}


@pytest.fixture
def full(session: Session, full_handed_down: int) -> Assignment:
    """The village's assignment of a measure whose form has one of everything."""
    return assignment_of(session, session.get_one(Measure, full_handed_down), VILLAGE)


def count(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Submission)).one()


def kept(session: Session, assignment: Assignment) -> Draft:
    return session.get_one(Draft, assignment.id, populate_existing=True)


def save(
    session: Session,
    assignment: Assignment,
    typed: dict[str, Any],
    clerk: Account,
    **given: int | str,
) -> int:
    return keep_draft(session, assignment.id, typed, actor=clerk, now=NOW, **given)


def test_a_draft_that_another_phone_has_changed_is_not_overwritten(
    session: Session, village: Assignment, clerk: Account
) -> None:
    assert save(session, village, ANSWER, clerk, based_on=0, send_key="phone-one") == 1
    with pytest.raises(Overtaken, match="11-23 09:00 保存了不同的草稿"):
        save(session, village, OTHER, clerk, based_on=0, send_key="phone-two")
    assert kept(session, village).answers == ANSWER
    assert save(session, village, OTHER, clerk, based_on=1, send_key="phone-two") == 2


def test_the_same_text_is_no_conflict_and_no_new_version(
    session: Session, village: Assignment, clerk: Account
) -> None:
    save(session, village, ANSWER, clerk, based_on=0, send_key="phone-one")
    spaced = {**ANSWER, "note": ["逐户走访。 "], "spent": ["3.5", ""]}
    assert save(session, village, ANSWER, clerk, based_on=0, send_key="phone-two") == 1
    assert save(session, village, spaced, clerk, based_on=0, send_key="phone-two") == 2


def test_a_page_whose_answer_got_lost_goes_on_with_its_own_draft(
    session: Session, village: Assignment, clerk: Account
) -> None:
    save(session, village, ANSWER, clerk, based_on=0, send_key="phone-one")
    assert save(session, village, OTHER, clerk, based_on=0, send_key="phone-one") == 2


def test_a_sending_does_not_throw_another_phones_draft_away(
    session: Session, village: Assignment, clerk: Account
) -> None:
    save(session, village, ANSWER, clerk, based_on=0, send_key="phone-one")
    with pytest.raises(Overtaken):
        try_to_send(
            session, village.id, OTHER, send_key=send_key(), based_on=0, seen_revision=0,
            actor=clerk, now=LATER,
        )  # fmt: skip
    assert kept(session, village).answers == ANSWER
    assert count(session) == 0


def test_a_draft_of_a_page_older_than_a_submission_is_not_kept_over_it(
    session: Session, village: Assignment, clerk: Account
) -> None:
    first = send(session, village, actor=clerk)
    township = account_of(session, TOWNSHIP)
    return_(session, first.id, reason="请核对户数", actor=township, now=LATER)
    with pytest.raises(Overtaken, match=first.receipt):
        save(session, village, OTHER, clerk, based_on=0, seen_revision=0)
    assert save(session, village, OTHER, clerk, based_on=0, seen_revision=1) == 1


def test_two_tabs_that_send_the_same_get_the_same_receipt(
    session: Session, full: Assignment, clerk: Account
) -> None:
    first = send(session, full, FILLED, actor=clerk)
    again = try_to_send(
        session, full.id, FILLED, send_key=send_key(), seen_revision=0, actor=clerk, now=LATER
    )
    assert again == Sent(first, again=True)
    assert count(session) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"visits.1.who": ["三号"]},
        {"visits.2.who": ["三号"]},
        {"tags": ["x"]},
        {"tags": []},
        {"households": ["多少"]},
        {"heated": ["gas"], "kind": ["g1"]},
    ],
)
def test_what_differs_anywhere_is_not_the_same_thing(
    session: Session, full: Assignment, clerk: Account, changed: dict[str, list[str]]
) -> None:
    key = send_key()
    send(session, full, FILLED, actor=clerk, key=key)
    typed = {name: texts for name, texts in {**FILLED, **changed}.items() if texts}
    for sent_with in (key, send_key()):
        with pytest.raises(Overtaken):
            try_to_send(
                session, full.id, typed, send_key=sent_with, seen_revision=0, actor=clerk,
                now=LATER,
            )  # fmt: skip
    assert count(session) == 1


def test_the_same_answers_after_it_was_taken_back_are_sent_anew(
    session: Session, full: Assignment, clerk: Account
) -> None:
    first = send(session, full, FILLED, actor=clerk)
    recall(session, full.id, actor=clerk, now=LATER)
    with pytest.raises(Overtaken):
        try_to_send(session, full.id, FILLED, send_key=send_key(), seen_revision=0, actor=clerk,
               now=LATER)  # fmt: skip
    second = arrived(
        try_to_send(
            session, full.id, FILLED, send_key=send_key(), seen_revision=1, actor=clerk, now=LATER
        )
    )
    assert second.submission.revision == first.revision + 1


def test_a_file_sent_twice_is_the_same_answer(
    session: Session, full: Assignment, clerk: Account, tmp_path: Path
) -> None:
    store = AttachmentStore(tmp_path)
    tokens = [
        receive(
            session, store, full.id, "paper", "台账.txt", "一户一档".encode(),
            AttachmentKind.FILE,
            actor=clerk, now=NOW,
        ).token
        for _ in range(2)
    ]  # fmt: skip
    assert tokens[0] != tokens[1]
    key = send_key()
    first = send(session, full, {**FILLED, "paper": tokens[:1]}, actor=clerk, key=key)
    assert first.answers["paper"]["name"] == "台账.txt"
    for sent_with in (key, send_key()):
        again = try_to_send(
            session, full.id, {**FILLED, "paper": tokens[1:]}, send_key=sent_with,
            seen_revision=0, actor=clerk, now=LATER,
        )  # fmt: skip
        assert again == Sent(first, again=True)


def test_a_file_of_another_question_is_not_taken(
    session: Session, full: Assignment, clerk: Account
) -> None:
    sent = try_to_send(
        session, full.id, {**FILLED, "paper": ["nobody-has-this"]}, send_key=send_key(),
        actor=clerk, now=NOW,
    )  # fmt: skip
    assert isinstance(sent, Faulty)
    assert set(sent.faults) == {"paper"}


def test_what_was_typed_on_an_older_form_stays_in_sight(
    session: Session, measure: Measure, village: Assignment, clerk: Account
) -> None:
    save(session, village, ANSWER, clerk)
    measure.form_version_id = make_form(
        session, account_of(session, REGION),
        [{"name": "checked", "label": "排查户数", "type": "integer"}],
    ).id  # fmt: skip
    session.add(measure)
    session.flush()
    sheet = get_answer_sheet(session, village.id)
    assert sheet.form_changed
    assert sheet.typed == {"checked": ["12"]}
    assert sheet.left_over == {"spent": ["3.5"], "note": ["逐户走访。"]}
    save(session, village, {"checked": ["20"], "late": ["后来"], "<b>": ["x"]}, clerk)
    sheet = get_answer_sheet(session, village.id)
    assert not sheet.form_changed
    assert sheet.left_over == {"spent": ["3.5"], "note": ["逐户走访。"], "late": ["后来"]}
    save(session, village, {"checked": ["20"]}, clerk, based_on=0)  # Elsewhere, the same.
    sent = arrived(
        try_to_send(session, village.id, sheet.typed, send_key=send_key(), actor=clerk, now=LATER)
    )
    assert sent.submission.answers == {"checked": 20}
    assert village.status == Status.SUBMITTED


def test_a_draft_is_not_longer_than_can_be_kept_whatever_its_keys(
    session: Session, village: Assignment, clerk: Account
) -> None:
    many = {f"k{n}_{'x' * 50}": ["长" * 300] for n in range(700)}
    with pytest.raises(Refusal, match="内容太长"):
        save(session, village, many, clerk)
