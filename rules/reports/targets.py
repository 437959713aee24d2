"""The target of a measure in words."""

import re

from rules.campaigns.notice.numerals import number_of

_NUMERAL = re.compile(r"\d+万?|[零〇一二三四五六七八九十百千两]+万?")


def target_in_words(count: int, label: str) -> str:
    """Count and label in one: `4` and 场集中便民服务 as well as `4` and 4场集中便民服务.

    A label taken from the notice has its own numeral, which is not said twice.
    """
    said = any(number_of(found) == count for found in _NUMERAL.findall(label))
    return label if said else f"{count}{label}"
