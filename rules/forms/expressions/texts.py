"""What the functions of expressions do to texts. Characters are code points, so 𠮷 is one."""

import math
from collections.abc import Iterable
from itertools import zip_longest

from rules.forms.expressions.arithmetic import as_series
from rules.forms.expressions.values import BLANKS, LONGEST_TEXT, Scalar, Value, text_of


def codes(text: str) -> list[str]:
    """The codes of an answer with several choices."""
    for blank in BLANKS[1:]:
        text = text.replace(blank, " ")
    return [code for code in text.split(" ") if code]


def selected(text: str, code: str) -> bool:
    return code.strip(BLANKS) in codes(text)


def count_selected(text: str) -> float:
    return float(len(codes(text)))


def selected_at(text: str, place: float) -> str:
    """The code at `place`, counted from 0; empty where no code stands there."""
    chosen = codes(text)
    return chosen[int(place)] if -1 < place < len(chosen) else ""


def length(text: str) -> float:
    return float(len(text))


def part(text: str, start: float, end: float = math.inf) -> str:
    """The characters from `start` up to but without `end`, counted from 0. Negative places count
    from the end."""
    if math.isnan(start) or math.isnan(end):
        return ""
    return text[_place(start) : _place(end)]


def _place(number: float) -> int:
    return int(max(-1e9, min(1e9, number)))


def single_spaced(text: str) -> str:
    return " ".join(codes(text))


def translated(text: str, old: str, new: str) -> str:
    """`text` with each character of `old` replaced by the character at the same place in `new`, or
    left out where `new` is shorter."""
    pairs = list(zip_longest(old, new[: len(old)]))
    return text.translate({ord(character): other for character, other in reversed(pairs)})


def concatenated(*given: Value) -> str:
    return _run("", (scalar for value in given for scalar in as_series(value)))


def joined(separator: str, *given: Value) -> str:
    return _run(separator, (scalar for value in given for scalar in as_series(value)))


def _run(separator: str, pieces: Iterable[Scalar]) -> str:
    """The texts in a row. No more texts are made than fit into `LONGEST_TEXT`."""
    texts: list[str] = []
    size = 0
    for piece in pieces:
        texts.append(text_of(piece))
        size += len(texts[-1]) + len(separator)
        if size > LONGEST_TEXT + len(separator):
            break
    return separator.join(texts)[:LONGEST_TEXT]
