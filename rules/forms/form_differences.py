"""What a question says differently in another version of its form."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rules.forms.form_fields import FormField
from rules.forms.property_names import EACH_PERIOD_NAMES, PROPERTY_NAMES
from rules.forms.rolled_figures import ROLLUP_NAMES
from rules.sentences.refusal import N_

YES, NO = N_("是"), N_("否")
CHOICE = PROPERTY_NAMES["choices"]
LABEL = PROPERTY_NAMES["label"]
_TEXTS = (
    "label", "hint", "min", "max", "default", "relevant", "constraint", "constraint_message",
    "calculation", "choice_filter", "reuse",
)  # fmt: skip
_SWITCHES = ("required", "readonly", "multiline")


class FieldDifference(NamedTuple):
    """One thing that a question says differently."""

    label: str
    """The label of the question now."""
    what: str
    """Which part of the question differs (a msgid)."""
    before: str
    """The words of the earlier version; empty: nothing stood there."""
    after: str
    ours: bool = False
    """Whether `before` and `after` are words of the product, which are translated."""

    @property
    def rewords(self) -> bool:
        """Whether earlier answers are read under other words from now on."""
        return self.what == LABEL or (self.what == CHOICE and bool(self.before and self.after))


def list_differences(
    before: Iterable[FormField], after: Iterable[FormField]
) -> tuple[FieldDifference, ...]:
    """What the questions of both versions say differently, in the order of the new version.

    Only the form's own language is compared. A change of type is told elsewhere (`form_change`).
    """
    old = {field.name: field for field in before}
    pairs = [(old[field.name], field) for field in after if field.name in old]
    return tuple(difference for pair in pairs for difference in _differences(*pair))


def _differences(old: FormField, new: FormField) -> Iterator[FieldDifference]:
    label = new.label or new.name
    for name in _TEXTS:
        was, now = (_text(getattr(field, name)) for field in (old, new))
        if was != now:
            yield FieldDifference(label, PROPERTY_NAMES[name], was, now)
    for name in _SWITCHES:
        was, now = (YES if getattr(field, name) else NO for field in (old, new))
        if was != now:
            yield FieldDifference(label, PROPERTY_NAMES[name], was, now, ours=True)
    if old.rollup != new.rollup:
        was, now = (ROLLUP_NAMES[field.rollup] for field in (old, new))
        yield FieldDifference(label, PROPERTY_NAMES["rollup"], was, now, ours=True)
    if old.each_period != new.each_period:
        was, now = (EACH_PERIOD_NAMES[field.each_period] for field in (old, new))
        yield FieldDifference(label, PROPERTY_NAMES["each_period"], was, now, ours=True)
    yield from _choices(label, old, new)


def _text(value: int | str | None) -> str:
    return "" if value is None else str(value)


def _choices(label: str, old: FormField, new: FormField) -> Iterator[FieldDifference]:
    """Differences of choices, by code, which is what was stored: reworded, removed and added
    ones."""
    was, now = ({choice.value: choice.label for choice in field.choices} for field in (old, new))
    for code in was | now:
        if was.get(code) != now.get(code):
            yield FieldDifference(label, CHOICE, was.get(code, ""), now.get(code, ""))
