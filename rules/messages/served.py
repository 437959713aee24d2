"""Which channel serves which units: the nearest one above, and of equals each a share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from typing import NamedTuple


class Served(NamedTuple):
    """A channel, and the subtree that it serves."""

    channel_id: int
    lft: int
    rgt: int


class Stretch(NamedTuple):
    """The units from `first` to `last` (`Unit.lft`) of which the channel serves every `parts`th,
    beginning with the id that leaves `part`."""

    first: int
    last: int
    parts: int
    part: int
    channel_id: int


def stretches(served: Iterable[Served]) -> list[Stretch]:
    """Stretches of the tree that do not overlap, but for channels that share one. Each unit goes to
    the channels of the smallest subtree around it."""
    subtrees = sorted(served, key=lambda one: (one.lft, -one.rgt, one.channel_id))
    groups = {
        bounds: [channel.channel_id for channel in channels]
        for bounds, channels in groupby(subtrees, key=lambda one: (one.lft, one.rgt))
    }
    return [
        Stretch(first, last, len(groups[bounds]), part, channel_id)
        for first, last, bounds in _parted(list(groups))
        for part, channel_id in enumerate(groups[bounds])
    ]


def _parted(subtrees: list[tuple[int, int]]) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """The stretches between all bounds, each with the smallest subtree around it."""
    edges = sorted({edge for lft, rgt in subtrees for edge in (lft, rgt + 1)})
    for first, following in pairwise(edges):
        around = [
            bounds for bounds in subtrees if bounds[0] <= first and following - 1 <= bounds[1]
        ]
        if around:
            yield first, following - 1, min(around, key=lambda bounds: bounds[1] - bounds[0])


def minutes_of_round(units: int, robots: int, *, a_minute: int) -> int:
    """How many minutes a message to each of `units` takes through `robots` robots."""
    return -(-units // (robots * a_minute)) if robots else 0
