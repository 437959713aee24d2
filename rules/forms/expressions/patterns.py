"""Patterns of `regex()`: a subset that every engine of ODK has, with one meaning on both sides.

A pattern is read here and becomes an RE2 pattern for the server and a program for the browser
(`web/static/rules/patterns.js` runs it). Both are done in a time linear in the text, whatever
the pattern. There are characters, `.`, `[…]` and `[^…]`, `\\d \\w \\s \\D \\W \\S`, `\\n \\t \\r`,
`\\xHH`, `\\uHHHH`, a punctuation mark after `\\`, `(…)`, `(?:…)`, `|`, `* + ? {n} {n,} {n,m}`, `^`
and `$`. The whole text must fit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import re2

from rules.forms.expressions.faults import ExpressionFault
from rules.forms.expressions.values import LONGEST_TEXT
from rules.sentences.refusal import N_

LONGEST_PROGRAM = 500
DEEPEST = 20
LAST = 0x10FFFF

Ranges = tuple[tuple[int, int], ...]
Step = tuple[int, ...]

CHARACTER, FORK, START, END = range(4)
"""Kinds of steps in a program. CHARACTER is followed by pairs (from, to), FORK by two places to go
on at."""

_NAMED: dict[str, Ranges] = {
    "d": ((48, 57),),
    "w": ((48, 57), (65, 90), (95, 95), (97, 122)),
    "s": ((9, 13), (32, 32)),
}
_CONTROL = {"n": 10, "t": 9, "r": 13}
_COUNTS = re.compile(r"\{([0-9]{1,4})(,?)([0-9]{0,4})\}")
_HEX = re.compile(r"u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})")
_MARKS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern for both sides: the server runs `compiled`, the browser runs `program`."""

    text: str
    program: tuple[Step, ...]
    compiled: Any = field(compare=False)

    def fits(self, text: str) -> bool:
        """Whether the whole text fits. A text longer than any text of ours does not fit."""
        if len(text) > LONGEST_TEXT:
            return False
        try:
            return self.compiled.fullmatch(text) is not None
        except UnicodeEncodeError:  # no pattern fits half of a surrogate pair
            return False


def read_pattern(text: str, position: int) -> Pattern:
    """Read a pattern. Its first character is the `position`th of the expression.

    Raises ExpressionFault for a pattern outside the subset, and for one that becomes too long.
    """
    tree = _Reader(text, position).whole()
    options = re2.Options()
    options.log_errors = False
    try:
        if tree.size <= LONGEST_PROGRAM:
            return Pattern(text, tuple(tree.steps(0)), re2.compile(tree.written(), options))
    except re2.error:  # RE2 would need more memory than it may take
        pass
    sentence = N_("第 %(position)s 个字符处的 regex() 模式“%(text)s”太复杂，请写短一些。")
    raise ExpressionFault(sentence, position=position, text=text)


@dataclass(frozen=True, slots=True)
class _Class:
    ranges: Ranges
    size: int = 1

    def steps(self, place: int) -> list[Step]:
        return [(CHARACTER, *(edge for both in self.ranges for edge in both))]

    def written(self) -> str:
        return "[" + "".join(rf"\x{{{low:x}}}-\x{{{high:x}}}" for low, high in self.ranges) + "]"


@dataclass(frozen=True, slots=True)
class _Edge:
    kind: int
    size: int = 1

    def steps(self, place: int) -> list[Step]:
        return [(self.kind,)]

    def written(self) -> str:
        return r"\A" if self.kind == START else r"\z"


class _Row:
    """Parts that follow one another."""

    def __init__(self, nodes: list[_Node]) -> None:
        self.nodes = nodes
        self.size: int = sum(node.size for node in nodes)

    def steps(self, place: int) -> list[Step]:
        made: list[Step] = []
        for node in self.nodes:
            made += node.steps(place + len(made))
        return made

    def written(self) -> str:
        return "".join(node.written() for node in self.nodes)


class _Either:
    """Alternatives, of which one must fit."""

    def __init__(self, nodes: list[_Node]) -> None:
        self.nodes = nodes
        self.size: int = sum(node.size for node in nodes) + 2 * (len(nodes) - 1)

    def steps(self, place: int) -> list[Step]:
        end = place + self.size
        made: list[Step] = []
        for node in self.nodes[:-1]:
            made.append((FORK, place + len(made) + 1, place + len(made) + node.size + 2))
            made += node.steps(place + len(made))
            made.append((FORK, end, end))
        return made + self.nodes[-1].steps(place + len(made))

    def written(self) -> str:
        return "(?:" + "|".join(node.written() for node in self.nodes) + ")"


class _Repeat:
    """A part that stands at least `least` times and at most `most` times (None: without end)."""

    def __init__(self, node: _Node, least: int, most: int | None) -> None:
        self.node, self.least, self.most = node, least, most
        further = node.size + 2 if most is None else (most - least) * (node.size + 1)
        self.size: int = node.size * least + further

    def steps(self, place: int) -> list[Step]:
        made: list[Step] = []
        for _ in range(self.least):
            made += self.node.steps(place + len(made))
        end = place + self.size
        if self.most is None:
            start = place + len(made)
            made.append((FORK, start + 1, end))
            return [*made, *self.node.steps(start + 1), (FORK, start, start)]
        for _ in range(self.most - self.least):
            made.append((FORK, place + len(made) + 1, end))
            made += self.node.steps(place + len(made))
        return made

    def written(self) -> str:
        most = "" if self.most is None else self.most
        return f"(?:{self.node.written()}){{{self.least},{most}}}"


