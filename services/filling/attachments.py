"""Photos and files of answers: they are taken in whole or piece by piece, and swept when nobody
needs them.

Checking a file and drawing a photo anew takes up to seconds. `prepare` does both and touches no
database: call `prepare` before the writing transaction begins, and `finish` in it. No row knows a
file that comes with the form itself: `identify` the file, store it if `list_refused` does not name
it, and then `add` it.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import delete, update
from sqlmodel import Session, col

from adapters.attachment_store import BUCKETS, AttachmentStore, WrongOffset
from adapters.checked_files import Prepared, identify
from adapters.database import insert_into
from models import Account, Assignment, Attachment, AttachmentKind
from queries.filling.attachments import (
    find_kind,
    find_started,
    get_attachment_upload,
    list_abandoned,
    list_known_files,
    list_sizes,
    mark_kept,
)
from queries.filling.stand_ins import subject_of
from queries.units.units import get_unit_by_id
from rules.accounts.permissions import Right, require
from rules.filling.attachments.kinds import (
    LARGEST_PIECE,
    SMALLEST_PIECE,
    check_room,
    check_size,
)
from rules.filling.attachments.names import clean_name
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal
from services.assignments.changes import require_fillable

LEFT = timedelta(days=7)
"""After this long what nobody has sent, or finished sending, is swept."""
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
_FIELD = re.compile(r"[A-Za-z0-9_.\u4e00-\u9fff]{1,130}")
BAD_PIECE = N_("上传没有成功，请重新选择文件。")


def prepare(store: AttachmentStore, name: str, content: bytes, kind: AttachmentKind) -> Prepared:
    """Check what was sent for a field of `kind`, clean it and store its bytes.

    Raises as `identify` does.
    """
    prepared, content = identify(name, content, kind)
    store.put(content)
    return prepared


def list_refused(
    session: Session, assignment_id: int, sizes: Mapping[str, int], *, actor: Account
) -> dict[str, Refusal]:
    """Field → why a file of these bytes would not be added now, for all files together.

    The question is asked before a file is stored, so that the store never holds more than the rows
    allow.
    """
    try:
        check_open(session, assignment_id, actor=actor)
    except Refusal as refusal:
        return dict.fromkeys(sizes, refusal)
    uploaded = list_sizes(session, assignment_id)
    refused = {}
    for field, size in sizes.items():
        try:
            _check_room(uploaded, field, size)
        except Refusal as refusal:
            refused[field] = refusal
        else:
            uploaded.append((field, size))
    return refused


def add(
    session: Session,
    assignment_id: int,
    field: str,
    prepared: Prepared,
    kind: AttachmentKind,
    *,
    actor: Account,
    now: datetime,
) -> Attachment:
    """The row of a prepared file, ready to be sent. Raises `Refusal` when there is no room."""
    check_open(session, assignment_id, actor=actor)
    _check_field(session, assignment_id, field, kind)
    _check_room(list_sizes(session, assignment_id), field, prepared.size)
    attachment = Attachment(
        token=_new_token(),
        assignment_id=assignment_id,
        field=field,
        kind=kind,
        uploaded_at=now,
        uploaded_by=actor.id,
        done_at=now,
        **prepared._asdict(),
    )
    session.add(attachment)
    session.flush()
    return attachment


def start(
    session: Session,
    assignment_id: int,
    field: str,
    name: str,
    size: int,
    *,
    client_key: str,
    actor: Account,
    now: datetime,
) -> Attachment:
    """Begin an upload of `size` bytes. The same `client_key` leads to the upload that was begun
    with it.

    Raises `Refusal` when the assignment takes no answer, the field takes no file, or there is no
    room.
    """
    check_open(session, assignment_id, actor=actor)
    kind = _check_field(session, assignment_id, field)
    check_size(kind, size)
    if not _KEY.fullmatch(client_key):
        raise Refusal(N_("上传没有成功，请重新选择文件。"))
    key = _key_of(client_key, field, size)
    found = find_started(session, assignment_id, key)
    if found is None:
        _check_room(list_sizes(session, assignment_id), field, size)
        row = {
            "token": _new_token(), "assignment_id": assignment_id, "field": field, "kind": kind,
            "client_key": key, "name": clean_name(name), "content_type": "", "size": size,
            "digest": "", "kept": False, "uploaded_at": now, "uploaded_by": actor.id,
        }  # fmt: skip
        session.execute(insert_into(session, Attachment).values(**row).on_conflict_do_nothing())
        found = find_started(session, assignment_id, key)
    assert found is not None
    return found


def add_piece(store: AttachmentStore, upload: Attachment, offset: int, piece: bytes) -> int:
    """Take the piece that begins at `offset`, and return how many bytes are here afterwards.

    The function touches no database. `complete` follows when all pieces are here; an empty piece at
    the end asks for `complete` again. Raises `adapters.attachment_store.WrongOffset`, and `Refusal`
    for a piece that is too small or too large.
    """
    if upload.done_at is not None:
        return upload.size
    received = store.received(upload.token)
    if offset != received:
        raise WrongOffset(received)
    rest = upload.size - offset
    if not min(rest, SMALLEST_PIECE) <= len(piece) <= min(rest, LARGEST_PIECE):
        raise Refusal(BAD_PIECE)
    return store.add_piece(upload.token, offset, piece) if piece else offset


def complete(store: AttachmentStore, upload: Attachment) -> Prepared:
    """Check, clean and store a file whose last piece is here. Raises `Refusal`.

    The function touches no database: `finish` takes its result and writes.
    """
    if upload.done_at is not None:
        return Prepared(upload.name, upload.content_type, upload.size, upload.digest)
    return prepare(store, upload.name, store.joined(upload.token), upload.kind)


def finish(
    session: Session,
    assignment_id: int,
    token: str,
    prepared: Prepared,
    *,
    actor: Account,
    now: datetime,
) -> Attachment:
    """Make the upload ready to be sent. A second time changes nothing. Raises `NotFound`."""
    _get_own(session, assignment_id, actor)
    session.execute(
        update(Attachment)
        .where(
            col(Attachment.token) == token,
            col(Attachment.assignment_id) == assignment_id,
            col(Attachment.done_at).is_(None),
        )
        .values(done_at=now, **prepared._asdict())
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    return get_attachment_upload(session, assignment_id, token)


def give_up(session: Session, assignment_id: int, token: str, *, actor: Account) -> None:
    """Forget an upload whose file was refused, so that the field can be tried again."""
    _get_own(session, assignment_id, actor)
    session.execute(
        delete(Attachment).where(
            col(Attachment.token) == token,
            col(Attachment.assignment_id) == assignment_id,
            col(Attachment.done_at).is_(None),
        )
    )


def as_answer(attachment: Attachment) -> dict[str, str | int]:
    """What a submission stores for the field."""
    return {
        "digest": attachment.digest,
        "name": attachment.name,
        "type": attachment.content_type,
        "size": attachment.size,
        "token": attachment.token,
    }


def check_open(session: Session, assignment_id: int, *, actor: Account) -> None:
    """Whether the actor's unit can attach something now. Raises `Refusal` or NotFound."""
    assignment = _get_own(session, assignment_id, actor)
    require_fillable(session, assignment)


