"""Characters that no database and no page can hold, or that nobody can see."""

import re

_STORED = r"\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
"""Control characters, surrogate halves and noncharacters. Nobody types such characters, but a
request body can contain any of them, and a workbook writes them as `_x0000_`."""
_SEEN = (
    r"\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
    + "".join(f"{chr(end - 1)}-{chr(end)}" for end in range(0x1FFFF, 0x110000, 0x10000))
)
"""Characters that turn the writing direction (a name that reads `gpj.exe`) or are never seen:
Unicode's Default_Ignorable_Code_Point, deprecated controls and tags.

Words are written with some of them, so these stay: the joiners U+200C and U+200D, the Mongolian
selectors U+180B-U+180F, and the variation selectors of emoji and of Han characters. The narrow
blank U+202F, which sets Mongolian suffixes apart, counts as a blank.
"""
_NEVER_STORED = re.compile(f"[{_STORED}]")
_NOT_HELD = re.compile(f"[{_STORED}{_SEEN}]")
_SELECTORS = r"\u180b-\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef"
_UNSEEN = re.compile(rf"[\s{_SELECTORS}]*")
_BESIDE_SIGNS = re.compile(f"[{_SELECTORS}]+")
_JOINED = r"\x20-\u024f\u3000-\u30ff\u3400-\u9fff\uff00-\uffef"
"""Latin and Han characters, digits and their punctuation: no word of them is written with a joiner,
which comes along from a chat."""
_STRAY_JOINERS = re.compile(rf"(?<=[{_JOINED}])[\u200c\u200d]+|[\u200c\u200d]+(?=[{_JOINED}])")
_BLANKS = re.compile(r"[^\S\u202f]+")


def held(text: str) -> str:
    """`text` as others see it: without characters that cannot be stored or cannot be seen."""
    return _STRAY_JOINERS.sub("", _NOT_HELD.sub("", text))


def bare(text: str) -> str:
    """A code or a number without any character that cannot be seen: no sign is written with one."""
    return _BESIDE_SIGNS.sub("", _NOT_HELD.sub("", text))


def storable(text: str) -> str:
    """`text` without characters that no database can store. A password keeps everything else as
    typed."""
    return _NEVER_STORED.sub("", text)


def is_blank(text: str) -> bool:
    """Whether `text` shows nothing that can be seen."""
    return _UNSEEN.fullmatch(text) is not None


def on_one_line(text: str) -> str:
    """`text` with single blanks between words and none at its ends. U+202F, a part of Mongolian
    words, stays."""
    return _BLANKS.sub(" ", text).strip()
