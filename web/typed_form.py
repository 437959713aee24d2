"""A form definition as an officer types it: rows that can be added, moved and taken away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rules.forms.form_fields import NUMERIC, SELECTS, FieldType, FormField, RollUp
from rules.refusal import N_

TYPE_NAMES = {
    FieldType.INTEGER: N_("整数"),
    FieldType.DECIMAL: N_("小数"),
    FieldType.TEXT: N_("文字"),
    FieldType.DATE: N_("日期"),
    FieldType.SELECT_ONE: N_("单选"),
    FieldType.SELECT_MULTIPLE: N_("多选"),
    FieldType.NOTE: N_("说明（无需填写）"),
}
_PLACE = re.compile(r"[0-9]{1,4}")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_\u4e00-\u9fff]+")
LONGEST_NAME = 40
Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class TypedField:
    """What stands in the inputs of one row."""

    name: str = ""
    """Of a field that was published before; it stays, so that its totals go on."""
    label: str = ""
    type: str = FieldType.INTEGER
    hint: str = ""
    required: bool = False
    summed: bool = True
    multiline: bool = False
    min: str = ""
    max: str = ""
    choices: str = ""
    """One a line."""

    @classmethod
    def read(cls, typed: Fields, place: int) -> TypedField:
        """The inputs `label-0`, `type-0`, … of the row at `place`."""
        texts = ("name", "label", "type", "hint", "min", "max", "choices")
        boxes = ("required", "summed", "multiline")
        values: dict[str, Any] = {
            name: typed.get(f"{name}-{place}", [""])[0].strip() for name in texts
        }
        values |= {name: f"{name}-{place}" in typed for name in boxes}
        return cls(**values)

    @classmethod
    def of(cls, field: FormField) -> TypedField:
        """The inputs that say a published field."""
        return cls(
            name=field.name,
            label=field.label,
            type=field.type,
            hint=field.hint,
            required=field.required,
            summed=field.rollup is RollUp.SUM,
            multiline=field.multiline,
            min="" if field.min is None else str(field.min),
            max="" if field.max is None else str(field.max),
            choices="\n".join(choice.label for choice in field.choices),
        )

    def raw(self, name: str) -> dict[str, Any]:
        """The row as a field definition named `name`; what its type has no use for is left out."""
        raw: dict[str, Any] = {"name": name, "label": self.label, "type": self.type}
        if self.hint:
            raw["hint"] = self.hint
        if self.type != FieldType.NOTE:
            raw["required"] = self.required
        if self.type in (*NUMERIC, FieldType.DATE):
            raw |= {"min": self.min or None, "max": self.max or None}
        if self.type in NUMERIC and self.summed:
            raw["rollup"] = RollUp.SUM
        if self.type == FieldType.TEXT:
            raw["multiline"] = self.multiline
        if self.type in SELECTS:
            labels = [line.strip() for line in self.choices.splitlines() if line.strip()]
            raw["choices"] = [{"value": label[:60], "label": label} for label in labels]
        return raw


@dataclass(frozen=True)
class TypedForm:
    """The title and the rows, in the order they are asked."""

    title: str = ""
    rows: tuple[TypedField, ...] = (TypedField(),)

    @classmethod
    def read(cls, typed: Fields) -> TypedForm:
        """The inputs of a sent page; its hidden input `rows` says how many rows it had."""
        count = typed.get("rows", ["0"])[0]
        number = min(int(count), 300) if _PLACE.fullmatch(count) else 0
        rows = tuple(TypedField.read(typed, place) for place in range(number))
        return cls(typed.get("form_title", [""])[0].strip(), rows)

    @classmethod
    def of(cls, title: str, fields: Iterable[FormField]) -> TypedForm:
        """The inputs that say a published form."""
        return cls(title, tuple(map(TypedField.of, fields)))

    def changed(self, act: str) -> TypedForm:
        """The form after a button: `add`, `up:2`, `down:2`, `delete:2`; others change nothing."""
        what, _, typed = act.partition(":")
        rows, place = list(self.rows), int(typed) if _PLACE.fullmatch(typed) else -1
        if what == "add":
            rows.append(TypedField())
        elif not 0 <= place < len(rows):
            return self
        elif what == "delete":
            del rows[place]
        elif what in ("up", "down"):
            other = min(max(place + (1 if what == "down" else -1), 0), len(rows) - 1)
            rows[place], rows[other] = rows[other], rows[place]
        return replace(self, rows=tuple(rows))

    def raw(self) -> list[dict[str, Any]]:
        """The rows as field definitions; new ones are named after their label."""
        taken = {row.name for row in self.rows if row.name}
        raws = []
        for place, row in enumerate(self.rows, start=1):
            name = row.name or _free_name(row.label, place, taken)
            taken.add(name)
            raws.append(row.raw(name))
        return raws


def _free_name(label: str, place: int, taken: set[str]) -> str:
    base = _NOT_IN_NAMES.sub("", label)[:LONGEST_NAME] or f"field_{place}"
    base = f"_{base}" if base[0].isdigit() else base
    names = (base, *(f"{base}_{n}" for n in range(2, 1000)))
    return next(name for name in names if name not in taken)
