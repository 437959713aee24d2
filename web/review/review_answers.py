"""What a reviewer compares: answers with earlier answers, sums at sending with sums of today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from rules.forms.field_values import decimal_text
from rules.forms.form_fields import FormField
from rules.forms.form_tree import FormTree, filling_key, is_repeated
from web.edge.viewer.language import Words
from web.filling.asked import answered, rows_in_words

NUMBERS = ("integer", "decimal", "calculate")


@dataclass(frozen=True)
class ComparedQuestion:
    """One question: the answer, the one sent before, the one of the last period."""

    name: str
    label: str
    answer: str
    before: str
    changed: bool
    before_step: str
    """By how much a number differs from the one before, such as +3; empty otherwise."""
    last: str
    last_step: str
    differs: bool
    """The answer is another one than in the last period."""
    mendable: bool
    """Whether a return can name the question."""
    files: Sequence[Mapping[str, Any]] = ()
    """Photos and files of the answer: `token`, `name`."""
    fillings: Sequence[tuple[str, str]] = ()
    """Of a repeat: the key of each filling, and its answers in words."""


@dataclass(frozen=True)
class ComparedTotal:
    """One figure of the lower units, as sent and as it is now; empty where no unit is in it."""

    name: str
    words: Mapping[str, Any]
    """The figure with its `label`, `rollup` and `choice`; an old sending has none of the three."""
    sent_reported: str
    sent_reviewed: str
    reported: str
    reviewed: str

    @property
    def differs(self) -> bool:
        sent = (self.sent_reported, self.sent_reviewed)
        return sent != (self.reported, self.reviewed)


def compare(
    words: Words,
    fields: Sequence[FormField],
    answers: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    last: Mapping[str, Any] | None,
) -> list[ComparedQuestion]:
    """Every question with its answer, beside the revision before and the last period, if any."""
    types = {field.name: field.type for field in fields}
    tree = FormTree(fields)
    mendable = {field.name for field in tree.mendable}
    lasts = {question.name: question.answer for question in answered(words, fields, last or {})}

    def step(name: str, earlier: Mapping[str, Any] | None) -> str:
        numeric = earlier is not None and types.get(name) in NUMBERS
        return _step(answers.get(name), (earlier or {}).get(name)) if numeric else ""

    return [
        ComparedQuestion(
            name=question.name,
            label=question.label,
            answer=question.answer,
            before=question.before,
            changed=question.changed,
            before_step=step(question.name, before),
            last=lasts.get(question.name, ""),
            last_step=step(question.name, last),
            differs=bool(last) and lasts.get(question.name, "") != question.answer,
            mendable=question.name in mendable,
            files=question.files,
            fillings=_fillings(words, tree, question.name, answers),
        )
        for question in answered(words, fields, answers, before)
    ]


def _fillings(
    words: Words, tree: FormTree, name: str, answers: Mapping[str, Any]
) -> list[tuple[str, str]]:
    rows = answers.get(name)
    told = rows_in_words(words, tree, name, rows) if is_repeated(rows) else []
    return [(filling_key(name, place), text) for place, text in enumerate(told)]


def _step(now: Any, earlier: Any) -> str:
    """The difference of two stored numbers with its sign; empty where there is none."""
    try:
        step = Decimal(str(now)) - Decimal(str(earlier))
    except InvalidOperation:
        return ""
    if not step.is_finite() or step == 0:
        return ""
    return ("+" if step > 0 else "−") + decimal_text(abs(step))


def compare_totals(sent: Mapping[str, Any], now: Mapping[str, Any]) -> list[ComparedTotal]:
    """What `queries.assignments.coverage` said at the sending, beside what it says now."""
    before, today = sent.get("totals", {}), now.get("totals", {})
    return [
        ComparedTotal(
            name,
            today.get(name) or before[name],
            _sum(before, name, "reported"),
            _sum(before, name, "reviewed"),
            _sum(today, name, "reported"),
            _sum(today, name, "reviewed"),
        )
        for name in dict.fromkeys([*before, *today])
    ]


def _sum(totals: Mapping[str, Any], name: str, kind: str) -> str:
    return str(totals.get(name, {}).get(kind, ""))
