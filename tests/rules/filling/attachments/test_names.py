"""Names: harmless on every system, and true to the content."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.filling.attachments.kinds import FILE_TYPES
from rules.filling.attachments.names import LONGEST, clean_name

JPEG = "image/jpeg"


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("现场.jpg", "现场.jpg"),
        ("现场.JPEG", "现场.jpeg"),
        ("IMG_0001.HEIC", "IMG_0001.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("..\\..\\windows\\system32\\cmd.exe", "cmd.jpg"),
        ("/", "附件.jpg"),
        ("..", "附件.jpg"),
        ("", "附件.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("照片\u202egpj.exe", "照片gpj.jpg"),
        ("a\x00b\r\nc.jpg", "ab c.jpg"),
        ("方案 v1.2", "方案 v1.2.jpg"),
        ("x.jpg.exe.scr", "x.jpg"),
        ('a<b>:"c|?*.jpg', "a_b_c_.jpg"),
        ("CON.jpg", "_CON.jpg"),
        ("ᠮᠣᠩᠭᠣᠯ\u180eᠠ.jpg", "ᠮᠣᠩᠭᠣᠯ\u180eᠠ.jpg"),
        ("长" * 300 + ".jpg", "长" * 116 + ".jpg"),
    ],
)
def test_a_name_keeps_its_words_and_loses_what_could_harm(typed: str, cleaned: str) -> None:
    assert clean_name(typed, JPEG) == cleaned


@given(st.text(max_size=300), st.sampled_from(sorted(FILE_TYPES)))
def test_every_name_is_one_short_printable_name_with_the_right_ending(
    typed: str, media: str
) -> None:
    name = clean_name(typed, media)
    assert 0 < len(name) <= LONGEST
    assert name.rpartition(".")[2] in FILE_TYPES[media].endings
    assert not set(name) & set('/\\<>:"|?*\0\r\n\u202e')
    assert not name.startswith(".")
    assert clean_name(name, media) == name


@given(st.text(max_size=300))
def test_before_its_type_is_known_a_name_is_harmless_too(typed: str) -> None:
    name = clean_name(typed)
    assert 0 < len(name) <= LONGEST
    assert not set(name) & set("/\\\0\n")
