"""What the checks noticed about a filled form, as questions a person reads."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from models import Flag, FlagKind
from rules.forms.form_fields import FormField, words_in
from rules.sentences.refusal import N_
from web.edge.viewer.language import Words

SENTENCES: dict[FlagKind, str] = {
    FlagKind.LAST_PERIOD: N_("“%(label)s”与上期相差较大：上期 %(other)s，本期 %(value)s，请核对。"),
    FlagKind.SIBLINGS: N_(
        "“%(label)s”与同级单位相差较大：%(count)s 个同级单位的中位数是 %(other)s，"
        "这里是 %(value)s，请核对。"
    ),
    FlagKind.ALL_ZERO: N_("所有数字都是 0，请核对。"),
    FlagKind.COPIED: N_("所有数字都和上期一样，请核对是否已经更新。"),
    FlagKind.SIMILAR_TEXT: N_(
        "“%(label)s”与另外 %(count)s 个单位的文字几乎相同，请核对是否写的是本单位的情况。"
    ),
    FlagKind.KNOWN: N_(
        "“%(label)s”与“%(source)s”里的填报不一致：那里是 %(other)s，这里是 %(value)s，请核对。"
    ),
    FlagKind.UNCHANGED: N_("“%(label)s”被退回后没有改动，请核对。"),
}
"""Kind of flag → its question."""
_WHOLE_UNCHANGED = N_("这份表单被退回后没有任何改动，请核对。")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,4})?")


@dataclass(frozen=True)
class Question:
    """What a clerk is asked before sending."""

    sentence: str
    field: str
    """The field that the question is about; empty: the whole form."""


def ask_about(words: Words, flags: Iterable[Flag], fields: Sequence[FormField]) -> list[Question]:
    """The flags of a form as questions, with the labels of the form."""
    language = words.language
    labels = {field.name: words.say(field.label_in(language)) for field in fields}
    choices = {
        field.name: {
            choice.value: words_in(choice.labels, language) or choice.label
            for choice in field.choices
        }
        for field in fields
        if field.choices
    }
    return [Question(flag_in_words(words, flag, labels, choices), flag.field) for flag in flags]


def flag_in_words(
    words: Words,
    flag: Flag,
    labels: Mapping[str, str],
    choices: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """One stored flag as a sentence; `labels`: field → what a page calls it.

    `choices`: field → code → label; without it, codes are shown.
    """
    labelled = (choices or {}).get(flag.field, {})
    if flag.kind == FlagKind.UNCHANGED and not flag.field:
        return words.say(_WHOLE_UNCHANGED)
    return words.say(
        SENTENCES[flag.kind],
        label=labels.get(flag.field, flag.field),
        value=_shown(words, flag.value, labelled),
        other=_shown(words, flag.other, labelled),
        count=flag.count,
        source=flag.source,
    )


def _shown(words: Words, stored: str, labels: Mapping[str, str]) -> str:
    """Choices by their labels, numbers with their thousands apart, all else as it is."""
    if labels:
        return words.listed(labels.get(code, code) for code in stored.split())
    return f"{Decimal(stored):,f}" if _NUMBER.fullmatch(stored) else stored
