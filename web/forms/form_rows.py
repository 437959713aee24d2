"""The order of the rows of a form: a group is followed by what stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar


class OrderedRow(Protocol):
    """What the order of rows depends on."""

    @property
    def name(self) -> str: ...
    @property
    def within(self) -> str: ...
    @property
    def container(self) -> bool: ...


R = TypeVar("R", bound=OrderedRow)


def in_order(rows: Iterable[R]) -> list[R]:
    """Every row behind the group that the row names; otherwise the order stays.

    A row that names an unknown group leaves the group.
    """
    rows = list(rows)
    names = {row.name for row in rows if row.container and row.name}
    inside: dict[str, list[R]] = {}
    for row in rows:
        inside.setdefault(row.within if row.within in names else "", []).append(row)
    placed: list[R] = []

    def place(group: str) -> None:
        for row in inside.pop(group, []):
            placed.append(row if group else _inside(row, ""))
            if row.container and row.name:
                place(row.name)

    place("")
    for row in [row for left in inside.values() for row in left]:  # groups within each other
        placed.append(_inside(row, ""))
    return placed


def _inside(row: R, group: str) -> R:
    return row if row.within == group else replace(row, within=group)  # type: ignore[type-var]


def moved(rows: Sequence[R], place: int, way: str) -> list[R]:
    """The row, with all that stands in it, one place further up or down.

    At the edge of its group the row steps out of the group.
    """
    listed = list(rows)
    start, end = place, end_of(rows, place)
    block, group = listed[start:end], listed[place].within
    if way == "down":
        if end < len(rows) and rows[end].within == group:
            after = end_of(rows, end)
            return listed[:start] + listed[end:after] + block + listed[after:]
        return _stepped_out(listed, place, way)
    before = [at for at in range(start) if rows[at].within == group and _holds(rows, at, start)]
    if before:
        first = before[-1]
        return listed[:first] + block + listed[first:start] + listed[end:]
    return _stepped_out(listed, place, way)


def _holds(rows: Sequence[R], sibling: int, start: int) -> bool:
    """Whether the sibling's block ends where the row begins."""
    return end_of(rows, sibling) == start


def _stepped_out(rows: list[R], place: int, way: str) -> list[R]:
    group = rows[place].within
    parents = [at for at, row in enumerate(rows) if row.container and row.name == group]
    if not group or not parents:
        return rows
    parent = parents[0]
    end = end_of(rows, place)
    block = [_inside(rows[place], rows[parent].within), *rows[place + 1 : end]]
    rest = rows[:place] + rows[end:]
    to = parent if way == "up" else end_of(rest, parent)
    return rest[:to] + block + rest[to:]


def removed(rows: Sequence[R], place: int) -> list[R]:
    """The rows without one; what stood in the removed row stays, in the group around."""
    gone = rows[place]
    left = [row for at, row in enumerate(rows) if at != place]
    if not (gone.container and gone.name):
        return left
    return [_inside(row, gone.within) if row.within == gone.name else row for row in left]


def end_of(rows: Sequence[R], place: int) -> int:
    """The place behind the last row that stands in the row at `place`, at any depth."""
    names = {rows[place].name} if rows[place].container and rows[place].name else set()
    end = place + 1
    while end < len(rows) and rows[end].within in names:
        if rows[end].container and rows[end].name:
            names.add(rows[end].name)
        end += 1
    return end
