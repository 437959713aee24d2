"""What no database and no page can hold."""

import re

_NOT_HELD = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Nobody types them; a body can bring any of them, and a workbook says them as `_x0000_`."""


def held(text: str) -> str:
    """`text` without control characters, lone surrogates and noncharacters."""
    return _NOT_HELD.sub("", text)
