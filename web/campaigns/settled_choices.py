"""What an officer ticked or typed beside another choice becomes the choice, or a question.

With a script the choice follows at once. A page without one sends a tick and a choice that do not
go together. The stored measure tells which of the two the officer has changed. A tick beside an
unchanged choice is the choice, and is told after saving. Where both were changed, only the officer
knows which is meant, and is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rules.dates.due import RECURRENCES
from rules.sentences.faults import Fault, Faults
from rules.sentences.refusal import N_, Term
from rules.sentences.sentence import Sentence
from web.campaigns.conflicts import Names
from web.campaigns.typed_due import KINDS, UNDECIDED, TypedDue
from web.campaigns.typed_measure import EVERY_UNIT, NOBODY, TAGGED, TypedLevel, TypedMeasure

CHOICE_NAMES = {
    NOBODY: N_("不填报"),
    EVERY_UNIT: N_("全部单位填报"),
    TAGGED: N_("只有带这些标签的"),
}
DUE_INPUTS: dict[str, tuple[str, ...]] = {
    "day": ("by",),
    "days": ("workdays", "days"),
    "weekday": ("weekly",),
    "month_day": tuple(kind for kind in KINDS if kind in RECURRENCES and kind != "weekly"),
}
"""Each input of a due rule, and the kinds that it belongs to."""
DUE_INPUT_NAMES = {
    "day": N_("截止日期"),
    "days": N_("天数"),
    "weekday": N_("每周的哪一天"),
    "month_day": N_("哪一日"),
}


@dataclass(frozen=True)
class Settled:
    """The inputs, in which every choice says what was ticked and typed."""

    sent: TypedMeasure
    asked: Faults
    """Where only the officer can tell which is meant, by input."""
    told: list[Sentence]
    """The choices that follow what was ticked or typed."""


def settle(sent: TypedMeasure, stored: TypedMeasure, names: Names, language: str) -> Settled:
    """The choices that `sent` means, when the officer started from `stored`."""
    levels, asked, told = dict(sent.levels), Faults(), []
    for code, level in sent.levels.items():
        if level.to == TAGGED or not level.tags:
            continue
        named = names.level_name(code, language)
        tags = [names.tags.get(tag, tag) for tag in level.tags]
        before = stored.levels[code]
        if level.to == before.to and set(level.tags) != set(before.tags):
            levels[code] = replace(level, to=TAGGED)
            said = N_("%(level)s只下发给勾选了标签的单位：%(tags)s。")
            told.append(Sentence(said, {"level": named, "tags": tags}))
        else:
            asked[f"to-{code}"] = _ask_level(named, level, tags)
    due = _settle_due(sent.due, stored.due, asked)
    if due != sent.due:
        said = N_("办理时限按填写的内容选为“%(kind)s”。")
        told.append(Sentence(said, {"kind": Term(KINDS[due.kind])}))
    return Settled(replace(sent, levels=levels, due=due), asked, told)


def _ask_level(named: str, level: TypedLevel, tags: list[str]) -> Fault:
    return Fault(
        N_(
            "%(level)s勾选了标签“%(tags)s”，选的却是“%(choice)s”。"
            "请改选“只有带这些标签的”，或者取消勾选。"
        ),
        {"level": named, "tags": tags, "choice": Term(CHOICE_NAMES.get(level.to, level.to))},
    )


def _settle_due(sent: TypedDue, stored: TypedDue, asked: Faults) -> TypedDue:
    changed = _changed(sent, stored)
    beside = [name for name in changed if sent.kind not in DUE_INPUTS[name]]
    if not beside:
        return sent
    kinds = DUE_INPUTS[beside[0]]
    if sent.kind == stored.kind and len(changed) == len(kinds) == 1:
        return replace(sent, kind=kinds[0])
    asked["due_kind"] = _ask_due(sent.kind, beside[0])
    return sent


def _changed(sent: TypedDue, stored: TypedDue) -> list[str]:
    """The inputs in which something stands that is neither stored nor what an untouched page
    holds."""
    untouched = TypedDue()
    return [
        name
        for name in DUE_INPUTS
        if getattr(sent, name) not in ("", getattr(stored, name), getattr(untouched, name))
    ]


def _ask_due(kind: str, name: str) -> Fault:
    given: Mapping[str, object] = {
        "input": Term(DUE_INPUT_NAMES[name]),
        "kinds": [Term(KINDS[code]) for code in DUE_INPUTS[name]],
        "choice": Term(KINDS.get(kind, N_("尚未确定"))),
    }
    if kind == UNDECIDED:
        return Fault(N_("填了“%(input)s”，请再选定它是哪一种时限：%(kinds)s。"), given)
    return Fault(
        N_("办理时限选的是“%(choice)s”，又填了“%(input)s”。请选定其中一种，不用的改回原样。"),
        given,
    )
