"""Photos are drawn anew: nothing but the pixels is left."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageStat

from adapters.photo_process import DAMAGED, clean_photo_apart
from adapters.photos import LONGEST_SIDE, TOO_MANY_PIXELS, clean_photo
from rules.sentences.refusal import Refusal
from tests.attachments import CAMERA, PACKET, PLACE, REMARK, photo, picture, png

SECRETS = [
    CAMERA.encode(), PACKET.encode(), REMARK.encode(), PLACE.encode().hex().encode(),
    b"MakerNote-77", b"icc-profile", b"Exif", b"ICC_PROFILE", b"xmpmeta", b"GPS",
]  # fmt: skip


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def segments(content: bytes) -> set[int]:
    """The markers of a JPEG before its picture."""
    found, at = set(), 2
    while content[at + 1] != 0xDA:
        found.add(content[at + 1])
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return found


def test_what_the_camera_wrote_was_there_and_is_gone() -> None:
    sent = photo()
    assert all(secret in sent for secret in SECRETS[:6])
    assert opened(sent).getexif().get_ifd(0x8825)[2] == (42.0, 15.0, 7.5)
    stored, media = clean_photo_apart(sent)
    assert media == "image/jpeg"
    assert [secret for secret in SECRETS if secret in stored] == []
    assert not opened(stored).getexif()
    assert segments(stored) <= {0xE0, 0xDB, 0xC0, 0xC2, 0xC4}  # JFIF, tables, frame: no APP1, COM


def test_a_png_stays_one_and_loses_its_remarks() -> None:
    sent = png()
    assert PACKET.encode() in sent
    stored, media = clean_photo(sent)
    assert media == "image/png"
    assert opened(stored).mode == "RGBA"
    assert not {PACKET.encode(), CAMERA.encode(), b"eXIf", b"iTXt", b"tEXt"} & set(chunks(stored))
    assert PACKET.encode() not in stored


def chunks(content: bytes) -> list[bytes]:
    found, at = [], 8
    while at < len(content):
        (length,) = struct.unpack_from(">L", content, at)
        found.append(content[at + 4 : at + 8])
        at += 12 + length
    return found


def test_a_film_or_a_page_behind_the_photo_is_gone() -> None:
    stored, _ = clean_photo(photo() + b"ftypmp42 <script>alert(1)</script>")
    assert b"script" not in stored
    assert b"mp42" not in stored


def test_a_webp_becomes_a_jpeg() -> None:
    file = io.BytesIO()
    picture().save(file, "WEBP")
    stored, media = clean_photo(file.getvalue())
    assert (media, opened(stored).format) == ("image/jpeg", "JPEG")


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photo_stands_upright_however_the_camera_was_held(turn: int) -> None:
    stored = opened(clean_photo(photo(400, 200, turn=turn))[0])
    assert stored.size == ((200, 400) if turn > 4 else (400, 200))
    # The gradient runs from black on top to white below; where does it begin now?
    dark = {
        1: "top",
        2: "top",
        3: "bottom",
        4: "bottom",
        5: "left",
        6: "right",
        7: "right",
        8: "left",
    }
    wide, high = stored.size
    sides = {
        "top": stored.crop((0, 0, wide, 9)), "bottom": stored.crop((0, high - 9, wide, high)),
        "left": stored.crop((0, 0, 9, high)), "right": stored.crop((wide - 9, 0, wide, high)),
    }  # fmt: skip
    greys = {side: ImageStat.Stat(part.convert("L")).mean for side, part in sides.items()}
    assert min(greys, key=greys.__getitem__) == dark[turn]


def test_a_photo_is_at_most_so_long() -> None:
    stored = opened(clean_photo(photo(3000, 1500))[0])
    assert stored.size == (LONGEST_SIDE, LONGEST_SIDE // 2)
    assert opened(clean_photo(photo(300, 150))[0]).size == (300, 150)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))
        )

    head = chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("width", "height"), [(7_100, 7_100), (60_000, 60_000)])
def test_a_bomb_is_told_by_its_size_before_it_goes_off(width: int, height: int) -> None:
    with pytest.raises(Refusal) as refused:
        clean_photo_apart(bomb(width, height))
    assert refused.value.sentence.msgid in (TOO_MANY_PIXELS, DAMAGED)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xd8\xff", photo()[:5000], bomb(100, 100), b"\x89PNG\r\n\x1a\n" + b"x" * 99],
)
def test_a_damaged_photo_is_told_in_a_sentence(content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        clean_photo_apart(content)
    assert refused.value.sentence.msgid == DAMAGED


def test_an_exif_that_makes_no_sense_costs_no_photo() -> None:
    sent = photo().replace(b"Exif\0\0MM\0*", b"Exif\0\0MM\xff\xff")
    assert opened(clean_photo(sent)[0]).size == (640, 480)
