"""The sentence of a notice in which something stands."""

from __future__ import annotations

import re

from rules.campaigns.notice.found import Span

MOST_AROUND = 60
"""Characters shown on either side of a place in a very long sentence."""
_END = re.compile(r"[。；！？\n]")


def sentence_around(text: str, start: int, end: int) -> Span:
    """The stretch of `text` from the end of the sentence before `start` to the end of the sentence
    in which `end` lies, without blanks around it; at most `MOST_AROUND` characters on either side.
    """
    first = max(0, start - MOST_AROUND)
    ends_before = [found.end() for found in _END.finditer(text, first, start)]
    first = ends_before[-1] if ends_before else first
    found = _END.search(text, max(end - 1, start), end + MOST_AROUND)
    last = min(len(text), end + MOST_AROUND) if found is None else found.start()
    last = max(last, end)
    first += len(text[first:start]) - len(text[first:start].lstrip())
    return Span(first, end + len(text[end:last].rstrip()))
