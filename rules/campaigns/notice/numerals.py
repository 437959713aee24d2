"""Chinese numerals: 十二 to 12 and back, and the digit-by-digit years 二〇二六."""

from __future__ import annotations

_VALUES = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_TENS = {"十": 10, "百": 100, "千": 1000}
_NAMES = "零一二三四五六七八九"
_MYRIAD = {"万": 10_000, "亿": 100_000_000}


def number_of(numeral: str) -> int | None:
    """The whole number that a numeral stands for (`12`, `十二`, `二〇二六`, `1.5万`), or None."""
    if numeral and numeral[-1] in _MYRIAD:
        return _myriads(numeral)
    if numeral.isascii() and numeral.isdigit():
        return int(numeral)
    if not numeral or any(sign not in _VALUES and sign not in _TENS for sign in numeral):
        return None
    if not any(sign in _TENS for sign in numeral):
        return int("".join(str(_VALUES[sign]) for sign in numeral))
    return _counted(numeral)


def _myriads(numeral: str) -> int | None:
    head, unit = numeral[:-1], _MYRIAD[numeral[-1]]
    whole, dot, part = head.partition(".")
    if dot and whole.isdecimal() and part.isdecimal() and head.isascii():
        return int(whole) * unit + int(part) * unit // int(10 ** len(part))
    value = number_of(head)
    return None if value is None else value * unit


def _counted(numeral: str) -> int:
    total = digit = 0
    for char in numeral:
        if char in _TENS:
            total += (digit or 1) * _TENS[char]
            digit = 0
        else:
            digit = _VALUES[char]
    return total + digit


def numeral_of(number: int) -> str:
    """The Chinese numeral of 1 to 999, as headings write it: 十, 十二, 二十, 一百零三."""
    if number < 10:
        return _NAMES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return ("" if tens == 1 else _NAMES[tens]) + "十" + (_NAMES[ones] if ones else "")
    hundreds, rest = divmod(number, 100)
    if not rest:
        return _NAMES[hundreds] + "百"
    joint = "零" if rest < 10 else ("一" if rest < 20 else "")
    return _NAMES[hundreds] + "百" + joint + numeral_of(rest)
