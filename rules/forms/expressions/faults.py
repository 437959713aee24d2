"""What is wrong with an expression, and where."""

from rules.sentences.refusal import Refusal

SHOWN = 30
"""The most characters of an offending text that are quoted."""


class ExpressionFault(Refusal):
    """The refusal of an expression. `position` is the offending character, counted from 1."""

    def __init__(self, msgid: str, *, position: int, text: str = "", **values: object) -> None:
        quoted = text if len(text) <= SHOWN else text[:SHOWN] + "…"
        super().__init__(msgid, position=position, text=quoted, **values)
        self.position = position
