"""The foot of a notice: signature, list of attachments, contact lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rules.campaigns.notice.folding import joined_up
from rules.campaigns.notice.found import Found
from rules.campaigns.notice.notice_dates import DAY, day_in
from rules.campaigns.notice.unit_names import looks_like_unit

MARK_LINE = re.compile(
    r"^(?:第[一二三四五六七八九十]{1,3}[章节条]|[一二三四五六七八九十]{1,3}[、.。]|（[一二三四五六七八九十]{1,3}）|"
    r"\d{1,2}[.、](?!\d))"
)
_ATTACHMENT_NOTE = re.compile(r"(?m)(?:^ *|(?<=[。；])[ ]*)附(?:件|表)?\d{0,2} ?：")
ANNEX = re.compile(
    r"(?m)^ *附(?:件|表|录)? ?(?:\d{1,2}|[一二三四五六七八九十]{1,2})?(?:[.]? *$| +\S[^。"
    r"\n]{2,50}$|-\d)"
)
_HAN_DATE = DAY.pattern
_DATE_LINE = re.compile(rf"(?m)^[ （]*(?:{_HAN_DATE})[ ）]*$")
_ENDS_LINE = re.compile(r"(?m)(?:印发)?[ ）]*$")
_TRAILER = re.compile(
    r"^[（(]?(?:联 ?系 ?人|联系电话|联系方式|联系单位及电话|电话|传真|邮箱|电子邮箱|抄送|"
    r"抄报|主题词|此件|"
    r"特此通知|特此函告|以上通知|印发|共印|公开属性|信息公开)"
)
_CLOSING = re.compile(r"(?:特此(?:通知|函告|函达)|以上请(?:认真)?贯彻执行)[。！]?$")


@dataclass(frozen=True)
class FootLine:
    """A line without the blanks around it. Offsets are those of the whole text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Signature:
    """Issuer and date below the body. The block begins at `start`, the date ends at `end`.

    Without a signature, both are where the search ended.
    """

    issuer: Found | None
    dated: Found | None
    start: int
    end: int


def clean_value(text: str, start: int, end: int) -> Found:
    """`text[start:end]` as a value without stray blanks."""
    return Found(joined_up(text[start:end]), start, end)


def annex_start(plain: str, body: int) -> int:
    """Where the first attachment begins (a line 附件1), or the end of the text."""
    match = ANNEX.search(plain, body)
    return match.start() if match else len(plain)


def signature_of(text: str, plain: str, body: int, annex: int) -> Signature:
    """The first signature between `body` and `annex`: a date on a line of its own, or run on behind
    a sentence."""
    for match in _DATE_LINE.finditer(plain, body, annex):
        found = day_in(plain, match.start(), match.end())
        if found and _stands_below(plain, body, match.start()):
            start, issuer = _issuer_above(text, plain, body, match.start())
            dated = Found(found[0].isoformat(), found[1], found[2])
            return Signature(issuer, dated, start, match.end())
    return _signature_on_one_line(text, plain, body, annex)


def _stands_below(plain: str, body: int, at: int) -> bool:
    return bool(plain[body:at].strip()) if at - body < 400 else True


def _signature_on_one_line(text: str, plain: str, body: int, annex: int) -> Signature:
    """A signature such as 某某办公室 2026年11月20日 on one line, or run on behind the last
    sentence."""
    for match in DAY.finditer(plain, body, annex):
        found = day_in(plain, match.start(), match.end())
        if not found or not _ENDS_LINE.match(plain, match.end()):
            continue
        start, by = _signed_before(plain, body, match.start())
        if by and not looks_like_unit(by):
            continue
        issuer = clean_value(text, start, start + len(by)) if by else None
        dated = Found(found[0].isoformat(), found[1], found[2])
        return Signature(issuer, dated, start, match.end())
    start, issuer = _issuer_above(text, plain, body, annex)
    return Signature(issuer, None, start if issuer else annex, annex)


def _signed_before(plain: str, body: int, at: int) -> tuple[int, str]:
    """Where the words between the last sentence and a date begin, and these words."""
    window = plain[max(body, at - 64) : at]
    words = re.split(r"[。！？；：，”\n]", window)[-1]
    if len(words) == len(window) and at - 64 > body:
        return at, "。"
    begin = at - len(words) + len(words) - len(words.lstrip())
    return begin, words.strip()


def _issuer_above(text: str, plain: str, body: int, end: int) -> tuple[int, Found | None]:
    """Where the unit names right above `end` begin, and these names as one value."""
    names: list[FootLine] = []
    at = end
    while len(names) < 6:
        line = _line_above(plain, body, at)
        if line is None or not all(
            looks_like_unit(part) for part in re.split(r"[ \t]+", line.text)
        ):
            break
        if MARK_LINE.match(line.text):
            break
        names.insert(0, line)
        at = line.start
    if not names:
        return end, None
    value = "、".join(joined_up(text[name.start : name.end]) for name in names)
    return names[0].start, Found(value, names[0].start, names[-1].end)


def _line_above(plain: str, body: int, at: int) -> FootLine | None:
    end = at
    while end > body and plain[end - 1].isspace():
        end -= 1
    if end <= body:
        return None
    start = max(plain.rfind("\n", body, end) + 1, body)
    raw = plain[start:end]
    begin = start + len(raw) - len(raw.lstrip())
    return FootLine(plain[begin:end], begin, end) if end - begin <= 60 else None


def note_start(plain: str, body: int, end: int) -> int:
    """Where the list of attachments begins ("附件：1.…"), or `end`."""
    match = _ATTACHMENT_NOTE.search(plain, body, end)
    return match.start() if match else end


def without_trailers(plain: str, body: int, end: int) -> int:
    """The end of the body, without the contact, copy and closing lines below it."""
    while True:
        end = _back_over_blanks(plain, body, end)
        closing = _CLOSING.search(plain, max(body, end - 20), end)
        end = closing.start() if closing else end
        line = _line_above(plain, body, end)
        if line is None or not (_TRAILER.match(line.text) or re.fullmatch(r"-*|—*", line.text)):
            return max(_back_over_blanks(plain, body, end), body)
        end = line.start


def _back_over_blanks(plain: str, body: int, end: int) -> int:
    while end > body and plain[end - 1].isspace():
        end -= 1
    return end
