"""The choices of a question as an officer types them: one a line, `名称` or `代码｜名称`.

The code is stored and counted. The code stays when the words of a published choice change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rules.forms.form_fields import Choice, FormField, chosen_by_default
from web.edge.viewer.language import Words

BETWEEN = "｜"
LONGEST_CODE = 60
_SPLIT = re.compile(r"\s*[|｜]\s*")
_NOT_IN_CODES = re.compile(r"[\s|｜]+")
_LISTED = re.compile(r"[、，,;；]")


def written_choices(choices: Iterable[Mapping[str, Any]]) -> str:
    """Choices as they are typed; a code that is the choice's own words is left out."""
    return "\n".join(_line(choice["value"], choice["label"]) for choice in choices)


def _line(code: str, label: str) -> str:
    if code == label and not _SPLIT.search(label):
        return label
    return f"{code}{BETWEEN}{label}"


def read_choices(typed: str, published: Sequence[Choice] = ()) -> list[dict[str, Any]]:
    """The lines as choices.

    A line without a code keeps the code of the published choice with the same words. Other words
    are another choice, whatever stood in that place: an answer must not come to mean something
    else.
    """
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    known = {_line(choice.value, choice.label): choice for choice in published}
    pairs = [_pair(line, known) for line in lines]
    by_label = {choice.label: choice for choice in published}
    held = {code for code, _label in pairs if code}
    held |= {by_label[label].value for code, label in pairs if not code and label in by_label}
    choices: list[dict[str, Any]] = []
    taken, made = held, dict[str, str]()
    for code, label in pairs:
        if not code and (label in by_label or label in made):  # twice the same is told as a fault
            code = by_label[label].value if label in by_label else made[label]
        code = code or _new_code(label, taken)
        taken.add(code)
        made.setdefault(label, code)
        choices.append(_with_kept(code, label, published))
    return choices


def _pair(line: str, known: Mapping[str, Choice]) -> tuple[str, str]:
    """Code (or none) and label."""
    if line in known:
        return known[line].value, known[line].label
    parts = _SPLIT.split(line, maxsplit=1)
    return (parts[0], parts[1] or parts[0]) if len(parts) == 2 else ("", line)


def _new_code(label: str, taken: set[str]) -> str:
    """A code for new words, without what lists of codes are written with."""
    base = _NOT_IN_CODES.sub("_", label)[:LONGEST_CODE]
    short = base[: LONGEST_CODE - 5]
    names = (base, *(f"{short}_{n}" for n in range(2, 10_000)))
    return next(name for name in names if name not in taken)


def _with_kept(code: str, label: str, published: Sequence[Choice]) -> dict[str, Any]:
    """The choice with the other languages and the columns that its code has."""
    kept = next((known for known in published if known.value == code), None)
    choice: dict[str, Any] = {"value": code, "label": label}
    return choice | ({"labels": kept.labels, "columns": kept.columns} if kept else {})


def chosen_labels(words: Words, field: FormField) -> str:
    """The default of a question to choose from, by the labels of the choices."""
    labels = {choice.value: choice.label for choice in field.choices}
    return words.listed(labels.get(code, code) for code in chosen_by_default(field))


def chosen_codes(typed: str, choices: Sequence[Mapping[str, Any]]) -> str:
    """What was typed as a default, as the codes that are stored."""
    codes = {choice["label"]: str(choice["value"]) for choice in choices}
    if typed in codes:
        return codes[typed]
    parts = [part.strip() for part in _LISTED.split(typed) if part.strip()]
    return " ".join(codes.get(part, part) for part in parts)
