"""A measure as an officer types it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from models import ALL_TAGS, Gate, Level, Measure, MeasureKind
from rules.forms.field_values import clean_text, read_integer
from rules.sentences.faults import Fault, Faults
from rules.sentences.refusal import N_, Refusal, Term
from services.campaigns.measures import GateChoice, MeasureContent
from web.campaigns.typed_due import TypedDue
from web.edge.viewer.security import read_id

TICKED = "yes"
NOBODY, EVERY_UNIT, TAGGED = "none", "all", "tags"
LENGTHS = {"title": 300, "text": 20_000, "target_label": 120, "lead": 300, "cooperating": 600}
"""Characters of each text."""
LABELS = {
    "title": N_("标题"),
    "text": N_("内容"),
    "target_label": N_("目标说明"),
    "lead": N_("牵头单位"),
    "cooperating": N_("配合单位"),
    "review_days": N_("每级审核时间"),
    "off_to_before": N_("截止日期不是工作日时"),
    "target_count": N_("目标次数"),
}
COUNTS = {"review_days": (0, 30), "target_count": (1, 100_000), "days": (0, 90)}
"""Smallest and largest number of each input."""
Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class TypedLevel:
    """What is chosen for one level: who answers, and what a unit does before passing on."""

    to: str = NOBODY
    tags: tuple[str, ...] = ()
    gate: str = Gate.AUTO
    days: str = "3"

    @classmethod
    def read(cls, typed: Fields, level: str) -> TypedLevel:
        """The inputs `to-…`, `tags-…`, `gate-…` and `days-…` of a level."""
        return cls(
            to=_one(typed, f"to-{level}", NOBODY),
            tags=tuple(typed.get(f"tags-{level}", ())),
            gate=_one(typed, f"gate-{level}") or Gate.AUTO,
            days=_one(typed, f"days-{level}", "3"),
        )


@dataclass(frozen=True)
class TypedMeasure:
    """What stands in the inputs, as text."""

    title: str = ""
    text: str = ""
    kind: str = MeasureKind.FIGURES
    review_days: str = "1"
    off_to_before: str = ""
    """`yes` where the box is ticked."""
    target_count: str = ""
    target_label: str = ""
    lead: str = ""
    cooperating: str = ""
    form: str = ""
    """Id of a form version."""
    due: TypedDue = field(default_factory=TypedDue)
    levels: Mapping[str, TypedLevel] = field(default_factory=dict)
    version: str = "1"
    """The version of the stored measure the officer started from."""

    @classmethod
    def read(cls, typed: Fields, levels: Sequence[Level]) -> TypedMeasure:
        """The inputs of a sent page; `levels` are the levels below the office."""
        names = (
            "title", "kind", "review_days", "off_to_before", "target_count", "target_label",
            "lead", "cooperating", "form", "version",
        )  # fmt: skip
        return cls(
            text=typed.get("text", [""])[0].replace("\r\n", "\n"),
            due=TypedDue.read({name: values[0] for name, values in typed.items() if values}),
            levels={level.code: TypedLevel.read(typed, level.code) for level in levels},
            **{name: _one(typed, name) for name in names},
        )

    @classmethod
    def of(cls, measure: Measure, content: MeasureContent, levels: Sequence[Level]) -> TypedMeasure:
        """The inputs that say a stored measure."""
        return cls(
            title=content.title,
            text=content.text,
            kind=content.kind,
            review_days=str(content.review_days),
            off_to_before=TICKED if content.off_to_before else "",
            target_count=str(content.target_count or ""),
            target_label=content.target_label,
            lead=content.lead,
            cooperating=content.cooperating,
            form=str(content.form_version_id or ""),
            due=TypedDue.of(content.due_rule),
            levels={level.code: _level_of(content, level.code) for level in levels},
            version=str(measure.version),
        )

    def content(
        self, faults: Faults, tags: Collection[str], forms: Collection[int]
    ) -> MeasureContent:
        """What was typed, as a value; a wrong part goes to `faults` and keeps its default.

        `tags` and `forms` are the codes and ids that may be chosen.
        """
        return MeasureContent(
            title=self._text("title", faults, required=True),
            text=self._text("text", faults),
            kind=self._kind(faults),
            due_rule=self._due_rule(faults),
            review_days=_count("review_days", "review_days", self.review_days, faults) or 0,
            off_to_before=self.off_to_before == TICKED,
            target_count=_count("target_count", "target_count", self.target_count, faults),
            target_label=self._text("target_label", faults),
            lead=self._text("lead", faults),
            cooperating=self._text("cooperating", faults),
            form_version_id=self._form(faults, forms),
            addressees=self._addressees(faults, tags),
            gates=self._gates(faults),
        )

    def with_level(self, code: str, **changes: Any) -> TypedMeasure:
        """The same inputs with one level changed."""
        level = replace(self.levels[code], **changes)
        return replace(self, levels={**self.levels, code: level})

    def _text(self, name: str, faults: Faults, required: bool = False) -> str:
        text = clean_text(getattr(self, name), multiline=name == "text")
        if required and not text:
            faults[name] = Fault(N_("“%(what)s”不能为空。"), {"what": Term(LABELS[name])})
        if len(text) > LENGTHS[name]:
            faults[name] = Fault(
                N_("“%(what)s”最多%(most)d个字，现在有%(count)d个。"),
                {"what": Term(LABELS[name]), "most": LENGTHS[name], "count": len(text)},
            )
        return text

    def _kind(self, faults: Faults) -> MeasureKind:
        if self.kind in set(MeasureKind):
            return MeasureKind(self.kind)
        faults["kind"] = Fault(N_("请选择措施的类型。"))
        return MeasureKind.FIGURES

    def _due_rule(self, faults: Faults) -> str:
        try:
            return self.due.rule
        except Refusal as refusal:
            faults["due_kind"] = Fault.of(refusal.sentence)
            return ""

    def _form(self, faults: Faults, forms: Collection[int]) -> int | None:
        if not self.form:
            return None
        if (version := read_id(self.form)) in forms:
            return version
        faults["form"] = Fault(N_("请从列出的表单里选择一张。"))
        return None

    def _addressees(self, faults: Faults, tags: Collection[str]) -> list[tuple[str, str]]:
        chosen: list[tuple[str, str]] = []
        for code, level in self.levels.items():
            if level.to == EVERY_UNIT:
                chosen.append((code, ALL_TAGS))
            elif level.to == TAGGED:
                known = [tag for tag in level.tags if tag in tags]
                chosen += [(code, tag) for tag in known]
                if len(known) < len(level.tags):
                    faults[f"to-{code}"] = Fault(N_("勾选的标签里有的已经没有了，请重新勾选。"))
                elif not known:
                    faults[f"to-{code}"] = Fault(N_("请至少勾选一个标签，或者改为全部单位。"))
        return chosen

    def _gates(self, faults: Faults) -> dict[str, GateChoice]:
        gates = {}
        for code, level in self.levels.items():
            days = _count(f"days-{code}", "days", level.days, faults)
            if level.gate in set(Gate):
                gates[code] = GateChoice(Gate(level.gate), 3 if days is None else days)
            else:
                faults[f"gate-{code}"] = Fault(N_("请选择这一级怎样下发。"))
        return gates


def _one(typed: Fields, name: str, default: str = "") -> str:
    values = typed.get(name)
    return values[0].strip() if values else default


def _level_of(content: MeasureContent, code: str) -> TypedLevel:
    tags = [tag for level, tag in content.addressees if level == code]
    gate = content.gates.get(code, GateChoice())
    to = NOBODY if not tags else EVERY_UNIT if ALL_TAGS in tags else TAGGED
    return TypedLevel(
        to=to,
        tags=tuple(tag for tag in tags if tag != ALL_TAGS),
        gate=gate.gate,
        days=str(gate.pass_on_days),
    )


def _count(id: str, name: str, typed: str, faults: Faults) -> int | None:
    """A whole number within the bounds of `COUNTS`; None where the input is empty or wrong."""
    if not typed:
        return None
    count, (least, most) = read_integer(typed), COUNTS[name]
    if isinstance(count, Fault):
        faults[id] = count
        return None
    if not least <= count <= most:
        faults[id] = Fault(N_("请填%(least)d到%(most)d之间的数。"), {"least": least, "most": most})
        return None
    return count
