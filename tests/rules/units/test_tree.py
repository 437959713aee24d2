from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from rules.units.tree import number_tree


@st.composite
def forests(draw: DrawFn) -> list[int | None]:
    """Parents in any order: node i's parent comes from the nodes shuffled before it."""
    count = draw(st.integers(min_value=0, max_value=60))
    order = draw(st.permutations(range(count)))
    parents: list[int | None] = [None] * count
    for place, node in enumerate(order):
        if place:
            parents[node] = draw(st.sampled_from([None, *order[:place]]))
    return parents


def is_above(parents: list[int | None], upper: int, node: int) -> bool:
    above = parents[node]
    while above is not None and above != upper:
        above = parents[above]
    return above is not None


@given(forests())
def test_numbers_enclose_exactly_those_of_the_nodes_below(parents: list[int | None]) -> None:
    numbers = number_tree(parents)
    for upper, (lft, rgt) in enumerate(numbers):
        for node, (inner, _) in enumerate(numbers):
            if node != upper:
                assert (lft < inner < rgt) == is_above(parents, upper, node)


@given(forests())
def test_every_number_is_used_once(parents: list[int | None]) -> None:
    used = [number for pair in number_tree(parents) for number in pair]
    assert sorted(used) == list(range(1, 2 * len(parents) + 1))


@given(forests())
def test_lower_nodes_keep_their_order(parents: list[int | None]) -> None:
    numbers = number_tree(parents)
    for parent in {*parents}:
        lower = [numbers[node][0] for node, above in enumerate(parents) if above == parent]
        assert lower == sorted(lower)


def test_a_chain_deeper_than_the_stack_is_numbered() -> None:
    numbers = number_tree([None, *range(9_999)])
    assert numbers[0] == (1, 20_000)
    assert numbers[-1] == (10_000, 10_001)
