"""Whom a passage addresses: levels of the tree and kinds of unit.

A place where work is done, or to which reports go (深入嘎查村, 报送盟市), is not addressed. Kinds
that are common nouns (企业, 学校) count only where the sentence tells them to do something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rules.campaigns.notice.addressee_words import GENERAL, LEVELS, RANKS, STRONG, TAGS, WEAK
from rules.campaigns.notice.folding import folded
from rules.campaigns.notice.found import Doubt, Span
from rules.sentences.refusal import N_

_WORDS = (
    *(("general", words, values) for words, values in GENERAL),
    *(("rank", words, values) for words, values in RANKS),
    *(("strong", words, values) for words, values in STRONG),
    *(("weak", words, values) for words, values in WEAK),
)
_MENTION = re.compile("|".join(f"(?P<w{i}>{words})" for i, (_, words, _) in enumerate(_WORDS)))
_JOINT = re.compile(
    r"[、（）]?[ ]*(?:和|及|以及|与|或|、)?(?:各|各类|有关|相关|所有|每个|人民政府|党委|"
    r"政府|办事处|委员会)*[、和及]?(?:各)?"
)
_OWNED = re.compile(
    r"(?:的|所属|所辖|下辖|辖区内?的?|范围内的?|境内的?)?(?:每个?|各)?(?:边境|牧区)?"
    r"(?:苏木|嘎查|乡镇|街道|行政村|建制村|村|社区)\S{0,8}"
)
_NOT_ADDRESSED = re.compile(
    r"(?:深入|走进|走访|面向|送到|下沉到?|覆盖到?|延伸到?至?|直达|赴|报送|报送至|上报|报至|报给|报经|报请|"
    r"提交|抄送|反馈至?|作为|[转甩推压派]给|[^委]向|[报经进对送到])(?:所有|全部|各有关|有关|相关|各|每个|全区|辖区|所辖)*$"
)
_COUNTED_WITH = re.compile(
    r"(?:\d|[一二三四五六七八九十两百千])+ ?个?(?:以上)?(?:边境|牧区|重点|示范|试点)?$"
)
_TOLD_BEFORE = re.compile(
    r"(?:各|国有|中央|所有|全部|每个|每所|每家|重点|有关|相关|辖区|辖区内|全区)$"
)
_TOLD_AFTER = re.compile(
    r"(?:党委|党组织|主要)?(?:（[^）]{0,20}）)?(?:要(?!求|素|点)|应(?!急)|须|需要|必须|每|负责|不得|至少|按要求|结合|围绕|分别)"
)


_GENERAL_WHY = N_("没有写明到哪一级，暂按全部层级理解，请确认。")
_RANK_WHY = N_("对象按职级写，暂按相应层级的单位理解，请确认。")


@dataclass(frozen=True)
class Mention:
    """An addressee found at `text[start:end]`. `values`: its levels and tags.

    `kind`: `strong` and `weak` name the addressee, `general` is 各级, `rank` is 县处级以上.
    """

    text: str
    values: tuple[str, ...]
    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Addressees:
    """The addressees of a passage: `levels` from the top down, `tags` in the order of `TAGS`."""

    levels: tuple[str, ...]
    tags: tuple[str, ...]
    mentions: tuple[Mention, ...]
    doubts: tuple[Doubt, ...]


def addressees_in(
    text: str, start: int = 0, end: int | None = None, without: tuple[Span, ...] = ()
) -> Addressees:
    """The addressees of `text[start:end]`. Offsets are those of the whole text.

    Mentions inside the spans `without` do not count. A named level wins over a general word: 各级
    or 各地各部门 stands for all levels, with a doubt, only where the passage names no level.
    """
    stop = len(text) if end is None else end
    plain = folded(text)
    mentions = tuple(
        mention
        for run in _runs(text, plain, start, stop)
        for mention in run
        if not any(span.start <= mention.start < span.end for span in without)
    )
    named = {
        value
        for mention in mentions
        if mention.kind in ("strong", "weak")
        for value in mention.values
    }
    doubts: tuple[Doubt, ...] = ()
    if not named & set(LEVELS):
        more, doubts = _less_sure(mentions)
        named |= more
    return Addressees(
        levels=tuple(level for level in LEVELS if level in named),
        tags=tuple(tag for tag in TAGS if tag in named),
        mentions=mentions,
        doubts=doubts,
    )


def _less_sure(mentions: tuple[Mention, ...]) -> tuple[set[str], tuple[Doubt, ...]]:
    for kind, why in (("general", _GENERAL_WHY), ("rank", _RANK_WHY)):
        seen = next((mention for mention in mentions if mention.kind == kind), None)
        if seen:
            return set(seen.values), (Doubt("levels", seen.text, seen.start, seen.end, why),)
    return set(), ()


@dataclass(frozen=True)
class _Word:
    kind: str
    values: tuple[str, ...]
    start: int
    end: int


def _runs(text: str, plain: str, start: int, stop: int) -> list[list[Mention]]:
    """Mentions in lists of neighbours (盟市、旗县). Each list is kept or dropped as a whole."""
    runs: list[list[_Word]] = []
    for match in _MENTION.finditer(plain, start, stop):
        kind, _, values = _WORDS[int(str(match.lastgroup)[1:])]
        word = _Word(kind, values, match.start(), match.end())
        if runs and _OWNED.fullmatch(plain[runs[-1][-1].end : word.end][:24]):
            runs[-1][-1] = _only_tags(runs[-1][-1])
        if runs and _JOINT.fullmatch(plain[runs[-1][-1].end : word.start][:24]):
            runs[-1].append(word)
        else:
            runs.append([word])
    return [_mentions(text, run) for run in runs if _addressed(plain, run, start, stop)]


def _only_tags(word: _Word) -> _Word:
    """The word without its levels: 边境旗市每个嘎查村 addresses villages, and the banners only say
    which."""
    return _Word(
        word.kind, tuple(value for value in word.values if value in TAGS), word.start, word.end
    )


def _mentions(text: str, run: list[_Word]) -> list[Mention]:
    return [
        Mention(text[word.start : word.end], word.values, word.kind, word.start, word.end)
        for word in run
    ]


def _addressed(plain: str, run: list[_Word], start: int, stop: int) -> bool:
    before = plain[max(start, run[0].start - 16) : run[0].start].rstrip(" ")
    after = plain[run[-1].end : min(stop, run[-1].end + 24)].lstrip(" ")
    if _NOT_ADDRESSED.search(before):
        return False
    if any(word.kind != "weak" for word in run):
        return True
    return bool(_TOLD_BEFORE.search(before) or _TOLD_AFTER.match(after))
