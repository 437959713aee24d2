"""How much an assignment may hold."""

import pytest

from models import AttachmentKind
from rules.filling.attachments.kinds import MB, MOST_FILES, check_room, check_size
from rules.sentences.refusal import Refusal


@pytest.mark.parametrize(("kind", "most"), [("image", 15 * MB), ("file", 20 * MB)])
def test_one_upload_has_a_limit_by_its_kind(kind: AttachmentKind, most: int) -> None:
    check_size(kind, most)
    for size in (most + 1, 0, -1):
        with pytest.raises(Refusal):
            check_size(kind, size)


def test_an_assignment_holds_so_many_files_and_bytes() -> None:
    check_room([1] * (MOST_FILES - 1), 1, [])
    check_room([30 * MB], 20 * MB, [])
    for held, size in (([1] * MOST_FILES, 1), ([30 * MB], 20 * MB + 1)):
        with pytest.raises(Refusal):
            check_room(held, size, held)


def test_replacing_does_not_fill_the_disk() -> None:
    with pytest.raises(Refusal):
        check_room([], 1, [1] * MOST_FILES * 4)
    with pytest.raises(Refusal):
        check_room([], 10 * MB, [195 * MB])
