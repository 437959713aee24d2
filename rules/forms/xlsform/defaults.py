"""Defaults in an XLSForm. A default that looks like an expression is one, so such texts are quoted.

A default `12-34` would be calculated; it is written as `string('12-34')`.
"""

import re

from rules.forms.form_fields import SELECTS, FieldType

_LITERAL = r"'[^']*'|\"[^\"]*\""
_QUOTED = re.compile(
    rf"(?:string\((?P<sole>{_LITERAL})\)|concat\((?P<many>(?:{_LITERAL})(?:, ?(?:{_LITERAL}))+)\))"
)
_WORDS = (FieldType.TEXT, *SELECTS)


def written_default(kind: FieldType, default: str) -> str:
    """A default as it is written into the sheet."""
    if kind in _WORDS and (_is_worked_out(kind, default) or _QUOTED.fullmatch(default)):
        return _quoted(default)
    return default


def read_default(kind: FieldType, typed: str) -> str | None:
    """The plain value of a default; None for an expression."""
    found = _QUOTED.fullmatch(typed) if kind in _WORDS else None
    if found:
        return "".join(
            literal[1:-1] for literal in re.findall(_LITERAL, found["sole"] or found["many"])
        )
    if kind in _WORDS:
        return None if _is_worked_out(kind, typed) else typed
    return None if re.search(r"[(${]", typed) else typed


def _is_worked_out(kind: FieldType, default: str) -> bool:
    """Whether pyxform sees an expression in the default. Importing pyxform takes a third of a
    second."""
    from pyxform.utils import default_is_dynamic

    return bool(default_is_dynamic(default, kind.value))


def _quoted(text: str) -> str:
    if "'" not in text:
        return f"string('{text}')"
    if '"' not in text:
        return f'string("{text}")'
    pieces = re.findall("[^']+|'+", text)
    return f"concat({', '.join(_literal(piece) for piece in pieces)})"


def _literal(piece: str) -> str:
    return f'"{piece}"' if "'" in piece else f"'{piece}'"
