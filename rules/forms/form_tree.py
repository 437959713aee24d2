"""The shape of a form: which groups and repeats lie in which, and the keys of answers.

The key of an answer is the field's name. In a repeat the key is `repeat.0.name`, counted from 0.
The key `repeat.#` holds how many fillings of the repeat are shown.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from rules.forms.form_fields import FieldType, FormField

MOST_TIMES = 100
"""The most fillings of a repeat."""
_KEY = re.compile(r"(?P<repeat>[^.]+)\.(?P<place>[0-9]{1,3})\.(?P<name>[^.]+)")


class FormTree:
    """The fields of a form, with what lies in what."""

    def __init__(self, fields: Iterable[FormField]) -> None:
        self.fields = tuple(fields)
        self.by_name = {field.name: field for field in self.fields}

    def above(self, field: FormField) -> list[FormField]:
        """The groups and repeats around the field, the nearest first."""
        found: list[FormField] = []
        while field.within and field.within in self.by_name and len(found) < len(self.fields):
            field = self.by_name[field.within]
            found.append(field)
        return found

    def repeat_of(self, field: FormField) -> str:
        """The name of the repeat that the field lies in; empty outside repeats."""
        return self._repeats[field.name]

    @cached_property
    def _repeats(self) -> dict[str, str]:
        return {
            field.name: next(
                (group.name for group in self.above(field) if group.type is FieldType.REPEAT), ""
            )
            for field in self.fields
        }

    def inside(self, repeat: str) -> list[FormField]:
        """All fields in a repeat, including groups and what lies in them."""
        return [field for field in self.fields if self._repeats[field.name] == repeat]

    def rank(self, key: str) -> tuple[int, int, int]:
        """A sort key that orders answers as the form asks them. Keys the form does not ask come
        last."""
        repeat, place, name = place_of(key) or (key, 0, "")
        return self._ranks.get(repeat, len(self._ranks)), place, self._ranks.get(name, -1)

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {field.name: rank for rank, field in enumerate(self.fields)}

    @cached_property
    def repeats(self) -> list[FormField]:
        return [field for field in self.fields if field.type is FieldType.REPEAT]

    @cached_property
    def items(self) -> list[FormField]:
        """What can be returned on its own: each answered field, and each repeat as a whole."""
        return [
            field
            for field in self.fields
            if not self._repeats[field.name] and (field.answered or field.type is FieldType.REPEAT)
        ]

    @cached_property
    def mendable(self) -> list[FormField]:
        """The items that a return can name, because a person can change their answers."""
        return [item for item in self.items if item.typed_in or item.container]


def key_in(repeat: str, place: int, name: str) -> str:
    """The key of a field in one filling of a repeat."""
    return f"{repeat}.{place}.{name}"


def times_key(repeat: str) -> str:
    """The key that holds how many fillings of the repeat are shown."""
    return f"{repeat}.#"


def filling_key(repeat: str, place: int) -> str:
    """The key of one filling of a repeat as a whole, for what is written beside it."""
    return f"{repeat}.{place}"


def item_of(key: str) -> str:
    """The name of the field or repeat that an answer's key belongs to."""
    return key.partition(".")[0]


def place_of(key: str) -> tuple[str, int, str] | None:
    """The repeat, place and name in a key of a repeat; None for any other key."""
    found = _KEY.fullmatch(key)
    return (found["repeat"], int(found["place"]), found["name"]) if found else None


def field_in(key: str) -> str:
    """The name of the field that an answer's key belongs to, inside repeats too."""
    inner = place_of(key)
    return inner[2] if inner else key


def places(repeat: str, keys: Iterable[str]) -> list[int]:
    """The places of a repeat that occur in `keys`, in order."""
    found = (place_of(key) for key in keys)
    return sorted({spot[1] for spot in found if spot and spot[0] == repeat})


def flat(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Key → stored answer, with an entry of its own for each answer in a repeat."""
    values: dict[str, Any] = {}
    for name, value in answers.items():
        if is_repeated(value):
            for place, filling in enumerate(value):
                values |= {key_in(name, place, inner): answer for inner, answer in filling.items()}
        else:
            values[name] = value
    return values


def is_repeated(value: Any) -> bool:
    """Whether a stored answer is the answer of a repeat."""
    return isinstance(value, Sequence) and any(isinstance(filling, Mapping) for filling in value)
