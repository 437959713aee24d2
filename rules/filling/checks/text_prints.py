"""Prints of texts: nearly equal texts share some prints, and no text can be read from its prints.

A text is reduced to its letters. Numbers (Chinese ones too), punctuation and blanks are left out,
because copied texts differ in them. The letters are cut into overlapping runs of four, and of each
of 18 hashes the smallest value over all runs is kept: MinHash (Broder 1997). Three such values make
a band. Texts that share nine tenths of their runs share most of the six bands; unrelated texts
hardly ever share two.
"""

import struct
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from rules.forms.form_fields import FieldType, FormField
from rules.forms.form_tree import FormTree

SHORTEST = 30
"""The fewest letters. Shorter texts are the same by chance."""
LONGEST = 4_000
"""The most letters of a text that are looked at."""
MOST_TEXTS = 6
"""The most texts of one form that are compared."""
RUN = 4
BANDS = 6
IN_BAND = 3
HASHES = BANDS * IN_BAND
_PREPARED = [blake2b(salt=bytes([half])) for half in range(2)]
"""Copying a hasher takes a third of the time of making one."""
ALIKE = 2
"""The number of shared bands from which on two texts count as nearly the same."""
Prints = dict[str, tuple[int, ...]]
"""Field → the prints of its text."""


def texts_of(fields: Iterable[FormField], answers: Mapping[str, Any]) -> dict[str, str]:
    """Field → the letters of its text, for long texts outside repeats."""
    asked = (
        field for field in FormTree(fields).items if field.type is FieldType.TEXT and field.typed_in
    )
    found = {field.name: letters(answers[field.name]) for field in asked if field.name in answers}
    long = [(name, text) for name, text in found.items() if len(text) >= SHORTEST]
    return dict(long[:MOST_TEXTS])


def text_prints(fields: Iterable[FormField], answers: Mapping[str, Any]) -> Prints:
    """Field → the prints of its text, for the long texts among the answers."""
    return {name: prints(name, text) for name, text in texts_of(fields, answers).items()}


def letters(text: str) -> str:
    """The letters of a text, which are what is compared."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(
        character for character in folded if character.isalpha() and not character.isnumeric()
    )[:LONGEST]


@lru_cache(maxsize=32)
def prints(field: str, text: str) -> tuple[int, ...]:
    """The prints of a field's text, 63 bits each: first that of the whole text, then those of its
    bands.

    `text` is as `letters` gives it, at least four letters long. Prints are cached, because the page
    that asks and the sending that follows both need them.
    """
    smallest = _smallest(text)
    bands = (smallest[start : start + IN_BAND] for start in range(0, len(smallest), IN_BAND))
    named = [f"{place}:{band}" for place, band in enumerate(bands)]
    return tuple(_print(f"{field}\n{part}") for part in (text, *named))


def is_alike(own: Sequence[int], other: Iterable[int]) -> bool:
    """Whether two texts of a field are nearly the same, judged by the prints they share."""
    shared = set(own) & set(other)
    return own[0] in shared or len(shared) >= ALIKE


def _smallest(text: str) -> list[int]:
    runs = {text[start : start + RUN] for start in range(len(text) - RUN + 1)}
    hashes = struct.unpack(f"<{HASHES * len(runs)}I", b"".join(map(_hashes, runs)))
    return [min(hashes[place::HASHES]) for place in range(HASHES) if runs]


def _hashes(run: str) -> bytes:
    """The independent 32-bit hashes that the bands need, made from two wide hashes."""
    letters, wide = run.encode(), b""
    for prepared in _PREPARED:
        hasher = prepared.copy()
        hasher.update(letters)
        wide += hasher.digest()
    return wide[: 4 * HASHES]


def _print(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) >> 1
