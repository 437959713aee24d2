"""How much work the expressions of one form may make, counted and not timed.

`web/static/rules/expressions.js` counts the same in the browser; it has the limits from here.
"""

MOST_WORK = 20_000_000
"""For all expressions of a form while its answers are settled and checked once. A unit is a
character that is gone through, some 50 ns; all of it takes about a second. The longest draft there
can be, of a form of 300 fields with ordinary expressions, takes a tenth of it
(`tests/rules/forms/test_work.py`)."""
STARTING = 20
"""Of every evaluation: what an expression sees has to be put together."""
OF_A_NODE = 8
OF_EACH = 20
"""Of every value of a series, beside its characters: each is converted and compared."""


class TooMuchWork(Exception):
    """The budget is spent, in the middle of an expression."""


class Budget:
    """What is left of the work one form may make."""

    __slots__ = ("left",)

    def __init__(self, left: int = MOST_WORK) -> None:
        self.left = left

    def charge(self, work: int) -> None:
        """Take `work` units: as above. Raises TooMuchWork when there are not so many."""
        self.left -= work
        if self.left < 0:
            raise TooMuchWork
