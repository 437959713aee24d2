"""QR codes, as what an SVG draws."""

from typing import NamedTuple

import segno

BORDER = 2
"""White squares around the code. The slips are white beyond."""


class QrCode(NamedTuple):
    """A path of horizontal strokes, one square thick, in a square of `side`."""

    side: int
    path: str


def qr_code(text: str) -> QrCode:
    """The code of a text, which a camera still reads with an eighth of it spoilt."""
    rows = segno.make(text, error="m", micro=False).matrix
    strokes = [
        f"M{x + BORDER} {y + BORDER}.5h1"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    ]
    return QrCode(len(rows) + 2 * BORDER, "".join(strokes))
