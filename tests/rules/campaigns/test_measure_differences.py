from hypothesis import given
from hypothesis import strategies as st

from rules.campaigns.measure_differences import AROUND, differing, narrowed


def test_only_what_is_not_the_same_differs() -> None:
    before = {"title": "排查", "review_days": 1, "addressees": [["village", ""]]}
    after = {"title": "排查", "review_days": 2, "addressees": []}
    assert differing(before, after) == {
        "review_days": [1, 2],
        "addressees": [[["village", ""]], []],
    }
    assert differing(before, dict(before)) == {}


def test_a_long_text_is_narrowed_to_the_passage_that_differs() -> None:
    around = "逐户查看取暖设备，登记并整改。" * 20
    before, after = narrowed(f"{around}十日内{around}", f"{around}五日内{around}")
    assert before == f"…{around[-AROUND:]}十{('日内' + around)[:AROUND]}…"
    assert after == before.replace("十日", "五日")


def test_short_texts_stay_whole() -> None:
    assert narrowed("入户排查", "入户检查") == ("入户排查", "入户检查")


@given(st.text("甲乙", max_size=200), st.text("甲乙", max_size=200))
def test_what_differs_is_always_shown(before: str, after: str) -> None:
    shown = narrowed(before, after)
    assert (shown[0] == shown[1]) == (before == after)
    for text, part in zip((before, after), shown, strict=True):
        assert part.removeprefix("…").removesuffix("…") in text
