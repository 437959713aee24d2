"""Deadlines and recurrences: when a passage wants something done."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rules.campaigns.notice.deadline_phrases import PHRASES
from rules.campaigns.notice.deadline_reading import EVERY, TextPlace
from rules.campaigns.notice.folding import folded, has_letter_for_digit, squeezed
from rules.campaigns.notice.found import Doubt
from rules.campaigns.notice.notice_dates import DateReference
from rules.sentences.refusal import N_

_LABEL = re.compile(
    r"(?:完成|办理|整改|报送|截止|办结|时限|完成时间)(?:时限|时间|期限|"
    r"日期)?(?:要求)?(?:为)?：|(?:截至|截止|截止到|完成于|前完成)(?=\d| )"
)
_LETTER = N_("日期里有字母，按形近的数字理解，请确认。")


@dataclass(frozen=True)
class Deadline:
    """A deadline found at `text[start:end]`. `value` depends on `kind`.

    - `by`: a date, 2026-12-20;
    - `every`: weekly:5 (ISO weekday), monthly:25, monthly:last, quarterly:25 (of its last month),
      quarterly:last, half_yearly:last, yearly:last;
    - `after_receipt`: workdays:5 or days:10.
    """

    text: str
    kind: str
    value: str
    start: int
    end: int


def deadlines_in(
    text: str, reference: DateReference, start: int = 0, end: int | None = None, due: bool = False
) -> tuple[tuple[Deadline, ...], tuple[Doubt, ...]]:
    """The deadlines of `text[start:end]`, and the doubts. Offsets are those of the whole text.

    A bare date counts only behind a label (完成时限：…), or with `due`, which says that the whole
    passage is such a value, as a table cell is. `reference` dates days without a year.
    """
    stop = len(text) if end is None else end
    passage = squeezed(folded(text), start, stop)
    plain = passage.words
    deadlines: list[Deadline] = []
    doubts: list[Doubt] = []
    taken = 0
    for match, rule in _matches(plain):
        if match.start() < taken:
            continue
        place = TextPlace(plain, reference, due or _labelled(plain, match.start()))
        reading = PHRASES[rule].read(match, place)
        if reading is None:
            continue
        taken = match.end()
        begin, close = passage.span(*_trimmed(plain, *match.span()))
        deadlines.extend(
            Deadline(text[begin:close], str(reading.kind), value, begin, close)
            for value in reading.values
        )
        if has_letter_for_digit(text[begin:close]):
            doubts.append(Doubt("deadline", text[begin:close], begin, close, _LETTER))
        if reading.why:
            doubts.append(Doubt("deadline", text[begin:close], begin, close, reading.why))
    kept = _once(deadlines)
    dropped = {deadline.start for deadline in deadlines} - {deadline.start for deadline in kept}
    return tuple(kept), tuple(doubt for doubt in doubts if doubt.start not in dropped)


def _matches(plain: str) -> list[tuple[re.Match[str], int]]:
    """All matches by place. At one place the pattern that tells more comes first."""
    found = [
        (match, rule)
        for rule, phrase in enumerate(PHRASES)
        for match in phrase.pattern.finditer(plain)
        if match.end() > match.start()
    ]
    return sorted(found, key=lambda pair: (pair[0].start(), pair[1]))


def _trimmed(plain: str, start: int, end: int) -> tuple[int, int]:
    words = plain[start:end]
    return start + len(words) - len(words.lstrip()), start + len(words.rstrip())


def _once(deadlines: list[Deadline]) -> list[Deadline]:
    """Each value once. 每季度 alone adds nothing beside 每季度末月25日前."""
    kept: dict[tuple[str, str], Deadline] = {}
    exact = {
        deadline.value.partition(":")[0]
        for deadline in deadlines
        if not deadline.value.endswith(":last")
    }
    for deadline in deadlines:
        if deadline.kind == EVERY and deadline.value.endswith(":last"):
            bare = not re.search("[底末前]", deadline.text)
            if bare and deadline.value.partition(":")[0] in exact:
                continue
        kept.setdefault((deadline.kind, deadline.value), deadline)
    return list(kept.values())


def _labelled(plain: str, at: int) -> bool:
    """Whether `at` lies in the value of a label such as 完成时限：."""
    window = plain[max(0, at - 30) : at]
    labels = list(_LABEL.finditer(window))
    return bool(labels) and not re.search(r"[；。\n）]", window[labels[-1].end() :])
