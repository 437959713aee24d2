"""Rolled-up figures: what the sums of a subtree come to, each field in its own way."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import NamedTuple

from rules.forms.answer_numbers import SCALE, share_key
from rules.forms.field_values import decimal_text
from rules.forms.form_fields import FormField, RollUp
from rules.sentences.refusal import N_

ROLLUP_NAMES: dict[RollUp, str] = {
    RollUp.NONE: N_("不汇总"),
    RollUp.SUM: N_("合计"),
    RollUp.COUNT: N_("填报数"),
    RollUp.MEAN: N_("平均"),
    RollUp.MIN: N_("最小"),
    RollUp.MAX: N_("最大"),
    RollUp.SHARE: N_("占比"),
    RollUp.LIST: N_("列出"),
    RollUp.LATEST: N_("最新"),
}
KEPT = (RollUp.SUM, RollUp.COUNT, RollUp.MEAN, RollUp.SHARE)
"""Kinds of roll-up that are worked out from kept sums. Other kinds are looked up when they are
shown."""
EXTREMES = (RollUp.MIN, RollUp.MAX)
_MEAN_STEP = Decimal("0.01")


class Sums(NamedTuple):
    """What was added up under one key below a unit (× 10,000), and from how many units."""

    reported: int = 0
    reported_count: int = 0
    reviewed: int = 0
    reviewed_count: int = 0


class Extremes(NamedTuple):
    """The smallest and the largest number below a unit (× 10,000). None: nobody has answered."""

    reported_min: int | None
    reported_max: int | None
    reviewed_min: int | None
    reviewed_max: int | None


class Figure(NamedTuple):
    """One line of a roll-up. Decimals are texts; an empty text means that there is no number."""

    key: str
    """The name of the field; for a share, `field=choice`."""
    label: str
    choice: str
    """The words of the choice for a share; empty for every other kind."""
    rollup: str
    reported: str
    reported_count: int
    """The number of units in the figure; for a share, the units that answered the question."""
    reviewed: str
    reviewed_count: int
    reported_share: str
    """For a share: the percentage of the units that answered, rounded down, as `40.0%`."""
    reviewed_share: str


def figures(
    fields: Sequence[FormField],
    sums: Mapping[str, Sums],
    extremes: Mapping[str, Extremes],
    *,
    older: Mapping[str, str] | None = None,
    unanswered: bool = False,
) -> list[Figure]:
    """The lines of a roll-up in the order of the form. Fields of older versions come last.

    `older`: name → label, for fields of older versions. `unanswered`: fields that nobody has
    answered have a line too.
    """
    lines: list[Figure] = []
    known: set[str] = set()
    for field in fields:
        known |= {field.name, *(share_key(field.name, choice.value) for choice in field.choices)}
        added = unanswered and field.rollup in (*KEPT, *EXTREMES)
        if added or field.name in sums:
            lines += _lines(field, sums, extremes)
    names = older or {}
    older_keys = sorted(sums.keys() - known)
    return lines + [_line(key, names.get(key, key), RollUp.SUM, sums[key]) for key in older_keys]


def _lines(
    field: FormField, sums: Mapping[str, Sums], extremes: Mapping[str, Extremes]
) -> Iterator[Figure]:
    own = sums.get(field.name, Sums())
    if field.rollup is RollUp.SHARE:
        for choice in field.choices:
            part = sums.get(share_key(field.name, choice.value), Sums())
            yield _share(field, choice.value, choice.label, part, own)
    elif field.rollup in EXTREMES:
        yield _extreme(field, own, extremes.get(field.name))
    elif field.rollup is RollUp.NONE:
        yield _line(field.name, field.label, RollUp.SUM, own)
    else:
        yield _line(field.name, field.label, field.rollup, own)


def _line(key: str, label: str, rollup: RollUp, own: Sums) -> Figure:
    return Figure(
        key,
        label,
        "",
        rollup,
        _total(rollup, own.reported, own.reported_count),
        own.reported_count,
        _total(rollup, own.reviewed, own.reviewed_count),
        own.reviewed_count,
        "",
        "",
    )


def _total(rollup: RollUp, total: int, count: int) -> str:
    """A sum as text; a mean rounded to two decimals, empty where no unit is in it."""
    if rollup is not RollUp.MEAN:
        return number_text(total)
    if not count:
        return ""
    mean = Decimal(total) / SCALE / count
    return decimal_text(mean.quantize(_MEAN_STEP, ROUND_HALF_UP))


def number_text(value: int) -> str:
    """A number stored × 10,000, as its shortest text."""
    return decimal_text(Decimal(value) / SCALE)


def _extreme(field: FormField, own: Sums, found: Extremes | None) -> Figure:
    side = 0 if field.rollup is RollUp.MIN else 1
    reported, reviewed = (found[side], found[side + 2]) if found else (None, None)
    shown = ["" if value is None else number_text(value) for value in (reported, reviewed)]
    return _line(field.name, field.label, field.rollup, own)._replace(
        reported=shown[0], reviewed=shown[1]
    )


def _share(field: FormField, code: str, words: str, part: Sums, own: Sums) -> Figure:
    return Figure(
        share_key(field.name, code),
        field.label,
        words,
        RollUp.SHARE,
        number_text(part.reported),
        own.reported_count,
        number_text(part.reviewed),
        own.reviewed_count,
        _percent(part.reported, own.reported_count),
        _percent(part.reviewed, own.reviewed_count),
    )


def _percent(part: int, count: int) -> str:
    if not count:
        return ""
    share = Decimal(part) / SCALE / count * 100
    return f"{share.quantize(Decimal('0.1'), ROUND_DOWN)}%"
