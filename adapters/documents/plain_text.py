"""The text of a text file in UTF-8, GB18030 or UTF-16, with or without a byte order mark."""

from __future__ import annotations

import codecs
import unicodedata

from rules.sentences.refusal import N_, Refusal

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 20_000
_ODD_SHARE = 0.02


def decoded(content: bytes) -> str:
    """The text. Raises `Refusal` where no encoding gives anything that reads like text."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strict(content[len(mark) :], encoding) or _refused()
    for encoding in _encodings(content):
        text = _strict(content, encoding)
        if text is not None and _reads_like_text(text):
            return text
    return _refused()


def _encodings(content: bytes) -> tuple[str, ...]:
    if b"\x00" in content[:_SAMPLE]:
        return ("utf-16-le", "utf-16-be")
    return ("utf-8", "gb18030", "utf-16-le", "utf-16-be")


def _strict(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _reads_like_text(text: str) -> bool:
    """Whether hardly any character is a control, private, unassigned or rare one."""
    sample = text[:_SAMPLE]
    odd = sum(_is_odd(char) for char in sample)
    return odd <= len(sample) * _ODD_SHARE


def _is_odd(char: str) -> bool:
    if char in "\t\n\r\f\v":
        return False
    if unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs"):
        return True
    code = ord(char)
    return 0x3400 <= code < 0x4E00 or 0xA000 <= code < 0xF900 or code >= 0x20000


def _refused() -> str:
    raise Refusal(
        N_("无法识别文件的文字编码，或者它不是文本文件。请另存为 .docx 或 UTF-8 文本后再上传。")
    )
