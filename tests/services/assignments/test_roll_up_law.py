"""The law of roll-up: whatever happens in whatever order, the running totals are the true ones."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from models import (
    AnswerNumber,
    Assignment,
    DeclineKind,
    Measure,
    ReviewBatch,
    Ruling,
    Status,
    Submission,
    Total,
    Unit,
)
from queries.assignments.declines import find_previous_decline
from queries.assignments.kept_totals import read_totals
from queries.filling.submissions import find_current
from rules.assignments.states import OUT, REPORTED, REVIEWED, UNSENT
from rules.sentences.refusal import Refusal
from services.assignments.assignments import acknowledge
from services.assignments.declines import decline, rule
from services.assignments.extensions import extend_lower
from services.assignments.recounts import list_wrong_totals
from services.assignments.roll_up import recount
from services.campaigns.closings import close_measures, open_measure_again
from services.campaigns.withdrawals import withdraw_measure
from services.filling.recalls import recall
from services.review.review_batches import undo
from services.review.reviews import approve, return_
from tests.answering import (
    ANSWER,
    NARRATIVE,
    account_of,
    approve_many,
    released_measure,
    return_many,
    send_key,
    try_to_send,
)
from tests.building import BANNER, REGION, TOWNSHIP, assignment_of
from tests.conftest import NOW
from tests.present import present

pytestmark = pytest.mark.long

VILLAGES = ("150402005002", "150402005003", "150402102200")
UNITS = (*VILLAGES, TOWNSHIP, BANNER)
ABOVE = {
    "150402005002": TOWNSHIP, "150402005003": TOWNSHIP, "150402102200": "150402102000",
    TOWNSHIP: BANNER, BANNER: "150400000000",
}  # fmt: skip
DAYS = (0, 10, 40)
"""Days after the hand-down at which things happen; the measure is due after 27."""


@pytest.fixture
def measure(session: Session) -> Measure:
    measure = released_measure(session, addressees=(("village", ""), ("township", "")))
    for code in (*UNITS, *ABOVE.values(), REGION):
        account_of(session, code)
    return measure


def _submit(session: Session, measure: Measure, code: str, number: int, now: datetime) -> None:
    assignment = assignment_of(session, measure, code)
    typed = {**ANSWER, "checked": [str(number)]} if assignment.answering else {}
    if number % 2 and assignment.answering:
        del typed["spent"]
    if not assignment.lowest:
        typed = {**typed, **NARRATIVE}
    actor = account_of(session, code)
    try_to_send(session, assignment.id, typed, send_key=send_key(), actor=actor, now=now)


def _recall(session: Session, measure: Measure, code: str, _number: int, now: datetime) -> None:
    assignment = assignment_of(session, measure, code)
    recall(session, assignment.id, actor=account_of(session, code), now=now)


def _acknowledge(
    session: Session, measure: Measure, code: str, _number: int, now: datetime
) -> None:
    assignment = assignment_of(session, measure, code)
    acknowledge(session, assignment.id, actor=account_of(session, code), now=now)


def _approve(session: Session, measure: Measure, code: str, _number: int, now: datetime) -> None:
    current = find_current(session, assignment_of(session, measure, code).id)
    if current:
        approve(session, current.submission.id, actor=account_of(session, ABOVE[code]), now=now)


def _return(session: Session, measure: Measure, code: str, number: int, now: datetime) -> None:
    current = find_current(session, assignment_of(session, measure, code).id)
    if not current:
        return
    fields = ["checked"] if number % 3 == 0 and code not in (TOWNSHIP, BANNER) else []
    return_(
        session, current.submission.id, reason="数字与上月不符", fields=fields,
        actor=account_of(session, ABOVE[code]), now=now,
    )  # fmt: skip


def _currents(session: Session, measure: Measure) -> list[int]:
    found = [find_current(session, assignment_of(session, measure, code).id) for code in UNITS]
    return [current.submission.id for current in found if current]


def _approve_many(
    session: Session, measure: Measure, code: str, _number: int, now: datetime
) -> None:
    reviewer = account_of(session, ABOVE[code])
    approve_many(session, _currents(session, measure), actor=reviewer, now=now)


def _return_many(
    session: Session, measure: Measure, code: str, _number: int, now: datetime
) -> None:
    reviewer = account_of(session, ABOVE[code])
    ids = _currents(session, measure)
    return_many(session, ids, reason="请全部核对", actor=reviewer, now=now)


def _undo(session: Session, measure: Measure, code: str, _number: int, now: datetime) -> None:
    """The latest decision of the unit above, whatever became of the answers since."""
    reviewer = account_of(session, ABOVE[code])
    mine = select(ReviewBatch).where(ReviewBatch.unit_id == reviewer.unit_id)
    latest = session.exec(mine.order_by(col(ReviewBatch.id).desc())).first()
    if latest:
        undo(session, latest.id, actor=reviewer, now=now)


def _close(session: Session, measure: Measure, _code: str, _number: int, now: datetime) -> None:
    close_measures(session, [measure], actor=account_of(session, REGION), now=now)


def _open_again(
    session: Session, measure: Measure, _code: str, _number: int, now: datetime
) -> None:
    office = account_of(session, REGION)
    open_measure_again(session, measure, reason="还有单位没有报", actor=office, now=now)


def _decline(session: Session, measure: Measure, code: str, _number: int, now: datetime) -> None:
    decline(
        session, assignment_of(session, measure, code).id, kind=DeclineKind.CANNOT,
        reason="人手不够", days=2, actor=account_of(session, code), now=now,
    )  # fmt: skip


def _rule(session: Session, measure: Measure, code: str, number: int, now: datetime) -> None:
    """Insist, take or excuse, by turns."""
    assignment = assignment_of(session, measure, code)
    found = find_previous_decline(session, assignment.id)
    if found is None:
        return
    ruling = (Ruling.INSIST, Ruling.TAKE, Ruling.EXCUSE)[number % 3]
    asked = session.get_one(Unit, found.asked_id).code
    actor = account_of(session, asked)
    rule(session, found.id, ruling=ruling, reason="按通知办理", actor=actor, now=now)


def _extend(session: Session, measure: Measure, code: str, number: int, now: datetime) -> None:
    own = assignment_of(session, measure, ABOVE[code])
    ids = [assignment_of(session, measure, code).id]
    extend_lower(
        session, own.id, ids, until=own.due_on - timedelta(days=number % 2), reason="大雪封路",
        deep=bool(number % 2), actor=account_of(session, ABOVE[code]), now=now,
    )  # fmt: skip


def _withdraw(session: Session, measure: Measure, _code: str, _number: int, now: datetime) -> None:
    withdraw_measure(
        session, measure, reason="文件作废", actor=account_of(session, REGION), now=now
    )


STORIES: list[tuple[Callable[..., Any], ...]] = [
    (_submit,), (_submit, _approve), (_submit, _return), (_submit, _approve, _return),
    (_submit, _recall), (_submit, _return, _submit), (_approve,), (_return,), (_recall,),
    (_submit, _approve, _submit), (_submit, _approve, _undo), (_submit, _return, _undo),
    (_submit, _return_many, _submit, _undo), (_approve_many, _undo), (_undo,),
    (_acknowledge,), (_approve_many,), (_return_many,),
    (_submit, _approve, _close, _submit, _open_again, _submit), (_submit, _close, _approve, _undo),
    (_open_again,), (_submit, _return_many, _close, _undo, _open_again, _submit), (_close,),
    (_open_again,), (_decline, _rule, _submit), (_decline,), (_decline, _rule, _decline, _rule),
    (_extend, _submit), (_extend,), (_withdraw,),
]  # fmt: skip
"""What may happen to one unit in a row; random single acts seldom get far."""
STEPS = st.tuples(
    st.sampled_from(STORIES), st.sampled_from(UNITS), st.integers(0, 9), st.sampled_from(DAYS)
)

Key = tuple[Any, ...]
"""What the rows of a table of totals are told apart by."""
Totals = dict[Key, dict[str, int]]


def totals(session: Session, measure: Measure) -> Totals:
    """Every row of Tally and Total that counts something, by its key."""
    session.flush()
    session.expire_all()
    return read_totals(session, measure.id)


def true_totals(session: Session, measure: Measure) -> Totals:
    """The same, counted in plain Python from the assignments and their numbers."""
    units = {unit.id: unit for unit in session.exec(select(Unit))}
    numbers: dict[int, list[AnswerNumber]] = {}
    for number in session.exec(select(AnswerNumber)):
        numbers.setdefault(number.assignment_id, []).append(number)
    counted: dict[Key, Counter[str]] = {}
    wanted = select(Assignment).where(Assignment.measure_id == measure.id)
    for assignment in session.exec(wanted):
        above = units[assignment.unit_id].parent_id
        while above is not None:
            key: Key = (
                "Tally",
                assignment.period,
                above,
                assignment.level,
                assignment.due_on,
                None,
            )
            counted.setdefault(key, Counter()).update(_marks(assignment))
            for number in numbers.get(assignment.id, []):
                key = ("Total", assignment.period, above, None, None, number.field)
                counted.setdefault(key, Counter()).update(_parts(assignment, number.value))
            above = units[above].parent_id
    whole = {key: {name: n for name, n in c.items() if n} for key, c in counted.items()}
    return {key: values for key, values in whole.items() if values}


def _marks(assignment: Assignment) -> dict[str, int]:
    live = assignment.status not in OUT
    reported, reviewed = assignment.status in REPORTED, assignment.status in REVIEWED
    marks = {
        "issued": live, "acknowledged": live and assignment.acknowledged_at is not None,
        "released": live and assignment.released_at is not None, "submitted": reported,
        "approved": reviewed, "returned": assignment.status == Status.RETURNED,
        "unsent": assignment.status in UNSENT and assignment.closed_at is None,
        "late": live and assignment.late, "sent": live and assignment.sent_at is not None,
        "extended": live and assignment.extended,
        "excused": assignment.answering and assignment.status == Status.EXCUSED,
        "answering": live and assignment.answering, "reported": reported and assignment.answering,
        "reviewed": reviewed and assignment.answering,
    }  # fmt: skip
    return {name: int(mark) for name, mark in marks.items()}


def _parts(assignment: Assignment, value: int) -> dict[str, int]:
    reported, reviewed = assignment.status in REPORTED, assignment.status in REVIEWED
    return {
        "reported_sum": value * reported, "reported_count": int(reported),
        "reviewed_sum": value * reviewed, "reviewed_count": int(reviewed),
    }  # fmt: skip


def _perform(session: Session, measure: Measure, steps: list[tuple[Any, ...]]) -> None:
    """Each act in a transaction of its own; what is refused leaves nothing behind."""
    for story, code, number, day in steps:
        for act in story:
            try:
                with session.begin_nested():
                    act(session, measure, code, number, NOW + timedelta(days=day))
            except Refusal:
                session.expire_all()


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(
    steps=[
        (story, UNITS[place % len(UNITS)], place, DAYS[place % len(DAYS)])
        for place, story in enumerate(STORIES)
    ]
)
@given(steps=st.lists(STEPS, min_size=3, max_size=12))
def test_any_order_of_acts_gives_the_totals_of_a_recount_from_nothing(
    session: Session, measure: Measure, steps: list[Any]
) -> None:
    savepoint = session.begin_nested()
    _perform(session, measure, steps)
    running = totals(session, measure)
    assert running == true_totals(session, measure)
    recount(session, measure.id, "once")
    assert totals(session, measure) == running
    assert list_wrong_totals(session) == []
    savepoint.rollback()
    for forgotten in [row for row in session if isinstance(row, Submission)]:
        session.expunge(forgotten)  # SQLite gives its id to a submission of the next example


def test_the_law_is_tested_on_something(session: Session, measure: Measure) -> None:
    day = DAYS[0]
    steps = [((_submit,), code, 4, day) for code in (*VILLAGES, TOWNSHIP)]
    _perform(session, measure, [*steps, ((_approve_many,), VILLAGES[0], 0, day)])
    region = assignment_of(session, measure, REGION).unit_id
    checked = totals(session, measure)["Total", "once", region, None, None, "checked"]
    assert checked == {
        "reported_sum": 160_000, "reported_count": 4, "reviewed_sum": 80_000, "reviewed_count": 2,
    }  # fmt: skip
    assert assignment_of(session, measure, TOWNSHIP).due_on < date(2026, 12, 21)


def test_a_total_that_is_wrong_by_one_is_found_and_left_as_it_is(
    session: Session, measure: Measure
) -> None:
    _perform(session, measure, [((_submit,), code, 4, 0) for code in VILLAGES])
    kept = present(session.exec(select(Total).where(Total.measure_id == measure.id)).first())
    kept.reported_sum += 1
    before = totals(session, measure)
    assert list_wrong_totals(session) == [(measure.id, "once")]
    assert totals(session, measure) == before
