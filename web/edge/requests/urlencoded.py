"""Forms as browsers send them: `name=value&name=value`, where every byte of a Chinese letter is an
escape.

The parsers of Starlette and of Python look at each escape by itself. A report has some thousand,
which takes as long as checking the report. Here a row of escapes is read at once.
"""

import re

_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


def read_fields(body: bytes, most: int) -> list[tuple[str, str]]:
    """The fields of a body in their order, as `urllib.parse.parse_qsl` finds them.

    What is no UTF-8 becomes U+FFFD. Raises `ValueError` where there may be more than `most` fields,
    before any is looked at: four million `&` with nothing between are no form.
    """
    if 1 + body.count(b"&") > most:
        raise ValueError(f"more than {most} fields")
    text = body.decode("latin-1").replace("+", " ")
    parts = [part.partition("=") for part in text.split("&") if part]
    return [(_plain(name), _plain(value)) for name, _, value in parts]


def _plain(text: str) -> str:
    return _ESCAPES.sub(_letters, text)


def _letters(escapes: re.Match[str]) -> str:
    return bytes.fromhex(escapes[0].replace("%", "")).decode("utf-8", "replace")
