"""What differs between two versions of a measure, as the codes and ids that its history keeps."""

from collections.abc import Mapping
from itertools import takewhile
from typing import Any

AROUND = 12
"""Characters shown before and after the changed passage of a long text."""
LONG = 60
"""The most characters of a text that is shown as a whole."""

Differs = dict[str, list[Any]]


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Differs:
    """Name → `[before, after]` for values that differ. Both mappings have the same names."""
    return {name: [before[name], value] for name, value in after.items() if before[name] != value}


def narrowed(before: str, after: str) -> tuple[str, str]:
    """The passages in which two texts differ, with a little of the text around each.

    Texts that are short, or have nothing in common, stay as they are.
    """
    if max(len(before), len(after)) <= LONG:
        return before, after
    start = _same(before, after)
    rest = min(len(before), len(after)) - start
    end = min(rest, _same(before[::-1], after[::-1]))
    return _around(before, start, end), _around(after, start, end)


def _same(text: str, other: str) -> int:
    """The number of characters with which both texts begin."""
    pairs = zip(text, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _around(text: str, start: int, end: int) -> str:
    """`text` without its first `start` and its last `end` characters, of which `AROUND` stay."""
    first, last = max(0, start - AROUND), len(text) - max(0, end - AROUND)
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"
