"""Flags of what waits for review follow what the units beside send."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from models import Account, Assignment, Flag, FlagKind, Measure, Submission, Unit
from queries.filling.comparisons import list_stale
from services.filling.comparisons import compare, find_flags_now, store
from services.filling.recalls import recall
from services.filling.sendings import Asked
from services.review.reviews import approve, return_
from tests.answering import account_of, send, send_key, try_to_send
from tests.conftest import NOW
from tests.counting import statements
from tests.present import present

STORY = (
    "村干部对辖区内居民逐户走访，排查取暖安全隐患，发现的已当场整改，其余限期三日内整改到位，"
    "并发放宣传单，签订责任书，建立台账，明确专人负责。"
)
FAR = Flag(FlagKind.SIBLINGS, "checked", value="500", other="11", count=8)
"""The flag of the one that answers 500 where eight others answer about 10."""


@pytest.fixture
def assignments(session: Session, measure: Measure) -> list[Assignment]:
    """Nine villages' assignments, all below the same one: the sample's townships are small."""
    found = session.exec(
        select(Assignment)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .where(Assignment.measure_id == measure.id, Assignment.lowest)
        .order_by(col(Unit.lft))
    ).all()[:9]
    for assignment in found:
        assignment.parent_id = found[0].parent_id
    session.flush()
    return list(found)


def clerk(session: Session, assignment: Assignment) -> Account:
    return account_of(session, session.get_one(Unit, assignment.unit_id).code)


def fill(session: Session, assignment: Assignment, checked: int, note: str = "") -> Submission:
    typed = {"checked": [str(checked)], "note": [note]}
    return send(session, assignment, typed, actor=clerk(session, assignment))


def refresh(session: Session) -> int:
    """As the sweep does it."""
    groups = list_stale(session)
    found = compare(session, [group.parent_id for group in groups])
    return store(session, groups, found) if groups else 0


def reviewer(session: Session, assignment: Assignment) -> Account:
    return clerk(session, session.get_one(Assignment, assignment.parent_id))


def test_who_sends_first_is_held_against_those_who_send_later(
    session: Session, assignments: list[Assignment]
) -> None:
    first = fill(session, assignments[0], 500, STORY)
    for place, assignment in enumerate(assignments[1:]):
        fill(session, assignment, 10 + place % 3, STORY if place == 0 else "")
    copy = session.get_one(Submission, first.id + 1)
    assert (first.flags, first.flag_count) == ((), 0)
    assert refresh(session) == 1
    same = Flag(FlagKind.SIMILAR_TEXT, "note", count=1)
    assert (first.flags, first.flag_count) == ((FAR, same), 2)
    assert copy.flags == (same,)
    assert list_stale(session) == []


def test_what_is_taken_back_is_no_longer_held_against(
    session: Session, assignments: list[Assignment]
) -> None:
    first, second = (fill(session, assignment, 12, STORY) for assignment in assignments[:2])
    refresh(session)
    assert (first.flag_count, second.flag_count) == (1, 1)
    recall(session, assignments[1].id, actor=clerk(session, assignments[1]), now=NOW)
    assert refresh(session) == 1
    assert (first.flags, first.flag_count) == ((), 0)
    assert second.flag_count == 1  # It does not wait any more.


def test_what_was_reviewed_keeps_the_flags_its_reviewer_saw(
    session: Session, assignments: list[Assignment]
) -> None:
    early, waiting, *_ = [
        fill(session, assignment, 10 + place % 3)
        for place, assignment in enumerate(assignments[1:])
    ]
    above = reviewer(session, assignments[0])
    approve(session, early.id, actor=above, now=NOW)
    first = fill(session, assignments[0], 500)
    first.flags, first.flag_count = tuple[Flag, ...](), 0
    approve(session, first.id, actor=above, now=NOW)
    assert (first.flags, first.flag_count) == ((FAR,), 1)
    early.flags = kept = (Flag(FlagKind.ALL_ZERO),)
    assert refresh(session) == 0
    assert early.flags == kept
    assert find_flags_now(session, assignments[1], early) == kept
    assert find_flags_now(session, assignments[2], waiting) == ()


def test_a_unit_is_asked_about_what_came_up_after_it_had_sent(
    session: Session, assignments: list[Assignment]
) -> None:
    first = fill(session, assignments[0], 500)
    for place, assignment in enumerate(assignments[1:]):
        fill(session, assignment, 10 + place % 3)
    refresh(session)
    above = reviewer(session, assignments[0])
    return_(session, first.id, reason="请核实户数", actor=above, now=NOW)
    asked = try_to_send(
        session, assignments[0].id, {"checked": ["500"], "note": ["已核实。"]}, send_key=send_key(),
        confirmed="", actor=clerk(session, assignments[0]), now=NOW,
    )  # fmt: skip
    assert isinstance(asked, Asked)
    assert FlagKind.SIBLINGS in {flag.kind for flag in asked.flags}


def test_where_few_units_are_beside_a_change_further_away_counts(
    session: Session, measure: Measure, assignments: list[Assignment]
) -> None:
    parent = session.get_one(Assignment, assignments[0].parent_id)
    other = Assignment(**{**parent.model_dump(exclude={"id", "unit_id"}),
                          "unit_id": session.get_one(Unit, parent.unit_id).parent_id,
                          "period": "202611"})  # fmt: skip
    session.add(other)
    session.flush()
    for assignment in assignments[1:]:
        assignment.parent_id = other.id
    first = fill(session, assignments[0], 500)
    assert refresh(session) == 0
    for place, assignment in enumerate(assignments[1:]):
        fill(session, assignment, 10 + place % 3)
    assert refresh(session) == 1
    assert first.flags == (FAR,)
    assert refresh(session) == 0


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(9)))
def test_flags_do_not_depend_on_the_order_in_which_the_units_sent(
    session: Session, assignments: list[Assignment], order: list[Any]
) -> None:
    answers = [(500, STORY), (0, STORY), *((10 + place % 3, "") for place in range(6)), (40, STORY)]
    with session.begin_nested() as tried:
        for place in order:
            fill(session, assignments[place], *answers[place])
        at_sending = present(
            session.exec(select(Submission).order_by(col(Submission.id).desc())).first()
        ).flags
        refresh(session)
        rows = session.exec(select(Submission).order_by(col(Submission.assignment_id))).all()
        found = [[(flag.kind, flag.count) for flag in row.flags] for row in rows]
        last = next(row for row in rows if row.assignment_id == assignments[order[-1]].id)
        assert last.flags == at_sending  # Whoever comes last has seen all the others.
        tried.rollback()
    session.expire_all()
    like = ("similar_text", 2)
    assert found == [[("siblings", 8), like], [like], *[[]] * 6, [("siblings", 8), like]]


def test_statements_do_not_depend_on_the_number_of_units(
    session: Session, assignments: list[Assignment]
) -> None:
    counts = []
    for part in (assignments[:2], assignments[2:8]):
        for assignment in part:
            fill(session, assignment, 5 if assignment is assignments[0] else 12, STORY)
        with statements(session) as sent:
            refresh(session)
        with statements(session) as opened:
            find_flags_now(
                session, assignments[0], present(session.exec(select(Submission)).first())
            )
        counts.append((len(sent), len(opened)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 10