def _get_own(session: Session, assignment_id: int, actor: Account) -> Assignment:
    assignment = session.get(Assignment, assignment_id)
    if assignment is None:
        raise NotFound
    unit = get_unit_by_id(session, assignment.unit_id)
    require(actor, Right.ATTACH, subject_of(session, assignment, unit, actor))
    return assignment


def sweep(session: Session, store: AttachmentStore, *, now: datetime) -> int:
    """Take away what nobody has needed for `LEFT`, and return how many uploads and files went. A
    second time does no harm.

    Three kinds of things go: uploads that were never finished; attachments that no submission and
    no draft holds and no open form waits for; files of the store that no row knows. Each sweep
    looks at one of the 256 folders of files. A file whose row goes today stays until a later sweep,
    when nobody can still be adding the same bytes.
    """
    old = store.list_old(_bucket(now), LEFT)
    unknown = sorted(set(old) - list_known_files(session, old))
    files = store.remove_old(unknown, LEFT) + store.forget_old_pieces(LEFT)
    mark_kept(session, now - LEFT)
    ids = list_abandoned(session, now - LEFT)
    if ids:
        session.execute(delete(Attachment).where(col(Attachment.id).in_(ids)))
    return files + len(ids)


def _bucket(now: datetime) -> int:
    """The folder to be swept. It changes every minute, so that in the long run all folders come
    alike, whatever the rhythm of the sweeps."""
    return int(sha256(f"{now:%Y%m%d%H%M}".encode()).hexdigest(), 16) % BUCKETS


def _check_field(
    session: Session, assignment_id: int, field: str, kind: AttachmentKind | None = None
) -> AttachmentKind:
    found = find_kind(session, assignment_id, field) if _FIELD.fullmatch(field) else None
    if found is None or (kind and kind != found):
        raise Refusal(N_("这一项不能上传文件。"))
    return found


def _check_room(uploaded: Sequence[tuple[str, int]], field: str, size: int) -> None:
    latest = {name: bytes_ for name, bytes_ in uploaded if name != field}
    check_room(list(latest.values()), size, [bytes_ for _, bytes_ in uploaded])


def _key_of(client_key: str, field: str, size: int) -> str:
    """The browser's key together with field and size, so that a key that came twice mixes nothing
    up."""
    return sha256(f"{client_key} {field} {size}".encode()).hexdigest()


def _new_token() -> str:
    return token_urlsafe(18)
