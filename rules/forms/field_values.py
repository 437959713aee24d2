"""Reading what was typed into one field: numbers, dates and texts as people write them.

A function that reads returns the value in stored shape, or a `Fault`.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from itertools import groupby

from rules.sentences.faults import Fault
from rules.sentences.held import bare, held, is_blank
from rules.sentences.refusal import N_

LARGEST_NUMBER = 1_000_000_000
DECIMAL_PLACES = 4
YEARS = (1900, 2200)

LONGEST_NUMBER = 40
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}([, ][0-9]{3})+(\.[0-9]*)?")
_AMBIGUOUS = re.compile(r"[+-]?[0-9]+([,.、 ][0-9]*)+")
_DATE = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?")
_COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_LOOKALIKES = str.maketrans({"。": ".", "−": "-", "–": "-", "—": "-", "'": ","})
_SAME_MEANING = ("<wide>", "<narrow>", "<noBreak>", "<small>")
"""Unicode decompositions of characters that differ from the plain ones in width alone."""
_OF_NUMBERS = re.compile(r"[0-9+\-−.,()⁄]+")


def plain(typed: str) -> str:
    """`typed` with full-width digits, signs and blanks made half-width, and without outer blanks.

    Raised, lowered and circled digits stay as they are: 10³ is not 103, ① may be the mark of a
    list.
    """
    runs = (
        "".join(run) if shaped else unicodedata.normalize("NFKC", "".join(run))
        for shaped, run in groupby(bare(typed), _is_shaped)
    )
    return "".join(runs).translate(_LOOKALIKES).strip()


def _is_shaped(character: str) -> bool:
    """Whether the character is a digit or sign that its place or frame gives another meaning."""
    kind = unicodedata.decomposition(character).partition(" ")[0]
    if not kind.startswith("<") or kind in _SAME_MEANING:
        return False
    return _OF_NUMBERS.fullmatch(unicodedata.normalize("NFKC", character)) is not None


def clean_text(typed: str, *, multiline: bool) -> str:
    r"""`typed` as others see it (`rules.sentences.held`).

    Line ends become `\n`, outer blanks are trimmed. The result is empty where nothing can be seen.
    """
    text = typed.replace("\r\n", "\n").replace("\r", "\n")
    if not multiline:
        text = text.replace("\n", " ").replace("\t", " ")
    text = held(text).strip()
    return "" if is_blank(text) else text


def read_number(typed: str) -> Decimal | Fault:
    """The number in `typed`: １２.５, 1,234, -3. At most four decimals and a billion.

    `number` in `web/static/rules/reading.js` reads the same: change both.
    """
    text = plain(typed)
    if len(text) > LONGEST_NUMBER:
        return Fault(N_("请只填数字。"))
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "").replace(" ", "")
    elif not _NUMBER.fullmatch(text):
        return _not_a_number(text)
    number = Decimal(text)
    if abs(number) > LARGEST_NUMBER:
        return Fault(N_("数字太大了：最多到 %(largest)s。"), {"largest": f"{LARGEST_NUMBER:,}"})
    if number != round(number, DECIMAL_PLACES):
        return Fault(N_("小数点后最多 %(places)s 位。"), {"places": DECIMAL_PLACES})
    return round(number, DECIMAL_PLACES)


def _not_a_number(text: str) -> Fault:
    if text.endswith("%") and _NUMBER.fullmatch(text[:-1].strip()):
        told = N_("“%(typed)s”是百分数。请只填数字，按题目的要求写 %(share)s 或 %(part)s。")
        share = Decimal(text[:-1].strip())
        values = {"share": decimal_text(share), "part": decimal_text(share / 100)}
        return Fault(told, {"typed": text} | values)
    if _AMBIGUOUS.fullmatch(text) or any(map(_is_shaped, text)):
        return Fault(N_("无法确定“%(typed)s”是多少：小数点请用“.”，如 12.3。"), {"typed": text})
    return Fault(N_("请只填数字，不带单位和文字。"))


def read_integer(typed: str) -> int | Fault:
    """The whole number in `typed`. `12.0` is a whole number."""
    number = read_number(typed)
    if isinstance(number, Fault):
        return number
    if number != number.to_integral_value():
        return Fault(N_("请填整数。"))
    return int(number)


def read_decimal(typed: str) -> str | Fault:
    """The number in `typed` as its shortest text: `12.50` becomes `12.5`, `-0` becomes `0`."""
    number = read_number(typed)
    return number if isinstance(number, Fault) else decimal_text(number)


def decimal_text(number: Decimal) -> str:
    """The shortest text of a decimal, never with an exponent."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def read_date(typed: str) -> str | Fault:
    """The ISO date in `typed`: 2026-11-22, 2026/11/22, 2026年11月22日, 20261122.

    `day` in `web/static/rules/reading.js` reads the same: change both.
    """
    text = plain(typed)
    found = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    if not found:
        return Fault(N_("请按“2026-11-22”的格式填写日期。"))
    year, month, day = map(int, found.groups())
    try:
        read = date(year, month, day)
    except ValueError:
        return Fault(N_("“%(typed)s”不是有效的日期。"), {"typed": text})
    if not YEARS[0] <= year < YEARS[1]:
        return Fault(N_("请核对年份“%(year)s”。"), {"year": year})
    return read.isoformat()
