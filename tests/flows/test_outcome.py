"""What a flow run of a hand-down says it has come to."""

from flows.deploy import read_table
from flows.hand_down import outcome


def test_a_hand_down_that_reached_nobody_says_so() -> None:
    assert outcome(3) == "共到达 3 个单位"
    assert "没有到达任何单位" in outcome(0)


def test_the_sweep_stands_apart_by_a_tag_of_its_own() -> None:
    tags = {row["name"]: row.get("tags", []) for row in read_table()}
    assert [name for name, own in tags.items() if "sweep" in own] == ["sweep"]