_Node = _Class | _Edge | _Row | _Either | _Repeat


def _outside(ranges: Ranges) -> Ranges:
    """Every character that is not in the ranges."""
    rest, start = [], 0
    for low, high in sorted(ranges):
        if low > start:
            rest.append((start, low - 1))
        start = max(start, high + 1)
    return (*rest, (start, LAST)) if start <= LAST else tuple(rest)


class _Reader:
    """Reads a pattern from the left, one function per rule of its grammar."""

    def __init__(self, text: str, position: int) -> None:
        self.text, self.start = text, position
        self.at = self.depth = 0

    def refuse(self, at: int, end: int | None = None) -> ExpressionFault:
        return ExpressionFault(
            N_("第 %(position)s 个字符处的“%(text)s”不能用在 regex() 的模式里。"),
            position=self.start + at,
            text=self.text[at : end or at + 1],
        )

    def peek(self, ahead: int = 0) -> str:
        """The character `ahead` places on; empty at the end."""
        return self.text[self.at + ahead : self.at + ahead + 1]

    def whole(self) -> _Node:
        tree = self.either()
        if self.at < len(self.text):
            raise self.refuse(self.at)  # a ")" too many
        return tree

    def either(self) -> _Node:
        rows = [self.row()]
        while self.peek() == "|":
            self.at += 1
            rows.append(self.row())
        return _Either(rows) if len(rows) > 1 else rows[0]

    def row(self) -> _Node:
        nodes: list[_Node] = []
        while self.peek() not in ("", "|", ")"):
            nodes.append(self.repeated())
        return nodes[0] if len(nodes) == 1 else _Row(nodes)

    def repeated(self) -> _Node:
        node = self.single()
        at = self.at
        bounds = self.bounds()
        if bounds is None:
            return node
        least, most = bounds
        again = self.peek() != "" and self.peek() in "*+?{"
        huge = node.size * max(least, most or 1) > LONGEST_PROGRAM
        if again or huge or isinstance(node, _Edge) or (most is not None and most < least):
            raise self.refuse(at, self.at + again)
        return _Repeat(node, least, most)

    def bounds(self) -> tuple[int, int | None] | None:
        sign = self.peek()
        if sign and sign in "*+?":
            self.at += 1
            return (int(sign == "+"), 1 if sign == "?" else None)
        if sign != "{":
            return None
        found = _COUNTS.match(self.text, self.at)
        if found is None or (found[3] and not found[2]):
            raise self.refuse(self.at)
        self.at = found.end()
        least = int(found[1])
        return least, (int(found[3]) if found[3] else None) if found[2] else least

    def single(self) -> _Node:
        sign = self.peek()
        if sign == "(":
            return self.group()
        if sign == "[":
            return _Class(self.bracket())
        if sign == "\\":
            return _Class(self.escape())
        if sign in "*+?{}]":
            raise self.refuse(self.at)
        self.at += 1
        if sign in "^$":
            return _Edge(START if sign == "^" else END)
        return _Class(_outside(((10, 10),)) if sign == "." else ((ord(sign), ord(sign)),))

    def group(self) -> _Node:
        start = self.at
        self.at += 3 if self.text.startswith("(?:", start) else 1
        self.depth += 1
        if self.peek() == "?" or self.depth > DEEPEST:
            raise self.refuse(start, self.at + 2)
        inner = self.either()
        if self.peek() != ")":
            raise self.refuse(start)
        self.at += 1
        self.depth -= 1
        return inner

    def escape(self) -> Ranges:
        """The characters a backslash and what follows it stand for."""
        sign = self.peek(1)
        coded = _HEX.match(self.text, self.at + 1)
        if coded:
            self.at = coded.end()
            code = int(coded[1] or coded[2], 16)
            if 0xD800 <= code <= 0xDFFF:
                raise self.refuse(coded.start() - 1, coded.end())
            return ((code, code),)
        self.at += 2
        if sign and sign in "dwsDWS":
            ranges = _NAMED[sign.lower()]
            return ranges if sign.islower() else _outside(ranges)
        if sign in _CONTROL:
            return ((_CONTROL[sign], _CONTROL[sign]),)
        if sign in _MARKS:
            return ((ord(sign), ord(sign)),)
        raise self.refuse(self.at - 2, self.at)

    def bracket(self) -> Ranges:
        start = self.at
        self.at += 1
        negated = self.peek() == "^"
        self.at += negated
        ranges: list[tuple[int, int]] = []
        while self.peek() != "]":
            if not self.peek():
                raise self.refuse(start)
            ranges += self.between()
        self.at += 1
        if not ranges:
            raise self.refuse(start, self.at)
        whole = tuple(ranges) if not negated else _outside(tuple(ranges))
        if not whole:
            raise self.refuse(start, self.at)
        return whole

    def between(self) -> Ranges:
        """One item of `[…]`: a character, a named class, or a range."""
        start = self.at
        low = self.member()
        if self.peek() != "-" or self.peek(1) in ("]", ""):
            return low
        self.at += 1
        high = self.member()
        single = len(low) == len(high) == 1 and low[0][0] == low[0][1] and high[0][0] == high[0][1]
        if not single or low[0][0] > high[0][0]:
            raise self.refuse(start, self.at)
        return ((low[0][0], high[0][1]),)

    def member(self) -> Ranges:
        sign = self.peek()
        if sign == "\\":
            return self.escape()
        # other engines read these as the union or the intersection of classes
        if sign == "[" or self.text.startswith("&&", self.at):
            raise self.refuse(self.at)
        self.at += 1
        return ((ord(sign), ord(sign)),)
