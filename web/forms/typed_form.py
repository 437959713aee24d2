"""A form definition as an officer types it: rows that can be added, moved and removed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rules.forms.form_change import TYPE_NAMES
from rules.forms.form_check import ROLLUPS
from rules.forms.form_fields import (
    BOUNDED,
    CONTAINERS,
    MOST_FIELDS,
    NUMERIC,
    SELECTS,
    EachPeriod,
    FieldType,
    FormField,
    RollUp,
)
from rules.forms.form_structure import EXPRESSIONS
from web.edge.viewer.language import Words
from web.forms.form_rows import in_order, moved, removed
from web.forms.typed_choices import chosen_codes, chosen_labels, read_choices, written_choices
from web.forms.typed_conditions import (
    CONDITION_ACTS,
    Parts,
    expressions_of,
    parts_of,
    read_parts,
    referred,
    sayable,
    settled_parts,
    with_condition,
)

OFFERED = tuple(kind for kind in TYPE_NAMES if kind not in (FieldType.CALCULATE, FieldType.REPEAT))
"""What can be made here; calculations and repeats are written in Excel."""
DEFAULTED = (*NUMERIC, FieldType.TEXT, FieldType.DATE, *SELECTS)
REUSABLE = CARRIED = DEFAULTED
_PLACE = re.compile(r"[0-9]{1,4}")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_\u4e00-\u9fff]+")
LONGEST_NAME = 40
Fields = Mapping[str, Sequence[str]]
Known = Mapping[str, FormField]
"""The fields of the version the editor was opened on, by name."""


@dataclass(frozen=True)
class TypedField:
    """What stands in the inputs of one row."""

    name: str = ""
    """The name of a field that was published before; the name stays, so that totals go on."""
    label: str = ""
    type: str = FieldType.INTEGER
    hint: str = ""
    required: bool = False
    rollup: str = RollUp.SUM
    reuse: str = ""
    multiline: bool = False
    each_period: str = EachPeriod.KEEP
    """What the question of a recurring form opens with in the next period."""
    min: str = ""
    max: str = ""
    default: str = ""
    within: str = ""
    """The name of the group around the row."""
    choices: str = ""
    """One choice a line, as `web.forms.typed_choices` writes choices."""
    ifs: Parts = ()
    """The conditions under which the row is asked (`web.forms.typed_conditions`)."""
    any: str = ""
    """`any`: one of the conditions is enough."""
    against: Parts = ()
    """How the answer stands to the answers of other rows."""
    message: str = ""
    """What is said where a comparison fails; empty: the usual sentence."""
    base: FormField | None = None
    """The field as it was published; what cannot be edited here is taken from the field."""
    locked: bool = False
    """Only the texts of the row can be changed here."""

    @classmethod
    def read(cls, words: Words, typed: Fields, place: int, known: Known) -> TypedField:
        """The inputs `label-0`, `type-0`, … of the row at `place`."""
        base = known.get(typed.get(f"name-{place}", [""])[0].strip())
        if base and is_locked(base, known):
            return _relabelled(words, base, known, typed, place)
        values: dict[str, Any] = {
            name: typed.get(f"{name}-{place}", [""])[0].strip() for name in _TEXTS
        }
        values |= {name: f"{name}-{place}" in typed for name in ("required", "multiline")}
        row = cls(**values, **read_parts(typed, place), base=base)
        row = replace(row, choices=written_choices(row.read_choices())) if row.choices else row
        before = typed.get(f"was-{place}", [row.type])[0]
        return replace(row, rollup=rollup_after(before, row.type, row.rollup))

    @classmethod
    def of(cls, words: Words, field: FormField, known: Known) -> TypedField:
        """The inputs that say a published field; `known`: all fields of its form."""
        choices = [choice.model_dump() for choice in field.choices]
        return cls(
            name=field.name,
            label=field.label,
            type=field.type,
            hint=field.hint,
            required=field.required,
            rollup=field.rollup,
            reuse=field.reuse,
            multiline=field.multiline,
            each_period=field.each_period,
            min="" if field.min is None else str(field.min),
            max="" if field.max is None else str(field.max),
            default=chosen_labels(words, field) if field.type in SELECTS else field.default,
            within=field.within,
            choices=written_choices(choices),
            **parts_of(field, known),
            base=field,
            locked=is_locked(field, known),
        )

    @property
    def container(self) -> bool:
        return self.type in CONTAINERS

    @property
    def rollups(self) -> list[RollUp]:
        """How answers of this type can be rolled up."""
        able = [kind for kind, types in ROLLUPS.items() if self.type in types]
        return [RollUp.NONE, *able]

    @property
    def untouched(self) -> bool:
        """Whether nothing has been typed into a row that was added."""
        chosen = replace(TypedField(), **{name: getattr(self, name) for name in _CHOSEN})
        return self.base is None and self == chosen

    @property
    def asks(self) -> frozenset[str]:
        """The inputs that this type has a use for."""
        inputs = {
            "rollup": len(self.rollups) > 1,
            "required": self.type not in (FieldType.NOTE, *CONTAINERS),
            "multiline": self.type == FieldType.TEXT,
            "bounds": self.type in BOUNDED,
            "choices": self.type in SELECTS,
            "default": self.type in DEFAULTED,
            "reuse": self.type in REUSABLE,
            "each_period": self.type in CARRIED,
        }
        return frozenset(name for name, wanted in inputs.items() if wanted)

    @property
    def inputs(self) -> frozenset[str]:
        """The properties that have an input in the row."""
        always = {"label", "hint", "within"}
        if self.locked:
            return frozenset(always)
        bounds = {"min", "max"} if "bounds" in self.asks else set()
        shown = {"relevant": self.ifs, "constraint": self.against}
        return self.asks | always | {"type"} | bounds | {name for name in shown if shown[name]}

    @property
    def formulas(self) -> dict[str, str]:
        """Which expression of the published field says what."""
        if self.base is None:
            return {}
        return {name: text for name in EXPRESSIONS if (text := getattr(self.base, name))}

    def read_choices(self) -> list[dict[str, Any]]:
        """The choices with which the row would be published."""
        return read_choices(self.choices, self.base.choices if self.base else ())

    def raw(self, name: str) -> dict[str, Any]:
        """The row as a field definition named `name`; what the type has no use for is left out."""
        if self.base and self.locked:
            kept = self.base.model_dump(mode="json", exclude_defaults=True)
            return kept | {"label": self.label, "hint": self.hint, "within": self.within}
        raw: dict[str, Any] = {"name": name, "label": self.label, "type": self.type}
        raw |= {"hint": self.hint, "within": self.within} | self._kept()
        for wanted in ("required", "multiline", "reuse", "rollup", "each_period"):
            if wanted in self.asks and getattr(self, wanted):
                raw[wanted] = getattr(self, wanted)
        if "bounds" in self.asks:
            raw |= {"min": self.min or None, "max": self.max or None}
        if "choices" in self.asks:
            raw["choices"] = self.read_choices()
        if "default" in self.asks and self.default:
            listed = raw.get("choices")
            raw["default"] = chosen_codes(self.default, listed) if listed else self.default
        return raw

    def _kept(self) -> dict[str, Any]:
        """What cannot be edited here and still fits the type."""
        if self.base is None:
            return {}
        names = ["words"]
        if self.type in SELECTS:
            names.append("choice_list")
        dumped = self.base.model_dump(mode="json", include=set(names), exclude_defaults=True)
        return dict(dumped)


_CHOSEN = ("name", "type", "required", "rollup", "multiline", "within")
"""What a row says without a word that somebody has typed."""
_TEXTS = (
    "name", "label", "type", "hint", "rollup", "reuse", "each_period", "min", "max", "default",
    "within", "choices",
)  # fmt: skip


def usual_rollup(kind: str) -> RollUp:
    """How answers of a type are rolled up where nobody says otherwise."""
    if kind in NUMERIC:
        return RollUp.SUM
    return RollUp.SHARE if kind in SELECTS else RollUp.NONE


def rollup_after(before: str, kind: str, rollup: str) -> str:
    """How a row is rolled up whose type was `before` on the page and is `kind` by now.

    What the officer has chosen stays where answers of the type can be rolled up so.
    """
    fits = rollup not in ROLLUPS or kind in ROLLUPS[RollUp(rollup)]
    usual = kind != before and rollup == usual_rollup(before)
    return rollup if fits and not usual else usual_rollup(kind)


def is_locked(field: FormField, known: Known) -> bool:
    """Whether a field has what the editor cannot write: calculations, repeats, read-only values,
    and conditions that say more than the editor can."""
    return bool(
        field.type in (FieldType.CALCULATE, FieldType.REPEAT)
        or field.readonly
        or field.calculation
        or field.choice_filter
        or not sayable(field, {name: other.type for name, other in known.items()})
    )


def _relabelled(
    words: Words, base: FormField, known: Known, typed: Fields, place: int
) -> TypedField:
    """A locked row, of which only the texts and the group can be changed."""
    row = TypedField.of(words, base, known)
    texts: dict[str, Any] = {
        name: typed[f"{name}-{place}"][0].strip()
        for name in ("label", "hint", "within")
        if typed.get(f"{name}-{place}")
    }
    return replace(row, **texts)


@dataclass(frozen=True)
class TypedForm:
    """The title and the rows, in the order of the questions."""

    title: str = ""
    rows: tuple[TypedField, ...] = (TypedField(),)
    taken: frozenset[str] = frozenset()
    """The names of the version that was opened; no new field gets one of these names."""

    @classmethod
    def read(cls, words: Words, typed: Fields, known: Known) -> TypedForm:
        """The inputs of a sent page; the hidden input `rows` says how many rows there were."""
        count = typed.get("rows", ["0"])[0]
        number = min(int(count), MOST_FIELDS) if _PLACE.fullmatch(count) else 0
        rows = [TypedField.read(words, typed, place, known) for place in range(number)]
        title = typed.get("form_title", [""])[0].strip()
        taken = frozenset(known)
        return cls(title, (), taken)._with(_referred(_named(rows, taken), taken))

    @classmethod
    def of(cls, words: Words, title: str, fields: Iterable[FormField]) -> TypedForm:
        """The inputs that say a published form."""
        known = {field.name: field for field in fields}
        rows = tuple(TypedField.of(words, field, known) for field in known.values())
        return cls(title, rows, frozenset(row.name for row in rows))

    @property
    def groups(self) -> list[TypedField]:
        """The groups and repeats in which a row can stand."""
        return [row for row in self.rows if row.container and row.name]

    @property
    def untouched(self) -> frozenset[int]:
        """The places (1 is the first) of the rows into which nothing has been typed yet."""
        return frozenset(at for at, row in enumerate(self.rows, start=1) if row.untouched)

    @property
    def depths(self) -> list[int]:
        """How many groups are around each row."""
        found: dict[str, int] = {}
        depths = []
        for row in self.rows:
            depth = found.get(row.within, -1) + 1 if row.within else 0
            depths.append(depth)
            if row.container and row.name:
                found[row.name] = depth
        return depths

    def changed(self, act: str) -> TypedForm:
        """The form after a button: `add`, `add:2` (below the row), `up:2`, `down:2`, `delete:2`,
        and for conditions `if:2`, `against:2`, `unif:2.0`, `unagainst:2.0`.

        Every other button changes nothing.
        """
        what, _, typed = act.partition(":")
        typed, _, part = typed.partition(".")
        place = int(typed) if _PLACE.fullmatch(typed) else -1
        if act == "add":
            return self._with([*self.rows, TypedField()])
        if not 0 <= place < len(self.rows):
            return self
        if what == "add":
            above = self.rows[place]
            within = above.name if above.container else above.within
            rows = list(self.rows)
            rows.insert(place + 1, TypedField(within=within))
            return self._with(rows)
        if what == "delete":
            return self._with(removed(self.rows, place))
        if what in CONDITION_ACTS:
            changed = with_condition(self.rows, place, what, part)
            return replace(self, rows=tuple(_referred(changed, self.taken)))
        return self._with(moved(self.rows, place, what)) if what in ("up", "down") else self

    def anchor(self, act: str) -> str:
        """Where the page stands after a button: at the row that was added, moved or left."""
        what, _, typed = act.partition(":")
        typed = typed.partition(".")[0]
        changed = self.changed(act).rows
        place = int(typed) if _PLACE.fullmatch(typed) else len(changed) - 1
        if what == "add" and typed:
            place += 1
        if what in ("up", "down") and place < len(self.rows) and self.rows[place] in changed:
            place = changed.index(self.rows[place])
        known = what in ("add", "up", "down", "delete", "items", *CONDITION_ACTS) and changed
        return f"#row-{min(place, len(changed) - 1)}" if known else ""

    def _with(self, rows: Iterable[TypedField]) -> TypedForm:
        return replace(self, rows=tuple(in_order(rows)))

    def raw(self) -> list[dict[str, Any]]:
        """The rows as field definitions; a new field is named after its label."""
        rows = _all_named(self.rows, self.taken)
        types = {row.name: row.type for row in rows}
        labels = {row.name: row.label for row in rows}
        return [
            row.raw(row.name) | ({} if row.locked else expressions_of(row, types, labels))
            for row in rows
        ]


def _named(rows: Sequence[TypedField], taken: frozenset[str]) -> list[TypedField]:
    """The rows; every group has a name, so that rows can be put into the group."""
    used = {row.name for row in rows if row.name} | taken
    return [
        _with_name(row, place, used) if row.container else row
        for place, row in enumerate(rows, start=1)
    ]


def _referred(rows: Sequence[TypedField], taken: frozenset[str]) -> list[TypedField]:
    """The rows; every row that a condition names has a name, by which the condition knows it."""
    used = {row.name for row in rows if row.name} | taken
    places = referred(rows)
    named = [
        _with_name(row, place + 1, used) if place in places else row
        for place, row in enumerate(rows)
    ]
    return [settled_parts(row, named) if row.ifs or row.against else row for row in named]


def _all_named(rows: Sequence[TypedField], taken: frozenset[str]) -> list[TypedField]:
    used = {row.name for row in rows if row.name} | taken
    return [_with_name(row, place, used) for place, row in enumerate(rows, start=1)]


def _with_name(row: TypedField, place: int, used: set[str]) -> TypedField:
    name = row.name or _free_name(row.label, place, used)
    used.add(name)
    return replace(row, name=name)


def _free_name(label: str, place: int, taken: set[str]) -> str:
    base = _NOT_IN_NAMES.sub("", label)[:LONGEST_NAME] or f"field_{place}"
    base = f"_{base}" if base[0].isdigit() else base
    names = (base, *(f"{base}_{n}" for n in range(2, 1000)))
    return next(name for name in names if name not in taken)
