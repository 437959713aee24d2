"""The fields of a form in words, so that an author can hold them against the sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rules.forms.form_fields import SELECTS, FormField
from rules.forms.form_structure import EXPRESSIONS
from rules.forms.form_tree import FormTree
from rules.forms.property_names import PROPERTY_NAMES
from rules.sentences.refusal import N_
from web.forms.typed_choices import chosen_words


@dataclass(frozen=True)
class Fact:
    """One thing a field says: the msgid of what it is, and what it is."""

    name: str
    text: str = ""
    """Empty where the name says it all: 只读."""
    code: bool = False
    """It is an expression, or a name in the workbook."""


@dataclass(frozen=True)
class UnderstoodField:
    """One field as it was understood: how deep it lies, and all it says besides its label."""

    field: FormField
    depth: int

    @property
    def answer(self) -> list[Fact]:
        """What may be answered: smallest and largest, what stands in it at first, who may type."""
        return list(_answer_facts(self.field))

    @property
    def rules(self) -> list[Fact]:
        """Its conditions and formulas, and what is said when they do not hold."""
        field = self.field
        facts = [
            Fact(PROPERTY_NAMES[name], getattr(field, name), code=True) for name in EXPRESSIONS
        ]
        facts.append(Fact(PROPERTY_NAMES["constraint_message"], field.constraint_message))
        return [one for one in facts if one.text]

    @property
    def words(self) -> list[tuple[str, str]]:
        """Language → its label, hint and message there."""
        return [
            (language, " / ".join(filter(None, (one.label, one.hint, one.constraint_message))))
            for language, one in self.field.words.items()
        ]


def _answer_facts(field: FormField) -> Iterator[Fact]:
    for side in ("min", "max"):
        limit = getattr(field, side)
        if limit is not None:
            yield Fact(PROPERTY_NAMES[side], str(limit))
    if field.default:
        text = chosen_words(field) if field.type in SELECTS else field.default
        yield Fact(PROPERTY_NAMES["default"], text)
    for switch in ("readonly", "multiline"):
        if getattr(field, switch):
            yield Fact(PROPERTY_NAMES[switch])
    if field.choice_list:
        yield Fact(N_("选项表"), field.choice_list, code=True)


def understood(fields: Sequence[FormField]) -> list[UnderstoodField]:
    """The fields in the order they are asked, each with what lies above it."""
    tree = FormTree(fields)
    return [UnderstoodField(one, len(tree.above(one))) for one in fields]
