"""The target of a measure in words."""

import pytest

from rules.reports.targets import target_in_words


@pytest.mark.parametrize(
    ("count", "label", "words"),
    [
        (4, "场集中便民服务", "4场集中便民服务"),
        (4, "4场集中便民服务", "4场集中便民服务"),
        (1, "一次专题研讨", "一次专题研讨"),
        (12, "开展演练十二次", "开展演练十二次"),
        (2, "一线岗位练兵", "2一线岗位练兵"),
        (3, "", "3"),
    ],
)
def test_the_count_is_said_once(count: int, label: str, words: str) -> None:
    assert target_in_words(count, label) == words
