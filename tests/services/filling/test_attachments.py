"""Uploads: whole or in pieces, killed and taken up again, within limits, and swept."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from adapters.attachment_store import AttachmentStore, WrongOffset
from models import Account, Assignment, Attachment, AttachmentKind, Draft, Status, Submission
from queries.filling.attachments import (
    get_visible_attachment,
    list_files,
    question_of,
)
from rules.filling.attachments.kinds import LARGEST_PIECE, MB, MOST_FILES
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import Refusal
from services.filling import attachments
from services.filling.attachments import LEFT, as_answer
from tests.answering import account_of
from tests.attachments import docx, photo
from tests.attachments import receive as receive_whole
from tests.building import OTHER_VILLAGE, TOWNSHIP, VILLAGE, get_unit
from tests.conftest import NOW
from tests.counting import statements

KEY = "key-of-the-browser"
LATER = NOW + LEFT + timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> AttachmentStore:
    return AttachmentStore(tmp_path)


@pytest.fixture
def assignment(session: Session, photos_wanted: int) -> Assignment:
    return session.get_one(Assignment, photos_wanted)


@pytest.fixture
def clerk(session: Session) -> Account:
    return account_of(session, VILLAGE)


def start(
    session: Session,
    assignment: Assignment,
    clerk: Account,
    content: bytes,
    field: str = "photo",
    key: str = KEY,
    name: str = "现场.jpg",
) -> Attachment:
    return attachments.start(
        session, assignment.id, field, name, len(content), client_key=key, actor=clerk, now=NOW
    )


def send_on(
    session: Session,
    store: AttachmentStore,
    assignment: Assignment,
    clerk: Account,
    upload: Attachment,
    content: bytes,
    step: int = 40_000,
) -> Attachment:
    """Send what is missing, piece by piece, as a browser does; the finished attachment."""
    received = store.received(upload.token)
    while received < upload.size:
        piece = content[received : received + step]
        received = attachments.add_piece(store, upload, received, piece)
    prepared = attachments.complete(store, upload)
    return attachments.finish(session, assignment.id, upload.token, prepared, actor=clerk, now=NOW)


def receive(
    session: Session,
    store: AttachmentStore,
    assignment: Assignment,
    clerk: Account,
    field: str = "paper",
    content: bytes = b"text",
    name: str = "a.txt",
    now: datetime = NOW,
) -> Attachment:
    kind = AttachmentKind.IMAGE if field == "photo" else AttachmentKind.FILE
    return receive_whole(
        session, store, assignment.id, field, name, content, kind, actor=clerk, now=now
    )


def mention(
    session: Session, assignment: Assignment, clerk: Account, attachment: Attachment
) -> None:
    """A submission whose answers hold the attachment."""
    session.add(
        Submission(
            assignment_id=assignment.id, revision=1, answers={"photo": as_answer(attachment)},
            send_key="k" * 12, receipt="r", checksum="c", sent_at=NOW, sent_by=clerk.id,
        )
    )  # fmt: skip
    session.flush()


def tokens(session: Session) -> set[str]:
    return set(session.exec(select(Attachment.token)).all())


def test_a_file_sent_with_the_form_is_stored_before_its_row(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account
) -> None:
    seen: list[bytes | None] = []

    def look(_mapper: object, _connection: object, row: Attachment) -> None:
        seen.append(store.read(row.digest))

    event.listen(Attachment, "before_insert", look)
    try:
        done = receive(session, store, assignment, clerk, content=docx(), name="..\\方案.exe")
    finally:
        event.remove(Attachment, "before_insert", look)
    assert seen == [docx()]
    assert (done.name, done.size, done.done_at) == ("方案.docx", len(docx()), NOW)
    assert list_files(session, [done.token]) == {(assignment.id, done.token): done}
    assert as_answer(done)["digest"] == done.digest


def test_an_upload_in_pieces_is_the_photo_drawn_anew(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account
) -> None:
    sent = photo(900, 700, noise=True)
    upload = start(session, assignment, clerk, sent, name="IMG.HEIC")
    assert list_files(session, [upload.token]) == {}
    done = send_on(session, store, assignment, clerk, upload, sent)
    assert (done.name, done.content_type) == ("IMG.jpg", "image/jpeg")
    stored = store.read(done.digest)
    assert stored is not None
    assert stored.startswith(b"\xff\xd8")
    assert len(stored) == done.size
    assert b"Exif" in sent
    assert b"Exif" not in stored


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_an_upload_killed_between_pieces_goes_on_where_it_stopped(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account, kept: int
) -> None:
    sent = ("各村均已完成。" * 5000).encode()
    upload = start(session, assignment, clerk, sent, field="paper", name="情况.txt")
    for number in range(kept):
        piece = sent[number * 20_000 : (number + 1) * 20_000]
        attachments.add_piece(store, upload, number * 20_000, piece)
    again = AttachmentStore(store.folder)  # a new process knows only the disk
    assert again.received(upload.token) == kept * 20_000
    assert start(session, assignment, clerk, sent, field="paper").token == upload.token
    done = send_on(session, again, assignment, clerk, upload, sent)
    assert again.read(done.digest) == sent


def test_an_upload_killed_after_its_last_piece_is_completed_by_an_empty_one(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account
) -> None:
    sent = b"text " * 2000
    upload = start(session, assignment, clerk, sent, field="paper", name="a.txt")
    attachments.add_piece(store, upload, 0, sent)  # and then: killed
    assert attachments.add_piece(store, upload, len(sent), b"") == len(sent)
    prepared = attachments.complete(store, upload)
    done = attachments.finish(session, assignment.id, upload.token, prepared, actor=clerk, now=NOW)
    assert store.read(done.digest) == sent
    assert (
        attachments.finish(
            session, assignment.id, upload.token, prepared, actor=clerk, now=LATER
        ).done_at
        == NOW
    )
    assert attachments.add_piece(store, upload, 0, b"xxxx") == done.size
    assert attachments.complete(store, upload) == prepared


def test_a_wrong_offset_says_the_right_one_and_stores_nothing(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account
) -> None:
    sent = b"x" * 60_000
    upload = start(session, assignment, clerk, sent, field="paper")
    attachments.add_piece(store, upload, 0, sent[:20_000])
    for offset in (0, 10_000, 40_000, 60_000, 90_000):
        with pytest.raises(WrongOffset) as wrong:
            attachments.add_piece(store, upload, offset, b"y" * 20_000)
        assert wrong.value.received == 20_000
    assert store.joined(upload.token) == sent[:20_000]


@pytest.mark.parametrize("piece", [b"", b"x", b"x" * (LARGEST_PIECE + 1)])
def test_pieces_are_neither_tiny_nor_huge(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account, piece: bytes
) -> None:
    upload = start(session, assignment, clerk, b"x" * 3 * LARGEST_PIECE, field="paper")
    with pytest.raises(Refusal):
        attachments.add_piece(store, upload, 0, piece)


def test_more_than_was_announced_is_not_taken(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account
) -> None:
    upload = start(session, assignment, clerk, b"x" * 10_000, field="paper")
    with pytest.raises(Refusal):
        attachments.add_piece(store, upload, 0, b"x" * 10_001)


def test_two_uploads_with_the_same_key_are_one(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account
) -> None:
    first, second = (start(session, assignment, clerk, b"x" * 9000) for _ in range(2))
    assert first.token == second.token
    other_size = start(session, assignment, clerk, b"x" * 9001)
    other_field = start(session, assignment, clerk, b"x" * 9000, field="paper")
    assert len({first.token, other_size.token, other_field.token}) == 3
    with pytest.raises(Refusal):
        start(session, assignment, clerk, b"x", key="../../etc")


def test_the_same_content_is_stored_once_for_all_who_send_it(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account
) -> None:
    digests = {
        receive(session, store, assignment, clerk, field).digest for field in ("paper", "p1")
    }
    assert len(digests) == 1
    assert sum(path.is_file() for path in store.folder.glob("??/??/*")) == 1


def test_a_refused_file_can_be_tried_again(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account
) -> None:
    sent = b"<html><script>alert(1)</script>".ljust(5000)
    upload = start(session, assignment, clerk, sent, field="paper")
    attachments.add_piece(store, upload, 0, sent)
    with pytest.raises(Refusal):
        attachments.complete(store, upload)
    attachments.give_up(session, assignment.id, upload.token, actor=clerk)
    assert start(session, assignment, clerk, sent, field="paper").token != upload.token


@pytest.mark.parametrize("field", ["checked", "nothing", "", "photo/../x", "x" * 200, "photo\n"])
def test_only_fields_that_take_files_take_them(
    session: Session, assignment: Assignment, clerk: Account, field: str
) -> None:
    with pytest.raises(Refusal):
        start(session, assignment, clerk, b"x" * 10, field=field)


def test_a_photo_field_takes_no_paper_and_too_much_is_told(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account
) -> None:
    with pytest.raises(Refusal):
        receive(session, store, assignment, clerk, "photo", docx())
    with pytest.raises(Refusal) as refused:
        attachments.start(
            session, assignment.id, "photo", "a.jpg", 16 * MB, client_key=KEY, actor=clerk, now=NOW
        )
    assert "15" in str(refused.value)


def test_an_assignment_has_room_for_so_much(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account
) -> None:
    for number in range(MOST_FILES):
        receive(session, store, assignment, clerk, f"p{number}")
    receive(session, store, assignment, clerk, "p3")  # in the place of another there is room
    with pytest.raises(Refusal):
        receive(session, store, assignment, clerk, "paper")
    with pytest.raises(Refusal):
        start(session, assignment, clerk, b"x" * 10, field="paper")


def test_nobody_else_uploads_for_the_unit_and_nobody_once_it_is_sent(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account
) -> None:
    for code in (OTHER_VILLAGE, TOWNSHIP):
        with pytest.raises(NotFound):
            receive(session, store, assignment, account_of(session, code))
    assignment.status = Status.SUBMITTED
    session.flush()
    with pytest.raises(Refusal):
        receive(session, store, assignment, clerk)


def test_a_token_counts_only_for_its_assignment(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account
) -> None:
    done = receive(session, store, assignment, clerk, "paper")
    assert list_files(session, [done.token, "other"]) == {(assignment.id, done.token): done}
    assert list_files(session, []) == {}


def test_the_question_of_a_file_is_the_same_in_every_filling() -> None:
    assert question_of("a.1.b.22.c") == "a.b.c"


def test_units_above_see_it_once_it_is_sent_and_units_beside_never(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account
) -> None:
    done = receive(session, store, assignment, clerk)
    own, above, beside = (get_unit(session, code) for code in (VILLAGE, TOWNSHIP, OTHER_VILLAGE))
    assert get_visible_attachment(session, own, done.token) == done
    with pytest.raises(NotFound):
        get_visible_attachment(session, above, done.token)
    mention(session, assignment, clerk, done)
    assert get_visible_attachment(session, above, done.token) == done
    with pytest.raises(NotFound):
        get_visible_attachment(session, beside, done.token)


def sweep(session: Session, store: AttachmentStore, now: datetime = LATER) -> int:
    """A sweep that looks into every folder there is."""
    buckets = [int(path.name, 16) for path in store.folder.glob("??")] or [0]
    swept = 0
    with pytest.MonkeyPatch.context() as patch:
        for bucket in buckets:
            patch.setattr(attachments, "_bucket", lambda _now, bucket=bucket: bucket)
            swept += attachments.sweep(session, store, now=now)
    return swept


def age(store: AttachmentStore) -> None:
    for path in store.folder.rglob("*"):
        os.utime(path, (0, 0))


def test_what_was_never_finished_is_swept_after_a_week(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account
) -> None:
    sent = b"x" * 9000
    upload = start(session, assignment, clerk, sent, field="paper")
    attachments.add_piece(store, upload, 0, sent[:5000])
    assert sweep(session, store, NOW + LEFT - timedelta(hours=1)) == 0
    age(store)
    assert sweep(session, store) == 2
    assert tokens(session) == set()
    assert store.received(upload.token) == 0


def test_what_an_open_form_may_still_send_stays_and_what_was_replaced_goes(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account
) -> None:
    replaced, in_draft = (
        receive(session, store, assignment, clerk),
        receive(session, store, assignment, clerk),
    )
    last = receive(session, store, assignment, clerk)
    session.add(
        Draft(assignment_id=assignment.id, answers={"paper": [in_draft.token]}, saved_at=NOW,
              saved_by=clerk.id)
    )  # fmt: skip
    session.flush()
    sweep(session, store)
    assert tokens(session) == {in_draft.token, last.token} != {replaced.token}


def test_what_was_sent_stays_for_good_and_what_was_not_goes_with_its_file(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account
) -> None:
    sent = receive(session, store, assignment, clerk, content=b"sent")
    other = receive(session, store, assignment, clerk, "p1", content=b"never sent")
    mention(session, assignment, clerk, sent)
    assignment.status = Status.APPROVED
    session.flush()
    age(store)
    assert sweep(session, store) > 0
    assert sweep(session, store) <= 1  # what the row held goes when the row is surely gone
    assert sweep(session, store) == 0
    assert tokens(session) == {sent.token}
    assert store.read(sent.digest) == b"sent"
    assert store.read(other.digest) is None
    session.refresh(sent)
    assert sent.kept


def test_a_file_two_rows_share_stays_while_one_of_them_does(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account
) -> None:
    sent, other = (receive(session, store, assignment, clerk, field) for field in ("paper", "p1"))
    mention(session, assignment, clerk, sent)
    assignment.status = Status.APPROVED
    session.flush()
    age(store)
    sweep(session, store)
    sweep(session, store)
    assert tokens(session) == {sent.token}
    assert sent.digest == other.digest
    assert store.read(sent.digest)


def test_a_file_whose_row_was_never_kept_is_swept(
    session: Session, store: AttachmentStore, assignment: Assignment
) -> None:
    digest = store.put(b"the transaction failed after this")
    assert sweep(session, store) == 0  # young: its row may be on its way
    age(store)
    assert sweep(session, store) == 1
    assert store.read(digest) is None


def test_a_sweep_is_as_many_statements_for_many_as_for_one(
    session: Session, store: AttachmentStore, assignment: Assignment, clerk: Account
) -> None:
    counts = []
    for number in (1, 20):
        for place in range(number):
            start(
                session,
                assignment,
                clerk,
                b"x" * 10,
                field=f"p{place}",
                key=f"{KEY}-{number}-{place}",
            )
        with statements(session) as seen:
            attachments.sweep(session, store, now=LATER)
        counts.append(len(seen))
        assert session.exec(select(col(Attachment.id))).all() == []
    assert counts[0] == counts[1]
