"""Two people have edited the same measure: where what both wrote differs, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter

from models import Gate, Level, MeasureKind
from rules.sentences.refusal import N_
from web.campaigns.typed_due import KINDS, LAST, TypedDue
from web.campaigns.typed_measure import EVERY_UNIT, LABELS, TAGGED, TypedLevel, TypedMeasure
from web.edge.pages.rendering import KIND_NAMES
from web.edge.viewer.language import Words

GATE_NAMES = {
    Gate.AUTO: N_("收到即自动下发"),
    Gate.ACKNOWLEDGE: N_("签收后下发"),
    Gate.DETAIL: N_("细化后由本级下发"),
}


OFF_TO_BEFORE, OFF_STAYS = N_("提前到前一个工作日"), N_("不变")
"""What becomes of a due date on a day off."""


@dataclass(frozen=True)
class TypedDifference:
    """Something that was one thing and is another now; both in finished words."""

    label: str
    stored: str
    sent: str


@dataclass(frozen=True)
class Names:
    """The names an editor's inputs choose from, by code or id."""

    levels: Mapping[str, Level]
    tags: Mapping[str, str]
    forms: Mapping[str, str]

    def level_name(self, code: str, language: str) -> str:
        """The name of a level in one language."""
        level = self.levels[code]
        return level.name_en if language == "en" else level.name


def differences(
    words: Words, stored: TypedMeasure, sent: TypedMeasure, names: Names
) -> list[TypedDifference]:
    """Where what was typed differs from what somebody else has stored meanwhile."""
    told: dict[str, tuple[str, Callable[[TypedMeasure], str]]] = {
        name: (label, attrgetter(name)) for name, label in LABELS.items()
    }
    told |= {
        "kind": (N_("类型"), lambda measure: _kind(words, measure.kind)),
        "levels": (N_("下发对象和下发方式"), lambda measure: _levels(words, measure, names)),
        "due": (N_("办理时限"), lambda measure: due_in_words(words, measure.due)),
        "form": (
            N_("表单"),
            lambda measure: names.forms.get(measure.form, words.say(N_("不用表单"))),
        ),
    }
    told["off_to_before"] = (
        LABELS["off_to_before"],
        lambda measure: words.say(OFF_TO_BEFORE if measure.off_to_before else OFF_STAYS),
    )
    return [
        TypedDifference(words.say(label), shown(stored), shown(sent))
        for name, (label, shown) in told.items()
        if getattr(stored, name) != getattr(sent, name)
    ]


def _kind(words: Words, typed: str) -> str:
    return words.say(KIND_NAMES[MeasureKind(typed)]) if typed in set(MeasureKind) else typed


def due_in_words(words: Words, due: TypedDue) -> str:
    """A due rule as the editor's inputs say it."""
    if due.kind not in KINDS:
        return words.say(N_("尚未确定"))
    value = words.say(N_("最后一天")) if due.value == LAST else due.value
    return f"{words.say(KINDS[due.kind])} {value}"


def _levels(words: Words, measure: TypedMeasure, names: Names) -> str:
    lines = []
    for code, level in measure.levels.items():
        name = names.level_name(code, words.language)
        does = _level(words, level, names)
        lines.append(words.say(N_("%(label)s：%(sentence)s"), label=name, sentence=does))
    return "\n".join(lines)


def _level(words: Words, level: TypedLevel, names: Names) -> str:
    if level.to == EVERY_UNIT:
        who = words.say(N_("全部单位填报"))
    elif level.to == TAGGED:
        who = words.listed(names.tags.get(tag, tag) for tag in level.tags)
    else:
        who = words.say(N_("不填报"))
    gate = GATE_NAMES.get(Gate(level.gate)) if level.gate in set(Gate) else None
    then = f"{words.say(gate)} {level.days}" if gate else ""
    return words.parted(part for part in (who, then) if part)
