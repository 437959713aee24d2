"""Shared data elements: questions of different forms that ask for the same thing (rule 5)."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.filling.answers import as_typed, read_answer
from rules.forms.form_fields import ATTACHED, FormField
from rules.forms.form_tree import FormTree
from rules.sentences.faults import Fault

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_SHORTEST_LABEL = 3
"""The fewest letters of a compared label. Labels such as 备注 say too little to be the same
question."""


def shared_fields(fields: Iterable[FormField]) -> list[FormField]:
    """The fields that ask for a shared data element. Fields in repeats have no single answer, and
    an uploaded file belongs to its own assignment: both are left out."""
    return [field for field in FormTree(fields).items if field.reuse and field.type not in ATTACHED]


def elements_of(fields: Iterable[FormField], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Data element → the stored answer. Calculated values count too."""
    tree = FormTree(fields)
    return {
        field.reuse: answers[field.name]
        for field in tree.fields
        if field.reuse and field.stored and field.type not in ATTACHED
        and not tree.repeat_of(field) and field.name in answers
    }  # fmt: skip


def fitting(field: FormField, value: Any) -> list[str] | None:
    """A stored value as a person would type it into `field`; None for a value that is no answer to
    `field`."""
    texts = as_typed({field.name: value}).get(field.name, [])
    read = read_answer(field, texts)
    return None if isinstance(read, Fault) or read in (None, "", []) else texts


def same_shape(first: FormField, second: FormField) -> bool:
    """Whether two fields of one data element take the same answers."""
    codes = ({choice.value for choice in field.choices} for field in (first, second))
    return first.type == second.type and next(codes) == next(codes)


def plain_label(label: str) -> str:
    """The part of a label that is compared: without blanks, punctuation and brackets such as
    （户）."""
    folded = unicodedata.normalize("NFKC", label).lower()
    return "".join(filter(str.isalnum, _BRACKETED.sub("", folded)))


@dataclass(frozen=True)
class OtherForm:
    """The form of another measure, beside the form that is looked at."""

    title: str
    """The title of that measure."""
    fields: Sequence[FormField]


@dataclass(frozen=True)
class AskedAgain:
    """A question that another measure asks as well."""

    label: str
    measure: str
    """The other measure's title."""


def asked_again(fields: Sequence[FormField], others: Iterable[OtherForm]) -> list[AskedAgain]:
    """The questions that another form asks under the same label or for the same data element, each
    once.

    Only questions that will not be filled in are listed: the two fields do not name one data
    element.
    """
    wanted = {plain_label(field.label): field for field in fields if field.answered}
    doubled: dict[str, AskedAgain] = {}
    for other in others:
        for field in other.fields:
            own = wanted.get(plain_label(field.label)) if field.answered else None
            if own and _doubled(own, field):
                doubled.setdefault(own.name, AskedAgain(own.label, other.title))
    return list(doubled.values())


def _doubled(own: FormField, other: FormField) -> bool:
    told = len(plain_label(own.label)) >= _SHORTEST_LABEL
    return told and own.type == other.type and not (own.reuse and own.reuse == other.reuse)
