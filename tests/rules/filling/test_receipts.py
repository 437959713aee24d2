from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from rules.filling.receipts import check_digit, checksum, matches, read_receipt, receipt_number
from rules.sentences.refusal import Refusal

SENT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
IDS = st.integers(1, 10**12 - 1)
REVISIONS = st.integers(1, 999)


def test_the_check_digit_is_that_of_the_standard() -> None:
    assert check_digit("0794") == "5"  # the example of ISO 7064, MOD 11,10


def test_a_receipt_reads_like_a_telephone_number() -> None:
    assert receipt_number(12345, 6) == "0000-1234-5006-" + check_digit("000012345006")


@given(st.tuples(IDS, REVISIONS), st.tuples(IDS, REVISIONS))
def test_no_two_submissions_share_a_receipt(first: tuple[Any, Any], other: tuple[Any, Any]) -> None:
    assert (receipt_number(*first) == receipt_number(*other)) == (first == other)


@given(IDS, REVISIONS, st.data())
def test_one_wrong_digit_is_noticed(assignment_id: int, revision: int, data: DataObject) -> None:
    number = receipt_number(assignment_id, revision)
    assert len(number) <= 20
    digits = [place for place, character in enumerate(number) if character != "-"]
    place = data.draw(st.sampled_from(digits))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    with pytest.raises(Refusal, match="请核对"):
        read_receipt(number[:place] + wrong + number[place + 1 :])


@given(IDS, REVISIONS)
def test_a_receipt_is_found_however_it_is_typed(assignment_id: int, revision: int) -> None:
    number = receipt_number(assignment_id, revision)
    spoken = number.translate(str.maketrans("0123456789-", "０１２３４５６７８９ "))
    assert read_receipt(spoken) == read_receipt(number.replace("-", "")) == number


@pytest.mark.parametrize("typed", ["", "abc", "123", "1" * 40])
def test_what_is_no_receipt_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="13 位"):
        read_receipt(typed)


def test_a_thousandth_revision_is_refused() -> None:
    with pytest.raises(Refusal, match="999"):
        receipt_number(1, 1000)


def _sum(**changes: Any) -> str:
    sent: dict[str, Any] = {
        "assignment_id": 1, "revision": 1, "form_version_id": 1, "answers": {"a": 1, "b": "x"},
        "rolled_up": {}, "sent_at": SENT,
    }  # fmt: skip
    return checksum(**{**sent, **changes})


def test_the_checksum_covers_everything_that_was_sent() -> None:
    changes: list[dict[str, Any]] = [
        {"assignment_id": 2}, {"revision": 2}, {"form_version_id": None}, {"answers": {"a": 2}},
        {"rolled_up": {"units": 1}}, {"sent_at": SENT + timedelta(microseconds=1)},
    ]  # fmt: skip
    assert len({_sum(), *(_sum(**change) for change in changes)}) == 7


def test_the_checksum_depends_on_neither_order_nor_time_zone() -> None:
    shanghai = SENT.astimezone(timezone(timedelta(hours=8)))
    assert _sum() == _sum(answers={"b": "x", "a": 1}, sent_at=shanghai)


def test_a_checksum_is_compared_however_it_is_read_out() -> None:
    known = "616e2f5d" + "0" * 56
    assert matches("616e2f5d", known)
    assert matches(" ６１６Ｅ 2F5D ", known)
    assert matches(known, known)
    assert not matches("616e2f5e", known)
    for typed in ("616e2f5", "", "xyzxyzxyz", known + "0"):
        with pytest.raises(Refusal, match="前 8 位"):
            matches(typed, known)
