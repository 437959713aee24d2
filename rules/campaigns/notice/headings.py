"""Where a heading's own words end and the body begins."""

from __future__ import annotations

import re

from rules.campaigns.notice.folding import joined_up

_LONGEST = 200
_WHOLE_SENTENCE = 40
_WHOLE_LINE = 60
_LABEL = 25
_FIRST_CLAUSE = re.compile(r"[，；]")
_SENTENCE_END = re.compile(r"[。！？；\n\t]")
_BRACKETED_LABEL = re.compile(
    r"[（【]? ?(?:责任|牵头|配合|主责|承办|协办|参与|完成时限|完成时间|时限要求)(?:单位|"
    r"部门)?[：，、]"
)
_MARKED_HEADING = re.compile(r" ?[【\[]([^】\]\n]{1,30})[】\]]")
_BODY_AFTER_BLANK = re.compile(r"(?<=[^\s：，、]) {2,}(?=\S)")
_ONE_BLANK = re.compile(r"(?<=[^\s：，、]) (?=\S)")


def heading_end(plain: str, after: int, limit: int, point: bool = False) -> int:
    """Where the heading that begins at `after` in folded text ends, at most at `limit`."""
    window = plain[after : min(limit, after + _LONGEST)]
    marked = _MARKED_HEADING.match(window)
    if marked:
        return after + marked.end()
    stop = _SENTENCE_END.search(window)
    sentence = window[: stop.start()] if stop else window
    ends_line = stop is None or stop.group() in "\n\t"
    length = _point_length(sentence) if point else _length(sentence, window, ends_line)
    return after + len(window[:length].rstrip(" 。；：，！？、"))


def heading_text(raw: str) -> str:
    """The heading as one clean phrase."""
    return joined_up(raw).strip(" 【】[]、.．。；：:")


def _point_length(sentence: str) -> int:
    clause = _FIRST_CLAUSE.search(sentence)
    return clause.start() if clause else len(sentence)


def _length(sentence: str, window: str, ends_line: bool) -> int:
    sentence = _before_label(sentence)
    sentence = _before_colon(sentence, window)
    sentence = _before_blank(sentence, window)
    if len(sentence) <= (_WHOLE_LINE if ends_line else _WHOLE_SENTENCE):
        return len(sentence)
    return _point_length(sentence)


def _before_label(sentence: str) -> str:
    label = _BRACKETED_LABEL.search(sentence, 1)
    return sentence[: label.start()] if label and label.start() > 1 else sentence


def _before_colon(sentence: str, window: str) -> str:
    colon = sentence.find("：", 0, _LABEL)
    return sentence[:colon] if colon > 0 else sentence


def _before_blank(sentence: str, window: str) -> str:
    """The length of a heading that ends at a wide gap, or at a single blank with a long sentence
    behind it."""
    skipped = len(sentence) - len(sentence.lstrip())
    wide = _BODY_AFTER_BLANK.search(sentence, skipped)
    if wide and wide.start() <= _LABEL + 5:
        return sentence[: wide.start()]
    blank = _ONE_BLANK.search(sentence, skipped)
    if blank and 2 < blank.start() - skipped <= _LABEL and "，" not in sentence[: blank.start()]:
        rest = sentence[blank.end() :]
        if len(rest) > 15 and _starts_body(rest, window[blank.end() :]):
            return sentence[: blank.start()]
    return sentence


def _starts_body(rest: str, onward: str) -> bool:
    return "，" in rest or "。" in onward[: len(rest) + 1]
