"""The fields of a form in words, so that an author can hold them against the sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rules.forms.form_fields import SELECTS, FormField
from rules.forms.form_structure import EXPRESSIONS
from rules.forms.form_tree import FormTree
from rules.forms.property_names import EACH_PERIOD_NAMES, PROPERTY_NAMES
from rules.sentences.refusal import N_
from web.edge.viewer.language import Words
from web.forms.typed_choices import chosen_labels


@dataclass(frozen=True)
class Fact:
    """One property of a field: the msgid of its name, and its value."""

    name: str
    text: str = ""
    """Empty where the name says it all: 只读."""
    code: bool = False
    """The text is an expression, or a name in the workbook."""


@dataclass(frozen=True)
class UnderstoodField:
    """One field as it was understood: its depth, and all that it says besides the label."""

    words: Words
    field: FormField
    depth: int

    @property
    def answer(self) -> list[Fact]:
        """What may be answered: the smallest and the largest, the default, and who may type."""
        return list(_answer_facts(self.words, self.field))

    @property
    def rules(self) -> list[Fact]:
        """The conditions and formulas of the field, and what is said where they do not hold."""
        field = self.field
        facts = [
            Fact(PROPERTY_NAMES[name], getattr(field, name), code=True) for name in EXPRESSIONS
        ]
        facts.append(Fact(PROPERTY_NAMES["constraint_message"], field.constraint_message))
        return [fact for fact in facts if fact.text]

    @property
    def translations(self) -> list[tuple[str, str]]:
        """Language → label, hint and message in that language."""
        return [
            (
                language,
                " / ".join(filter(None, (texts.label, texts.hint, texts.constraint_message))),
            )
            for language, texts in self.field.words.items()
        ]


def _answer_facts(words: Words, field: FormField) -> Iterator[Fact]:
    for side in ("min", "max"):
        limit = getattr(field, side)
        if limit is not None:
            yield Fact(PROPERTY_NAMES[side], str(limit))
    if field.default:
        text = chosen_labels(words, field) if field.type in SELECTS else field.default
        yield Fact(PROPERTY_NAMES["default"], text)
    for switch in ("readonly", "multiline"):
        if getattr(field, switch):
            yield Fact(PROPERTY_NAMES[switch])
    if field.each_period:
        yield Fact(EACH_PERIOD_NAMES[field.each_period])
    if field.choice_list:
        yield Fact(N_("选项表"), field.choice_list, code=True)


def understood(words: Words, fields: Sequence[FormField]) -> list[UnderstoodField]:
    """The fields in the order of the questions, each with its depth."""
    tree = FormTree(fields)
    return [UnderstoodField(words, field, len(tree.above(field))) for field in fields]
