"""The levels of a tree, as data. The default has the five levels of Inner Mongolia."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rules.sentences.refusal import N_, Refusal
from rules.units.heads import Heads
from rules.units.records import read_records

CODE = re.compile(r"[a-z][a-z0-9_-]{0,19}")
LONGEST_NAME = 40


class LevelRow(NamedTuple):
    """One level. Its rank is its place in the sequence, from the top down."""

    code: str
    name: str
    name_en: str


LEVEL_COLUMNS = ("code", "name")
LEVEL_HEADS = Heads.of(LEVEL_COLUMNS)
DEFAULT_LEVELS = (
    LevelRow("region", "自治区", "Region"),
    LevelRow("league", "盟市", "League/city"),
    LevelRow("banner", "旗县区", "Banner/county"),
    LevelRow("township", "苏木乡镇街道", "Township"),
    LevelRow("village", "嘎查村社区", "Village"),
)


def read_levels(lines: Iterable[tuple[int, list[str]]]) -> list[LevelRow]:
    """The levels in `lines` (columns `code`, `name` and optionally `name_en`), the top level first.

    Raises `Refusal` for a bad code, for a code or name used twice, and for an empty table.
    """
    levels: list[LevelRow] = []
    for line, record in read_records(lines, LEVEL_COLUMNS):
        level = LevelRow(record["code"], record["name"], record.get("name_en") or record["name"])
        _check(line, level, levels)
        levels.append(level)
    if not levels:
        raise Refusal(N_("层级表里没有层级。"))
    return levels


def _check(line: int, level: LevelRow, before: Sequence[LevelRow]) -> None:
    if not CODE.fullmatch(level.code):
        raise Refusal(
            N_("第 %(line)d 行：层级代码“%(code)s”不符合要求：须以小写字母开头，1 至 20 位。"),
            line=line, code=level.code[:60],
        )  # fmt: skip
    if any(level.code == other.code or level.name == other.name for other in before):
        raise Refusal(N_("第 %(line)d 行：层级“%(name)s”重复了。"), line=line, name=level.name)
    if max(len(level.name), len(level.name_en)) > LONGEST_NAME:
        raise Refusal(
            N_("第 %(line)d 行：层级名称超过 %(longest)d 个字。"), line=line, longest=LONGEST_NAME
        )
