"""Rules that choose units of the tree: which units carry a tag, which take no assignments."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from rules.sentences.refusal import N_, Refusal
from rules.units.heads import Heads
from rules.units.records import read_records

YES = ("yes", "是", "1", "true")
LONGEST = 40
TAG_COLUMNS = ("tag", "name", "how", "value")
TAG_HEADS = Heads.of(TAG_COLUMNS)
EXCLUSION_COLUMNS = ("how", "value", "reason")
EXCLUSION_HEADS = Heads.of(EXCLUSION_COLUMNS)


class How(StrEnum):
    """Which property of a unit `UnitChoice.value` is compared with."""

    CODE = "code"
    KIND = "kind"
    LEVEL = "level"
    NAME = "name"
    """The unit's name contains the value."""
    MOST = "most"
    """Units of the level `value` of which more than half of the directly lower units are chosen
    already."""


class UnitChoice(NamedTuple):
    """Chosen units, with everything below them where `below` is set."""

    line: int
    how: How
    value: str
    below: bool


class TagRule(NamedTuple):
    """The chosen units carry the tag."""

    tag: str
    name: str
    name_en: str
    choice: UnitChoice


def read_tag_rules(lines: Iterable[tuple[int, list[str]]]) -> list[TagRule]:
    """The rules in `lines`: columns `tag`, `name`, `how`, `value`, optionally `name_en` and
    `below`. Other columns are remarks."""
    rules = []
    for line, record in read_records(lines, TAG_COLUMNS):
        name_en = record.get("name_en") or record["name"]
        if max(len(record["tag"]), len(record["name"]), len(name_en)) > LONGEST:
            raise Refusal(
                N_("第 %(line)d 行：标签超过 %(longest)d 个字。"), line=line, longest=LONGEST
            )
        choice = _read_choice(line, record, below=record.get("below", "") in YES)
        rules.append(TagRule(record["tag"], record["name"], name_en, choice))
    return rules


def read_exclusions(lines: Iterable[tuple[int, list[str]]]) -> list[UnitChoice]:
    """The rules in `lines`: columns `how`, `value`, `reason`. The chosen units and everything below
    them take no assignments."""
    exclusions = []
    for line, record in read_records(lines, EXCLUSION_COLUMNS):
        choice = _read_choice(line, record, below=True)
        if choice.how is How.MOST:
            raise Refusal(N_("第 %(line)d 行：排除名单里不能用“most”。"), line=line)
        exclusions.append(choice)
    return exclusions


def _read_choice(line: int, record: dict[str, str], *, below: bool) -> UnitChoice:
    if record["how"] not in set(How):
        raise Refusal(
            N_("第 %(line)d 行：how 只能是 %(known)s，不是“%(how)s”。"),
            line=line, how=record["how"], known=list(How),
        )  # fmt: skip
    return UnitChoice(line, How(record["how"]), record["value"], below)
