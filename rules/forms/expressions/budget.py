"""How much work the expressions of one form may make. The work is counted, not timed.

`web/static/rules/expressions.js` counts the same in the browser, with the limits from here.
"""

MOST_WORK = 20_000_000
"""The most work of all expressions of a form while its answers are settled and checked once.

A unit of work is a character that is gone through, some 50 ns. The whole budget takes about a
second. The longest draft there can be, of a form of 300 fields with ordinary expressions, takes a
tenth of the budget (`tests/rules/forms/test_work.py`).
"""
STARTING = 20
"""The work of starting one evaluation: what the expression sees is put together."""
OF_A_NODE = 8
OF_EACH = 20
"""The work of each value of a series, besides its characters: the value is converted and
compared."""


class TooMuchWork(Exception):
    """The budget was spent in the middle of an expression."""


class Budget:
    """The work that one form may still make."""

    __slots__ = ("left",)

    def __init__(self, left: int = MOST_WORK) -> None:
        self.left = left

    def charge(self, work: int) -> None:
        """Take `work` units (see `MOST_WORK`). Raises TooMuchWork where fewer units are left."""
        self.left -= work
        if self.left < 0:
            raise TooMuchWork
