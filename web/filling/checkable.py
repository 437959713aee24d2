"""What a unit looks at before it sends the answers of an earlier period again (核对无误)."""

from collections.abc import Sequence
from dataclasses import dataclass

from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import as_typed
from rules.forms.form_fields import EachPeriod, FormField
from web.edge.viewer.language import Words
from web.filling.asked import item_in_words, label_of


@dataclass(frozen=True)
class CarriedAnswer:
    """One question and the answer with which it opens."""

    label: str
    answer: str


@dataclass(frozen=True)
class Checkable:
    """The answers of an earlier period, which one tap sends again."""

    period: str
    looked_at: Sequence[CarriedAnswer]
    """What the author of the form wants looked at again."""
    others: int
    """How many more answers are the same as in the period."""


def find_checkable(words: Words, sheet: AnswerSheet, today: str) -> Checkable | None:
    """What one tap would send, while nothing else was typed; None where there is nothing to send
    again, or where a question still has to be answered anew. `today`: ISO date."""
    if not sheet.carried or sheet.draft or sheet.typed != _opening(sheet):
        return None
    if not sheet.check(sheet.typed, today=today).ok:
        return None
    items = [item for item in sheet.tree.items if item.name in sheet.carried]
    looked_at = [item for item in items if item.each_period is EachPeriod.LOOK]
    return Checkable(
        period=sheet.carried_period,
        looked_at=[_shown(words, sheet, item) for item in looked_at],
        others=len(items) - len(looked_at),
    )


def _opening(sheet: AnswerSheet) -> dict[str, list[str]]:
    """What the form opens with, where nothing newer is known from elsewhere."""
    return {**sheet.typed, **as_typed(sheet.carried)}


def _shown(words: Words, sheet: AnswerSheet, item: FormField) -> CarriedAnswer:
    answer = item_in_words(words, sheet.tree, item, sheet.carried[item.name])
    return CarriedAnswer(label_of(words, item), answer)
