"""Numbering a tree depth first (nested set)."""

from collections.abc import Sequence


def number_tree(parents: Sequence[int | None]) -> list[tuple[int, int]]:
    """`(lft, rgt)` for every node, from 1. `parents[i]` is the index of the parent of node i.

    A node's numbers enclose those of all nodes below it and of no other node. Nodes below one
    parent keep the order of the sequence. Nodes without a parent follow one another. The parents
    must make a forest. A parent may stand after its children in the sequence.
    """
    lower: list[list[int]] = [[] for _ in parents]
    roots: list[int] = []
    for node, parent in enumerate(parents):
        (roots if parent is None else lower[parent]).append(node)
    numbers = [(0, 0)] * len(parents)
    counter = 0
    waiting = [(node, False) for node in reversed(roots)]
    while waiting:
        node, leaving = waiting.pop()
        counter += 1
        if leaving:
            numbers[node] = (numbers[node][0], counter)
            continue
        numbers[node] = (counter, 0)
        waiting.append((node, True))
        waiting.extend((child, False) for child in reversed(lower[node]))
    return numbers
