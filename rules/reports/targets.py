"""The target of a measure in words."""

import re

from rules.campaigns.notice.numerals import number_of

_NUMERAL = re.compile(r"\d+万?|[零〇一二三四五六七八九十百千两]+万?")


def target_in_words(count: int, label: str) -> str:
    """The count and the label in one text. The label may have a numeral of its own.

    `4` gives the same with 场集中便民服务 and with 4场集中便民服务: a numeral taken over from the
    notice is not said twice.
    """
    said = any(number_of(found) == count for found in _NUMERAL.findall(label))
    return label if said else f"{count}{label}"
