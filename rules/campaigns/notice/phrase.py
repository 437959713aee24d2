"""A phrase about time: what it consists of, and how a phrase is added to a list."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from rules.campaigns.notice.deadline_reading import Reading, TextPlace

NUMERAL = "一二三四五六七八九十"
MONTH = rf"(?P<month>\d{{1,2}}|[{NUMERAL}]{{1,2}}) ?月(?:份)?"
DAY = rf"(?P<day>\d{{1,2}}|[{NUMERAL}]{{1,3}}) ?[日号]"
YEAR = (
    r"(?P<year>20\d{2} ?年|二[〇零][〇零一二三四五六七八九]{2}年|今年|本年度?|当年|明年|"
    r"次年|翌年|来年)?(?:的)? ?"
)
CLOCK = r"(?:（[^）\n]{1,8}）)?(?:[上下]午)?(?: ?\d{1,2}(?:[：时点](?:\d{1,2}分?|整|半)?)| ?下班)?"
BEFORE = r"(?: ?(?:之前|以前|前|止|截止|内))"
COUNT = rf"(?P<n>\d{{1,3}}|[{NUMERAL}百两半]{{1,4}})"
QUARTER = r"(?:第? ?(?P<quarter>[一二三四1-4]) ?季度)"

Reader = Callable[[re.Match[str], TextPlace], Reading | None]


class Phrase(NamedTuple):
    """A way to write a time, and what it means."""

    example: str
    """A text that the pattern matches. A test reads the example."""
    pattern: re.Pattern[str]
    read: Reader


def into(phrases: list[Phrase]) -> Callable[[str, str], Callable[[Reader], Reader]]:
    """A decorator that adds a reader to `phrases`, with its example and its pattern."""

    def phrase(example: str, pattern: str) -> Callable[[Reader], Reader]:
        def register(read: Reader) -> Reader:
            phrases.append(Phrase(example, re.compile(pattern), read))
            return read

        return register

    return phrase
