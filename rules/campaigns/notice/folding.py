"""One typed form for reading: widths, brackets and blanks are folded, and no character moves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_BLANKS = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000"
)
_FOLDS = {
    **{0xFF10 + place: str(place) for place in range(10)},
    **{0xFF21 + place: chr(0x41 + place) for place in range(26)},
    **{0xFF41 + place: chr(0x61 + place) for place in range(26)},
    **{ord(blank): " " for blank in _BLANKS},
    **dict(zip(map(ord, "().:;,!?%％．○﹙﹚"), "（）.：；，！？%%.〇（）", strict=True)),
}
_TYPED_STOP = re.compile(r"(?<=[\u4e00-\u9fff）”》])\.(?=[\u4e00-\u9fff（“\s]|$)")
_AROUND_DIGITS = re.compile(
    r"(?<=[0-9]) {1,2}(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]) {1,2}(?=[0-9])"
    r"|(?<=[0-9]) ?\n ?(?=[年月日号])|(?<=[年月]) ?\n ?(?=[0-9])|(?<=[0-9])\n(?=[0-9]{1,2}[月日号])"
)
_INNER_BLANK = re.compile(r"(?<=[^\x00-\x7f])[ \t]+(?=[^\x00-\x7f])")


_LETTERS_FOR_DIGITS = re.compile(
    r"(?<![0-9A-Za-z])(?=[OolI]*[0-9])[0-9OolI]{1,4}(?=[ \n]?[年月日号])"
)
"""A number of a date with a letter that looks like a digit: 3O日, l2月."""
_DIGITS = str.maketrans("OolI", "0011")


def has_letter_for_digit(text: str) -> bool:
    """Whether a date in `text` was typed with a letter in place of a digit."""
    numbers = _LETTERS_FOR_DIGITS.findall(text.translate(_FOLDS))
    return any(not number.isdigit() for number in numbers)


@lru_cache(maxsize=4)
def folded(text: str) -> str:
    """The text with half-width digits and letters, and with full-width brackets and punctuation.

    The result has the same length, so that an offset in the result is an offset in the text.
    """
    plain = _TYPED_STOP.sub("。", text.translate(_FOLDS))
    return _LETTERS_FOR_DIGITS.sub(lambda number: number.group().translate(_DIGITS), plain)


@dataclass(frozen=True)
class Squeezed:
    """A passage without the blanks typed around digits (12 月 20 日) and without the line ends
    inside dates, and the places of its characters."""

    words: str
    places: tuple[int, ...] | range

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The offsets in the whole text of `words[start:end]`, which is not empty."""
        return self.places[start], self.places[end - 1] + 1


def squeezed(plain: str, start: int, end: int) -> Squeezed:
    """The passage `plain[start:end]` of folded text, squeezed."""
    passage = plain[start:end]
    blanks = {at for match in _AROUND_DIGITS.finditer(passage) for at in range(*match.span())}
    if not blanks:
        return Squeezed(passage, range(start, end))
    kept = [at for at in range(len(passage)) if at not in blanks]
    return Squeezed("".join(passage[at] for at in kept), tuple(start + at for at in kept))


def joined_up(text: str) -> str:
    """A short phrase without the stray blanks and line breaks between its Chinese characters."""
    return _INNER_BLANK.sub("", " ".join(text.split()))
