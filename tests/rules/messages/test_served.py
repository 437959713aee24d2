"""Which channel serves which units, and how long a round takes."""

from hypothesis import given
from hypothesis import strategies as st

from rules.messages.served import Served, minutes_of_round, stretches

WHOLE, LEFT, RIGHT = (1, 100), (2, 49), (50, 99)


def serving(channels: list[Served], lft: int, unit_id: int) -> list[int]:
    return [
        stretch.channel_id
        for stretch in stretches(channels)
        if stretch.first <= lft <= stretch.last and unit_id % stretch.parts == stretch.part
    ]


def test_the_nearest_channel_serves_a_unit() -> None:
    channels = [Served(1, *WHOLE), Served(2, *LEFT)]
    assert [serving(channels, lft, 7) for lft in (1, 2, 30, 49, 50, 100)] == [
        [1], [2], [2], [2], [1], [1],
    ]  # fmt: skip
    assert serving([Served(2, *LEFT)], 60, 7) == []
    assert stretches([]) == []


def test_channels_of_one_subtree_share_its_units() -> None:
    channels = [Served(1, *WHOLE), Served(2, *LEFT), Served(3, *LEFT), Served(4, *LEFT)]
    assert sorted(serving(channels, 10, unit)[0] for unit in range(6)) == [2, 2, 3, 3, 4, 4]


@given(
    subtrees=st.lists(st.sampled_from([WHOLE, LEFT, RIGHT, (3, 10), (60, 60)]), max_size=8),
    lft=st.integers(1, 100),
    unit_id=st.integers(1, 1000),
)
def test_a_unit_has_one_channel_wherever_one_serves_it(
    subtrees: list[tuple[int, int]], lft: int, unit_id: int
) -> None:
    channels = [Served(number, *bounds) for number, bounds in enumerate(subtrees)]
    around = any(lft_ <= lft <= rgt for lft_, rgt in subtrees)
    assert len(serving(channels, lft, unit_id)) == around


def test_a_round_through_one_robot_takes_over_an_hour() -> None:
    assert minutes_of_round(1_346, 1, a_minute=20) == 68
    assert minutes_of_round(1_346, 4, a_minute=20) == 17
    assert minutes_of_round(20, 1, a_minute=20) == 1
    assert minutes_of_round(0, 1, a_minute=20) == minutes_of_round(5, 0, a_minute=20) == 0
