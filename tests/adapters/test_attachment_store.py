"""Bytes on disk: whole or not there, once, and swept only when they are old and unknown."""

import os
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from adapters.attachment_store import AttachmentStore, WrongOffset, digest_of

AGE = timedelta(days=7)
TOKEN = "token-of-an-upload"


@pytest.fixture
def store(tmp_path: Path) -> AttachmentStore:
    return AttachmentStore(tmp_path / "files")


def files(store: AttachmentStore) -> list[str]:
    return [str(path.relative_to(store.folder)) for path in store.folder.rglob("*")
            if path.is_file() and path.name != ".lock"]  # fmt: skip


def make_old(path: Path) -> None:
    os.utime(path, (0, 0))


def test_a_content_lies_under_its_own_checksum_once(store: AttachmentStore) -> None:
    digest = store.put(b"photo")
    assert store.put(b"photo") == digest == sha256(b"photo").hexdigest()
    assert files(store) == [f"{digest[:2]}/{digest[2:4]}/{digest}"]
    assert store.read(digest) == b"photo"


def test_it_is_forced_to_the_disk_before_it_has_its_name(
    store: AttachmentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    sync, link = os.fsync, os.link

    def seen_sync(handle: int) -> None:
        seen.append("sync")
        sync(handle)

    def seen_link(source: Path, target: Path) -> None:
        seen.append("name")
        link(source, target)

    monkeypatch.setattr(os, "fsync", seen_sync)
    monkeypatch.setattr(os, "link", seen_link)
    store.put(b"photo")
    assert seen[:2] == ["sync", "name"]
    assert "sync" in seen[2:]  # the folder that has the new name


def test_what_was_cut_short_on_the_disk_is_written_again(store: AttachmentStore) -> None:
    digest = store.put(b"photo")
    path = store.folder / files(store)[0]
    path.write_bytes(b"pho")
    assert store.read(digest) is None
    store.put(b"photo")
    assert store.read(digest) == b"photo"


def test_a_missing_or_changed_file_is_none(store: AttachmentStore) -> None:
    digest = store.put(b"photo")
    path = store.folder / files(store)[0]
    path.write_bytes(b"phot0")
    assert store.read(digest) is None
    path.unlink()
    assert store.read(digest) is None


def test_pieces_follow_each_other_and_become_one(store: AttachmentStore) -> None:
    assert store.received(TOKEN) == 0
    assert store.add_piece(TOKEN, 0, b"abc") == 3
    assert store.add_piece(TOKEN, 3, b"de") == 5
    assert store.joined(TOKEN) == b"abcde"
    for offset in (0, 3, 4, 9):
        with pytest.raises(WrongOffset) as wrong:
            store.add_piece(TOKEN, offset, b"x")
        assert wrong.value.received == 5
    assert store.joined(TOKEN) == b"abcde"
    store.forget(TOKEN)
    assert store.received(TOKEN) == 0


def test_of_two_pieces_at_the_same_moment_one_is_kept(
    store: AttachmentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = iter([0, 0, 3])  # both look before either has written
    monkeypatch.setattr(store, "received", lambda _token: next(counts))
    store.add_piece(TOKEN, 0, b"abc")
    with pytest.raises(WrongOffset):
        store.add_piece(TOKEN, 0, b"xyz!")
    assert store.joined(TOKEN) == b"abc"


def test_what_a_killed_process_had_half_written_does_not_count(store: AttachmentStore) -> None:
    store.add_piece(TOKEN, 0, b"abc")
    (store.folder / "new" / "half").write_bytes(b"x")
    assert store.received(TOKEN) == 3
    make_old(store.folder / "new" / "half")
    store.forget_old_pieces(AGE)
    assert files(store) == [f"partial/{TOKEN}/0"]


def test_old_pieces_go_and_young_ones_stay(store: AttachmentStore) -> None:
    store.add_piece(TOKEN, 0, b"abc")
    store.add_piece("young", 0, b"abc")
    make_old(store.folder / "partial" / TOKEN)
    assert store.forget_old_pieces(AGE) == 1
    assert store.received("young") == 3
    assert store.received(TOKEN) == 0


def test_only_old_files_are_removed_and_storing_again_makes_young(store: AttachmentStore) -> None:
    digest = store.put(b"photo")
    bucket = int(digest[:2], 16)
    assert store.list_old(bucket, AGE) == []
    assert store.remove_old([digest], AGE) == 0
    make_old(store.folder / files(store)[0])
    assert store.list_old(bucket, AGE) == [digest]
    store.put(b"photo")
    assert store.remove_old([digest], AGE) == 0
    make_old(store.folder / files(store)[0])
    assert store.remove_old([digest], AGE) == 1
    assert store.read(digest) is None


def test_what_was_just_stored_is_taken_back_unless_it_is_anothers_too(
    store: AttachmentStore,
) -> None:
    mark = store.put_marked(b"refused")
    store.take_back(digest_of(b"refused"), mark)
    assert store.read(digest_of(b"refused")) is None
    mark = store.put_marked(b"shared")
    assert store.put_marked(b"shared") == 0
    store.take_back(digest_of(b"shared"), 0)
    store.take_back(digest_of(b"shared"), mark)
    assert store.read(digest_of(b"shared")) == b"shared"
