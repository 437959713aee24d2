"""Corrections: what a unit writes about why it changes an answer that was already sent."""

from rules.filling.answers import Typed
from rules.forms.field_values import clean_text
from rules.sentences.refusal import N_, Refusal

WHY = "-why"
"""The key of that text beside the answers of a form. No field can have this name."""
LONGEST_WHY = 200
"""The most characters of that text."""


def why_in(typed: Typed) -> str:
    """What was typed under `WHY`. Raises `Refusal` for a text that is too long."""
    why = clean_text(" ".join(typed.get(WHY, ())), multiline=False)
    if len(why) > LONGEST_WHY:
        raise Refusal(N_("更正说明不能超过 %(most)s 字。"), most=LONGEST_WHY)
    return why
