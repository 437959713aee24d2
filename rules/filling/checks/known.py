"""The check of an answer against what the same unit has answered elsewhere."""

from collections.abc import Iterable, Mapping
from typing import Any

from models import Flag, FlagKind
from rules.filling.answer_sheet import Prefilled
from rules.forms.form_fields import FormField

LONGEST = 60
"""The most letters of a text that a flag quotes."""


def against_known(
    fields: Iterable[FormField], known: Mapping[str, Prefilled], answers: Mapping[str, Any]
) -> list[Flag]:
    """Answers that differ from what the unit answered to the same data element for another measure.

    Sending such an answer makes it the newest one, so that a form opened before a correction would
    undo the correction unnoticed. A value carried over from the last period is expected to change.
    """
    return [
        Flag(
            FlagKind.KNOWN,
            field.name,
            value=_text(answers[field.name]),
            other=_text(known[field.name].value),
            source=known[field.name].measure,
        )
        for field in fields
        if field.name in known
        and known[field.name].measure
        and field.name in answers
        and answers[field.name] != known[field.name].value
    ]


def _text(value: Any) -> str:
    texts = map(str, value if isinstance(value, list) else [value])
    return " ".join(texts)[:LONGEST]
