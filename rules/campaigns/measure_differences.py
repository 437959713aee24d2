"""What differs between two states of a measure, as codes and ids that are kept in its history."""

from collections.abc import Mapping
from itertools import takewhile
from typing import Any

AROUND = 12
"""Characters shown before and after what was changed in a long text."""
LONG = 60
"""Characters of a text that is shown as a whole."""

Differs = dict[str, list[Any]]


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Differs:
    """Name → `[before, after]` of what is not the same; both sides have the same names."""
    return {name: [before[name], value] for name, value in after.items() if before[name] != value}


def narrowed(before: str, after: str) -> tuple[str, str]:
    """The passages of two texts that differ, with a little of what stands around them.

    Texts that are short, or have nothing in common, stay as they are.
    """
    if max(len(before), len(after)) <= LONG:
        return before, after
    start = _same(before, after)
    rest = min(len(before), len(after)) - start
    end = min(rest, _same(before[::-1], after[::-1]))
    return _around(before, start, end), _around(after, start, end)


def _same(text: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = zip(text, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _around(text: str, start: int, end: int) -> str:
    """`text` without all but `AROUND` of its first `start` and its last `end` characters."""
    first, last = max(0, start - AROUND), len(text) - max(0, end - AROUND)
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"
