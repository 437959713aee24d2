"""What the name of an office looks like, and how a list of offices is taken apart."""

from __future__ import annotations

import re

_ENDINGS = (
    "办公室|办公厅|委员会|领导小组|工作组|专班|指挥部|联席会议|人民政府|政府|行政公署|公署|党委|党组|"
    "党工委|管委会|厅|局|委|办|部|院|中心|集团|公司|大学|学院|学校|协会|联合会|商会|工会|总工会|团委|"
    "妇联|残联|科协|工商联|法院|检察院|总队|支队|大队|消防队|站|所|署|银行|分行|科|处|室|村|社区|嘎查|"
    "苏木|乡镇|街道|街道办|办事处|村委会|居委会|盟市|旗县|[盟旗县乡镇]|（市、区）|（街道）|（社区）|（市）|（区）|（场）|"
    "部门|单位|地区|机构|企业|高校|场"
)
_UNIT = re.compile(
    rf"[\u4e00-\u9fa5〇A-Za-z·×（）、]{{1,60}}?(?:{_ENDINGS})(?:（[^（）]{{1,30}}）)?等?"
)
_NOT_A_NAME = re.compile(
    r"[要须将请的]|应(?!急)|开展|落实|加强|做好|组织(?!部)|报送|负责|牵头|工作(?!委|组|部|统筹|领导|专班|推进|协调)"
)
_VAGUE = re.compile(
    r"^(?:各|其他|其它)?(?:有关|相关)(?:责任|成员|职能)?(?:部门|单位|地区|地方|方面|企业)"
)


def looks_like_unit(words: str) -> bool:
    """Whether these words alone could be the name of an office, judged by their ending and
    shape."""
    words = words.strip()
    if not 2 < len(words) <= 60 or _NOT_A_NAME.search(words):
        return False
    return bool(_UNIT.fullmatch(words))


def is_vague_unit(words: str) -> bool:
    """Whether the words name nobody, as 有关部门 does."""
    return bool(_VAGUE.match(words.strip()))


def split_units(plain: str, start: int, end: int) -> list[tuple[int, int]]:
    """The offsets of the names in a list split by 、，, ; and blanks, never inside brackets."""
    parts: list[tuple[int, int]] = []
    depth = 0
    begin = start
    for at in range(start, end):
        char = plain[at]
        depth += (char == "（") - (char == "）" and depth > 0)
        if depth == 0 and char in "、，,；; \t\n/|":
            parts.extend(_trimmed(plain, begin, at))
            begin = at + 1
    parts.extend(_trimmed(plain, begin, end))
    parts = _rejoined(plain, parts)
    return [piece for part in parts for piece in _by_conjunction(plain, *part)]


def _rejoined(plain: str, parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts with names joined again: a bare 人民政府 belongs to the name before it.
    各盟行政公署、市人民政府 stays two names."""
    joined: list[tuple[int, int]] = []
    for start, end in parts:
        if joined and plain[start:end] in ("人民政府", "党委", "政府", "办事处", "区）", "市）"):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _trimmed(plain: str, start: int, end: int) -> list[tuple[int, int]]:
    words = plain[start:end]
    left = len(words) - len(words.lstrip(" \t\n"))
    core = words.strip(" \t\n。.")
    core = re.sub(r"(?<=.)等(?:部门|单位)?$", "", core)
    return [(start + left, start + left + len(core))] if core else []


def _by_conjunction(plain: str, start: int, end: int) -> list[tuple[int, int]]:
    """The name split at 和, 及 or 会同, only where both sides are names by themselves."""
    for match in re.finditer(r"以及|会同|[和及与]", plain[start:end]):
        left, right = start + match.start(), start + match.end()
        if looks_like_unit(plain[start:left]) and looks_like_unit(plain[right:end]):
            return [(start, left), *_by_conjunction(plain, right, end)]
    return [(start, end)]
