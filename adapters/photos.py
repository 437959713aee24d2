"""Drawing a photo anew: smaller, upright, and without what the camera wrote into it.

`clean_photo` runs in a process of its own (`adapters.photo_process`). That process starts this
module, so the module imports nothing that is slow.
"""

from __future__ import annotations

import io
import struct

from PIL import Image

from adapters.apart import Reply, reply
from rules.sentences.refusal import N_, Refusal

MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2000
"""The most pixels of a side, which is what a printed page needs."""
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP")
TOO_MANY_PIXELS = N_(
    "照片太大：%(width)s × %(height)s 像素。请把相机的分辨率调低后重拍，或者缩小后再上传。"
)
ORIENTATION = 0x0112
"""The EXIF tag that says how the camera was held."""
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def clean_photo(content: bytes) -> tuple[bytes, str]:
    """The photo drawn anew, and its content type: PNG for a PNG, else JPEG.

    The result is upright, its longest side has at most `LONGEST_SIDE` pixels, and it holds pixels
    and nothing else: no EXIF, XMP, IPTC, colour profile, comment, thumbnail, second picture or
    appended film. Raises `Refusal` for more than `MOST_PIXELS`, and whatever Pillow raises for a
    damaged photo.
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(io.BytesIO(content), formats=FORMATS) as photo:
        width, height = photo.size
        if width * height > MOST_PIXELS:
            raise Refusal(TOO_MANY_PIXELS, width=width, height=height)
        as_png = photo.format == "PNG"
        turn = _UPRIGHT.get(_orientation(photo))
        photo.draft(
            "RGB", (LONGEST_SIDE, LONGEST_SIDE)
        )  # a large JPEG is decoded at a fraction of its size
        drawn: Image.Image = photo.convert(_mode(photo, as_png))
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    if turn is not None:
        drawn = drawn.transpose(turn)
    return _written(drawn, as_png), "image/png" if as_png else "image/jpeg"


def _orientation(photo: Image.Image) -> int:
    """The EXIF value of how the camera was held; 1 (upright) where it cannot be read."""
    try:
        return int(photo.getexif().get(ORIENTATION, 1))
    except (SyntaxError, ValueError, TypeError, LookupError, OSError, struct.error):
        return 1


def _mode(photo: Image.Image, as_png: bool) -> str:
    clear = photo.mode in ("RGBA", "LA", "PA") or "transparency" in photo.info
    if as_png and clear:
        return "RGBA"
    return "L" if photo.mode in ("1", "L") else "RGB"


def _written(drawn: Image.Image, as_png: bool) -> bytes:
    drawn.info = {}  # Pillow would write any comment, profile or resolution in it
    file = io.BytesIO()
    if as_png:
        drawn.save(file, "PNG", optimize=True)
    else:
        drawn.save(file, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return file.getvalue()


def _reply(content: bytes) -> Reply:
    cleaned, media = clean_photo(content)
    return Reply(media, cleaned)


if __name__ == "__main__":
    reply(_reply)
