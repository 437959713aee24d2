"""Flags of what waits for review follow what the units beside send."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from models import Account, Assignment, Measure, Submission, Unit
from queries.filling.comparisons import list_stale
from rules.filling.checks.flags import FlagKind
from services.filling.comparisons import compare, find_flags_now, store
from services.filling.recalls import recall
from services.filling.submissions import Asked
from services.review.reviews import approve, return_
from tests.answering import account_of, send, send_key, try_to_send
from tests.conftest import NOW
from tests.counting import statements

STORY = (
    "村干部对辖区内居民逐户走访，排查取暖安全隐患，发现的已当场整改，其余限期三日内整改到位，"
    "并发放宣传单，签订责任书，建立台账，明确专人负责。"
)
FAR = {"kind": "siblings", "field": "checked", "value": "500", "other": "11", "count": 8}
"""The flag of the one that answers 500 where eight others answer about 10."""


@pytest.fixture
def ones(session: Session, measure: Measure) -> list[Assignment]:
    """Nine villages' assignments, all below the same one: the sample's townships are small."""
    found = session.exec(
        select(Assignment)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(Assignment.measure_id == measure.id, Assignment.lowest)
        .order_by(Unit.lft)
    ).all()[:9]
    for one in found:
        one.parent_id = found[0].parent_id
    session.flush()
    return list(found)


def clerk(session: Session, one: Assignment) -> Account:
    return account_of(session, session.get_one(Unit, one.unit_id).code)


def fill(session: Session, one: Assignment, checked: int, note: str = "") -> Submission:
    typed = {"checked": [str(checked)], "note": [note]}
    return send(session, one, typed, actor=clerk(session, one))


def refresh(session: Session) -> int:
    """As the sweep does it."""
    groups = list_stale(session)
    found = compare(session, [group.parent_id for group in groups])
    return store(session, groups, found) if groups else 0


def reviewer(session: Session, one: Assignment) -> Account:
    return clerk(session, session.get_one(Assignment, one.parent_id))


def test_who_sends_first_is_held_against_those_who_send_later(
    session: Session, ones: list[Assignment]
) -> None:
    first = fill(session, ones[0], 500, STORY)
    for place, one in enumerate(ones[1:]):
        fill(session, one, 10 + place % 3, STORY if place == 0 else "")
    copy = session.get_one(Submission, first.id + 1)
    assert (first.flags, first.flag_count) == ([], 0)
    assert refresh(session) == 1
    same = {"kind": "similar_text", "field": "note", "count": 1}
    assert (first.flags, first.flag_count) == ([FAR, same], 2)
    assert copy.flags == [same]
    assert list_stale(session) == []


def test_what_is_taken_back_is_no_longer_held_against(
    session: Session, ones: list[Assignment]
) -> None:
    first, second = (fill(session, one, 12, STORY) for one in ones[:2])
    refresh(session)
    assert (first.flag_count, second.flag_count) == (1, 1)
    recall(session, ones[1].id, actor=clerk(session, ones[1]), now=NOW)
    assert refresh(session) == 1
    assert (first.flags, first.flag_count) == ([], 0)
    assert second.flag_count == 1  # It does not wait any more.


def test_what_was_reviewed_keeps_the_flags_its_reviewer_saw(
    session: Session, ones: list[Assignment]
) -> None:
    early, waiting, *_ = [fill(session, one, 10 + place % 3) for place, one in enumerate(ones[1:])]
    above = reviewer(session, ones[0])
    approve(session, early.id, actor=above, now=NOW)
    first = fill(session, ones[0], 500)
    first.flags, first.flag_count = [], 0
    approve(session, first.id, actor=above, now=NOW)
    assert (first.flags, first.flag_count) == ([FAR], 1)
    early.flags = kept = [{"kind": "all_zero"}]
    assert refresh(session) == 0
    assert early.flags == kept
    assert find_flags_now(session, ones[1], early) == kept
    assert find_flags_now(session, ones[2], waiting) == []


def test_a_unit_is_asked_about_what_came_up_after_it_had_sent(
    session: Session, ones: list[Assignment]
) -> None:
    first = fill(session, ones[0], 500)
    for place, one in enumerate(ones[1:]):
        fill(session, one, 10 + place % 3)
    refresh(session)
    above = reviewer(session, ones[0])
    return_(session, first.id, reason="请核实户数", actor=above, now=NOW)
    asked = try_to_send(
        session, ones[0].id, {"checked": ["500"], "note": ["已核实。"]}, send_key=send_key(),
        confirmed="", actor=clerk(session, ones[0]), now=NOW,
    )  # fmt: skip
    assert isinstance(asked, Asked)
    assert FlagKind.SIBLINGS in {flag.kind for flag in asked.flags}


def test_where_few_units_are_beside_a_change_further_away_counts(
    session: Session, measure: Measure, ones: list[Assignment]
) -> None:
    parent = session.get_one(Assignment, ones[0].parent_id)
    other = Assignment(**{**parent.model_dump(exclude={"id", "unit_id"}),
                          "unit_id": session.get_one(Unit, parent.unit_id).parent_id,
                          "period": "202611"})  # fmt: skip
    session.add(other)
    session.flush()
    for one in ones[1:]:
        one.parent_id = other.id
    first = fill(session, ones[0], 500)
    assert refresh(session) == 0
    for place, one in enumerate(ones[1:]):
        fill(session, one, 10 + place % 3)
    assert refresh(session) == 1
    assert first.flags == [FAR]
    assert refresh(session) == 0


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(9)))
def test_flags_do_not_depend_on_the_order_in_which_the_units_sent(
    session: Session, ones: list[Assignment], order: list[Any]
) -> None:
    answers = [(500, STORY), (0, STORY), *((10 + place % 3, "") for place in range(6)), (40, STORY)]
    with session.begin_nested() as tried:
        for place in order:
            fill(session, ones[place], *answers[place])
        at_sending = session.exec(select(Submission).order_by(Submission.id.desc())).first().flags
        refresh(session)
        rows = session.exec(select(Submission).order_by(Submission.assignment_id)).all()
        found = [[(flag["kind"], flag.get("count")) for flag in one.flags] for one in rows]
        last = next(one for one in rows if one.assignment_id == ones[order[-1]].id)
        assert last.flags == at_sending  # Whoever comes last has seen all the others.
        tried.rollback()
    session.expire_all()
    like = ("similar_text", 2)
    assert found == [[("siblings", 8), like], [like], *[[]] * 6, [("siblings", 8), like]]


def test_statements_do_not_depend_on_the_number_of_units(
    session: Session, ones: list[Assignment]
) -> None:
    counts = []
    for part in (ones[:2], ones[2:8]):
        for one in part:
            fill(session, one, 5 if one is ones[0] else 12, STORY)
        with statements(session) as sent:
            refresh(session)
        with statements(session) as opened:
            find_flags_now(session, ones[0], session.exec(select(Submission)).first())
        counts.append((len(sent), len(opened)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 10
