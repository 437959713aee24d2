"""Prints of texts: nearly equal texts share some, and no text can be read from them.

A text is reduced to its letters (numbers, Chinese ones too, punctuation and blanks do not matter:
copied texts differ in them), cut into overlapping runs of four, and of 18 hashes the smallest
over all runs is kept: MinHash (Broder 1997). Three of them at a time make a band. Texts that share
nine tenths of their runs share most of the six bands, unrelated ones hardly ever two.
"""

import struct
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from rules.forms.form_fields import FieldType, FormField
from rules.forms.form_tree import FormTree

SHORTEST = 30
"""Letters; shorter texts are the same by chance."""
LONGEST = 4_000
"""Letters that are looked at."""
MOST_TEXTS = 6
"""Texts of one form that are compared."""
RUN = 4
BANDS = 6
IN_BAND = 3
ALIKE = 2
"""Bands two texts must share to count as nearly the same."""
Prints = dict[str, tuple[int, ...]]
"""Field → the prints of its text."""


def texts_of(fields: Iterable[FormField], answers: Mapping[str, Any]) -> dict[str, str]:
    """Field → the letters of its text, of the long texts outside repeats."""
    asked = (
        field for field in FormTree(fields).items if field.type is FieldType.TEXT and field.typed_in
    )
    found = {field.name: letters(answers[field.name]) for field in asked if field.name in answers}
    long = [(name, text) for name, text in found.items() if len(text) >= SHORTEST]
    return dict(long[:MOST_TEXTS])


def text_prints(fields: Iterable[FormField], answers: Mapping[str, Any]) -> Prints:
    """The prints of the long texts among the answers."""
    return {name: prints(name, text) for name, text in texts_of(fields, answers).items()}


def letters(text: str) -> str:
    """What is compared of a text."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(
        character for character in folded if character.isalpha() and not character.isnumeric()
    )[:LONGEST]


@lru_cache(maxsize=32)
def prints(field: str, text: str) -> tuple[int, ...]:
    """The prints of a field's text (as `letters` gives it, four at least): the text as a whole
    first, then its bands. 63 bits each. Found once for the page that asks and
    the sending that follows it."""
    smallest = _smallest(text)
    bands = (smallest[start : start + IN_BAND] for start in range(0, len(smallest), IN_BAND))
    named = [f"{place}:{band}" for place, band in enumerate(bands)]
    return tuple(_print(f"{field}\n{part}") for part in (text, *named))


def is_alike(own: Sequence[int], other: Iterable[int]) -> bool:
    """Whether two texts of a field are nearly the same, by the prints they share."""
    shared = set(own) & set(other)
    return own[0] in shared or len(shared) >= ALIKE


def _smallest(text: str) -> list[int]:
    runs = {text[start : start + RUN] for start in range(len(text) - RUN + 1)}
    columns = zip(*map(_hashes, runs), strict=True)
    return [min(column) for column in columns]


def _hashes(run: str) -> Iterator[int]:
    """As many independent 32-bit hashes as the bands need, from two wide ones."""
    wide = b"".join(blake2b(run.encode(), salt=bytes([half])).digest() for half in range(2))
    return iter(struct.unpack(f"<{BANDS * IN_BAND}I", wide[: 4 * BANDS * IN_BAND]))


def _print(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) >> 1
