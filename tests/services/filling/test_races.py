"""Two at once, on real databases with a connection each: nothing is lost, nothing is doubled."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, col, func, select

from models import (
    Account,
    Assignment,
    Decision,
    Draft,
    Event,
    HandDown,
    Measure,
    MeasureEvent,
    Occurrence,
    Review,
    ReviewBatch,
    Schedule,
    Status,
    Submission,
    Total,
    Unit,
)
from queries.assignments.kept_totals import read_totals
from queries.campaigns.campaigns import lock_own_measure
from queries.campaigns.occurrences import list_open
from rules.assignments.states import ClosedMeasure
from rules.filling.posting import Posting
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import Refusal
from services.assignments.recounts import list_wrong_totals
from services.assignments.roll_up import recount
from services.campaigns import occurrences
from services.campaigns.closings import close_measures
from services.campaigns.measures import delete_measure
from services.campaigns.schedules import schedule_release, stop_schedule
from services.filling.recalls import recall
from services.filling.sendings import Refused, Sending, Sent, send_each
from services.filling.submissions import Overtaken
from services.review.review_batches import decide_ticked, undo
from services.review.reviews import approve, return_
from tests.answering import ANSWER, account_of, answer, keep_draft, released_measures, try_to_send
from tests.building import REGION, TOWNSHIP, VILLAGE, assignment_of, get_unit, make_measure
from tests.conftest import NOW
from tests.databases import BACKENDS, fresh_engine
from tests.due import attempt_each
from tests.present import present
from tests.sample_tree import make_tree

LATER = NOW + timedelta(hours=1)
ROUNDS = 5


@pytest.fixture(scope="module", params=BACKENDS)
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A database of its own, where work is committed."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    folder = tmp_path_factory.mktemp("race")
    with fresh_engine(request.param, folder, f"jieli_race_{worker}_{os.getpid()}") as engine:
        with Session(engine) as session:
            make_tree(session)
            session.commit()
        yield engine


@pytest.fixture(scope="module")
def untouched(database: Engine) -> Iterator[int]:
    """The ids of measures that wait to be raced for, each once: handed down many at a time."""
    return _hand_down_more(database)


def _hand_down_more(engine: Engine) -> Iterator[int]:
    while True:
        with Session(engine) as session:
            ids = [measure.id for measure in released_measures(session, *[{}] * 2 * ROUNDS)]
            session.commit()
        yield from filter(None, ids)


class Case:
    """An untouched measure, its assignment at one village, and who acts on it."""

    def __init__(self, engine: Engine, measure_id: int) -> None:
        self.engine = engine
        self.measure_id = measure_id
        with Session(engine) as session:
            measure = session.get_one(Measure, measure_id)
            self.assignment_id = assignment_of(session, measure, VILLAGE).id
            self.clerk_id = account_of(session, VILLAGE).id
            self.township_id = account_of(session, TOWNSHIP).id
            self.region_id = get_unit(session, REGION).id
            session.commit()

    def do(self, act: Callable[[Session], object]) -> object:
        """What `act` returns in a transaction of its own, or the refusal it met."""
        with Session(self.engine, expire_on_commit=False) as session:
            try:
                outcome = act(session)
                session.commit()
            except Refusal as refusal:
                session.rollback()
                return refusal
            return outcome

    def at_once(self, *acts: Callable[[Session], object]) -> list[object]:
        """The outcomes of acts that start at the same moment."""
        start = Barrier(len(acts))

        def run(act: Callable[[Session], object]) -> object:
            start.wait(timeout=30)
            return self.do(act)

        with ThreadPoolExecutor(len(acts)) as pool:
            return list(pool.map(run, acts))

    def sending(
        self, key: str, checked: str = "12", based_on: int | None = None
    ) -> Callable[[Session], object]:
        def act(session: Session) -> object:
            clerk = session.get_one(Account, self.clerk_id)
            typed = {**ANSWER, "checked": [checked]}
            return try_to_send(
                session, self.assignment_id, typed, send_key=key, seen_revision=0,
                based_on=based_on, actor=clerk, now=NOW,
            )  # fmt: skip

        return act

    def closing(self, session: Session) -> int:
        measure = session.get_one(Measure, self.measure_id)
        return close_measures(session, [measure], actor=account_of(session, REGION), now=NOW)

    def answered(self) -> int:
        """The id of the village's answer, just sent."""
        with Session(self.engine) as session:
            measure = session.get_one(Measure, self.measure_id)
            sent = answer(session, measure, VILLAGE)
            session.commit()
            return sent.id

    def township_of(self, session: Session, code: str) -> int:
        """The account of the unit above a village."""
        upper = session.get_one(Unit, get_unit(session, code).parent_id)
        return account_of(session, upper.code).id

    def total(self) -> tuple[int, int]:
        with Session(self.engine) as session:
            total = present(
                session.get(Total, (self.measure_id, "once", self.region_id, "checked"))
            )
            return total.reported_sum // 10_000, total.reviewed_sum // 10_000

    def has_true_totals(self) -> bool:
        """Whether a recount finds what is kept; the recount is dropped."""
        with Session(self.engine) as session:
            kept = read_totals(session, self.measure_id)
            recount(session, self.measure_id, "once")
            return read_totals(session, self.measure_id) == kept

    def count(self, table: type[Submission] | type[Event] | type[Draft]) -> int:
        of_this = {
            Submission: Submission.assignment_id == self.assignment_id,
            Event: Event.assignment_id == self.assignment_id,
            Draft: Draft.assignment_id == self.assignment_id,
        }
        with Session(self.engine) as session:
            wanted = select(func.count()).select_from(table).where(of_this[table])
            return session.exec(wanted).one()


@pytest.fixture(params=range(ROUNDS))
def case(request: pytest.FixtureRequest, database: Engine, untouched: Iterator[int]) -> Case:
    return Case(database, next(untouched))


def test_the_same_sending_twice_at_once_is_one_submission(case: Case) -> None:
    key = f"same-sending-{case.assignment_id}"
    outcomes = case.at_once(*[case.sending(key)] * 3)
    sent = [outcome for outcome in outcomes if isinstance(outcome, Sent)]
    assert len(sent) == 3, outcomes
    assert len({outcome.submission.receipt for outcome in sent}) == 1
    assert sorted(outcome.again for outcome in sent) == [False, True, True]
    assert (case.count(Submission), case.count(Event)) == (1, 2)
    assert case.total() == (12, 0)


def test_of_two_different_sendings_at_once_one_wins_and_the_other_is_told(case: Case) -> None:
    outcomes = case.at_once(
        case.sending(f"first-sending-{case.assignment_id}", "3"),
        case.sending(f"second-sending-{case.assignment_id}", "5"),
    )
    won = [outcome for outcome in outcomes if isinstance(outcome, Sent)]
    lost = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert (len(won), len(lost)) == (1, 1)
    assert won[0].submission.receipt in str(lost[0])
    assert case.count(Submission) == 1
    assert case.total() == (won[0].submission.answers["checked"], 0)


def test_a_form_is_sent_before_the_measure_is_closed_or_refused_after_it(case: Case) -> None:
    key = f"while-closing-{case.assignment_id}"
    sent, closed = case.at_once(case.sending(key), case.closing)
    assert isinstance(sent, Sent | ClosedMeasure), sent
    assert closed
    assert case.count(Submission) == isinstance(sent, Sent)
    with Session(case.engine) as session:
        assert session.get_one(Assignment, case.assignment_id).closed_at == NOW
    assert case.has_true_totals()


def test_a_measure_closed_twice_at_once_is_closed_once(case: Case) -> None:
    outcomes = case.at_once(case.closing, case.closing, case.closing)
    assert sorted(map(bool, outcomes)) == [False, False, True], outcomes
    with Session(case.engine) as session:
        of_this = MeasureEvent.measure_id == case.measure_id
        acts = session.exec(select(MeasureEvent.act).where(of_this)).all()
        assert acts.count("close") == 1


def test_answers_of_many_villages_at_once_are_all_in_the_total(case: Case) -> None:
    codes = [VILLAGE, "150402005003", "150402005004", "150402102200", "150402102201"]

    def answering(code: str) -> Callable[[Session], object]:
        def act(session: Session) -> object:
            return answer(session, session.get_one(Measure, case.measure_id), code, 2)

        return act

    with Session(case.engine) as session:
        for code in codes:
            account_of(session, code)
        session.commit()
    case.at_once(*map(answering, codes))
    assert case.total() == (10, 0)


def test_groups_that_send_for_the_same_villages_at_once_never_wait_in_a_ring(case: Case) -> None:
    """As two processes do: whoever comes second is told, and corrections, signing and approving
    beside them go on."""
    codes = [VILLAGE, "150402005003", "150402005004", "150402102200", "150402102201"]
    with Session(case.engine) as session:
        measure = session.get_one(Measure, case.measure_id)
        ids = {code: assignment_of(session, measure, code).id for code in codes}
        actors = {code: account_of(session, code).id for code in codes}
        first = answer(session, measure, codes[-1]).id
        session.commit()

    def group(name: str, order: list[str]) -> Callable[[Session], object]:
        def act(session: Session) -> object:
            return send_each(
                session, [_of_group(session, name, ids, actors, code) for code in order]
            )

        return act

    def approving(session: Session) -> object:
        reviewer = session.get_one(Account, case.township_of(session, codes[-1]))
        return approve(session, first, actor=reviewer, now=LATER)

    *groups, _ = case.at_once(
        group("one", codes[:-1]), group("two", codes[-2::-1]), group("three", codes[:-1]), approving
    )
    receipts = set()
    for outcomes in groups:
        assert isinstance(outcomes, list)
        assert {type(outcome) for outcome in outcomes} <= {Sent, Refused}
        receipts |= {
            outcome.submission.receipt for outcome in outcomes if isinstance(outcome, Sent)
        }
    assert len(receipts) == len(codes) - 1
    assert case.total()[0] == 2 * (len(codes) - 1) + 12
    assert case.has_true_totals()


def _of_group(
    session: Session, name: str, ids: dict[str, int], actors: dict[str, int], code: str
) -> Sending:
    posting = Posting(f"group-{name}-{ids[code]}", seen_revision=0)
    typed = {**ANSWER, "checked": ["2"], "note": [f"{name} {code}"]}
    return Sending(ids[code], typed, posting, session.get_one(Account, actors[code]), NOW)


def test_a_recall_and_an_approval_at_once_do_not_both_happen(case: Case) -> None:
    submission_id = case.answered()

    def recalling(session: Session) -> object:
        clerk = session.get_one(Account, case.clerk_id)
        return recall(session, case.assignment_id, actor=clerk, now=LATER)

    def approving(session: Session) -> object:
        reviewer = session.get_one(Account, case.township_id)
        return approve(session, submission_id, actor=reviewer, now=LATER)

    outcomes = case.at_once(recalling, approving)
    assert sum(isinstance(outcome, Refusal) for outcome in outcomes) == 1
    assert case.total() in {(0, 0), (12, 12)}
    assert case.count(Event) == 3


def test_an_approval_and_a_return_at_once_leave_one_review(case: Case) -> None:
    submission_id = case.answered()

    def deciding(act: Callable[..., Any], **values: str) -> Callable[[Session], object]:
        def decide(session: Session) -> object:
            reviewer = session.get_one(Account, case.township_id)
            return act(session, submission_id, actor=reviewer, now=LATER, **values)

        return decide

    case.at_once(deciding(approve), deciding(return_, reason="请核对户数"))
    with Session(case.engine) as session:
        assignment = session.get_one(Assignment, case.assignment_id)
        assert assignment.status == Status.RETURNED
    assert case.total() == (0, 0)


def test_a_draft_and_a_sending_at_once_leave_no_draft(case: Case) -> None:
    def drafting(session: Session) -> object:
        clerk = session.get_one(Account, case.clerk_id)
        return keep_draft(session, case.assignment_id, ANSWER, actor=clerk, now=NOW)

    outcomes = case.at_once(
        drafting, case.sending(f"only-sending-{case.assignment_id}"), drafting, drafting
    )
    assert isinstance(outcomes[1], Sent)
    assert case.count(Draft) == 0


def test_a_draft_of_another_page_kept_while_one_sends_is_not_thrown_away(case: Case) -> None:
    """Kept, but not committed yet when the sending begins: nobody has heard of it."""
    with Session(case.engine) as session, ThreadPoolExecutor(1) as pool:
        clerk = session.get_one(Account, case.clerk_id)
        typed = {**ANSWER, "checked": ["99"]}
        keep_draft(session, case.assignment_id, typed, based_on=0, actor=clerk, now=NOW)
        key = f"sent-while-kept-{case.assignment_id}"
        sending = pool.submit(case.do, case.sending(key, based_on=0))
        wait([sending], timeout=1)  # It waits for the draft; how far it had come is no matter.
        session.commit()
        outcome = sending.result(timeout=30)
    assert isinstance(outcome, Overtaken), outcome
    assert (case.count(Submission), case.count(Draft)) == (0, 1)


def test_two_reviewers_at_once_decide_each_submission_once(case: Case) -> None:
    sent_id = case.answered()

    def deciding(decision: Decision) -> Callable[[Session], object]:
        def act(session: Session) -> object:
            reviewer = session.get_one(Account, case.township_id)
            reason = "户数与上月不符" if decision == Decision.RETURN else ""
            ids = [sent_id]
            return decide_ticked(session, ids, decision, reason=reason, actor=reviewer, now=LATER)

        return act

    outcomes = case.at_once(deciding(Decision.APPROVE), deciding(Decision.RETURN))
    decided = [outcome for outcome in outcomes if isinstance(outcome, ReviewBatch)]
    assert [batch.count for batch in decided] == [1], outcomes
    assert outcomes.count(None) == 1
    approved = decided[0].decision == Decision.APPROVE
    assert case.total() == ((12, 12) if approved else (0, 0))


def test_undoing_twice_at_once_and_deciding_again_leaves_true_totals(case: Case) -> None:
    sent_id = case.answered()

    def approving(session: Session) -> object:
        reviewer = session.get_one(Account, case.township_id)
        return approve(session, sent_id, actor=reviewer, now=LATER).batch_id

    batch_id = case.do(approving)
    assert isinstance(batch_id, int), batch_id

    def undoing(session: Session) -> object:
        reviewer = session.get_one(Account, case.township_id)
        return undo(session, batch_id, actor=reviewer, now=LATER).undone_count

    outcomes = case.at_once(undoing, undoing, approving)
    assert outcomes[:2] == [1, 1]
    again = not isinstance(outcomes[2], Refusal)
    assert case.total() == ((12, 12) if again else (12, 0))
    with Session(case.engine) as session:
        wanted = select(func.count()).select_from(Review).where(Review.submission_id == sent_id)
        assert session.exec(wanted).one() == int(again)


def test_whoever_plans_or_deletes_a_measure_first_is_not_met_by_a_fault(case: Case) -> None:
    measure_id = case.do(_confirmed)
    outcomes = case.at_once(*[_own(_delete, measure_id)] * 2, _own(_plan, measure_id))
    assert outcomes[:2] in (["done", "not there"], ["not there", "done"])
    assert outcomes[2] in ("done", "not there")


def _confirmed(session: Session) -> int | None:
    office = account_of(session, REGION)
    return make_measure(session, office).id


def _own(
    act: Callable[[Session, Measure, Account], object], measure_id: object
) -> Callable[..., Any]:
    """`act` on the measure as a request does it."""

    def acting(session: Session) -> str:
        office = account_of(session, REGION)
        try:
            measure, _campaign = lock_own_measure(session, office, int(str(measure_id)))
        except NotFound:
            return "not there"
        act(session, measure, office)
        return "done"

    return acting


def _delete(session: Session, measure: Measure, office: Account) -> None:
    delete_measure(session, measure, actor=office)


def _plan(session: Session, measure: Measure, office: Account) -> None:
    schedule_release(session, measure, LATER, actor=office, now=NOW)


def _due(database: Engine) -> tuple[int | None, int | None]:
    """A schedule that is due, and its measure."""
    with Session(database) as session:
        office = account_of(session, REGION)
        measure = make_measure(session, office)
        planned = schedule_release(session, measure, NOW, actor=office, now=NOW - timedelta(days=1))
        session.commit()
        return planned.id, measure.id


def _transactions(database: Engine) -> Callable[[], AbstractContextManager[Session]]:
    @contextmanager
    def transaction() -> Iterator[Session]:
        with Session(database, expire_on_commit=False) as session:
            yield session
            session.commit()

    return transaction


def _all_at_once(*acts: Callable[[], object]) -> None:
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        start.wait(timeout=30)
        act()

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(run, acts))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_what_is_due_is_done_once_though_several_dispatchers_find_it(
    database: Engine, _round: int
) -> None:
    schedule_id, measure_id = _due(database)

    transaction = _transactions(database)
    _all_at_once(*[lambda: attempt_each(transaction, NOW)] * 3)
    with Session(database) as session:
        own = select(Occurrence).where(Occurrence.schedule_id == schedule_id)
        done = session.exec(own).one()
        assert (done.outcome, done.attempts) == ("done", 1)
        wishes = select(HandDown.id).where(HandDown.measure_id == measure_id)
        assert session.exec(wishes).all() == [done.hand_down_id]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_measure_that_is_due_is_released_or_deleted_but_not_both(
    database: Engine, _round: int
) -> None:
    schedule_id, measure_id = _due(database)

    transaction = _transactions(database)

    def delete() -> None:
        with transaction() as session, suppress(Refusal, NotFound):
            office = account_of(session, REGION)
            delete_measure(
                session, lock_own_measure(session, office, present(measure_id))[0], actor=office
            )

    _all_at_once(lambda: attempt_each(transaction, NOW), delete)
    with Session(database) as session:
        wishes = select(func.count()).where(HandDown.measure_id == measure_id)
        released = session.exec(wishes).one()
        assert (session.get(Measure, measure_id) is not None) == released
        assert (session.get(Schedule, schedule_id) is not None) == released


def test_a_schedule_stopped_while_it_is_carried_out_keeps_nobody_waiting(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both write a row of history that points to the schedule and to the measure. On SQLite one
    comes after the other."""
    schedule_id, measure_id = _due(database)
    transaction = _transactions(database)
    with transaction() as session:
        occurrences.note_due(session, now=NOW)
        [occurrence] = [wish for wish in list_open(session) if wish.schedule.id == schedule_id]
    ends = occurrences._open_of

    def carried_out_first(schedule: Schedule) -> object:
        with transaction() as other:
            if in_between:
                other.execute(text("SET LOCAL lock_timeout = '20s'"))
            occurrences.carry_out(other, occurrence.id, now=NOW)
        return ends(schedule)

    in_between = database.dialect.name == "postgresql"
    if not in_between:
        carried_out_first(occurrence.schedule)
    with transaction() as session:
        schedule = session.get_one(Schedule, schedule_id)
        if in_between:
            monkeypatch.setattr(occurrences, "_open_of", carried_out_first)
        stop_schedule(session, schedule, actor=account_of(session, REGION), now=LATER)
    with Session(database) as session:
        own = select(MeasureEvent.act).where(MeasureEvent.measure_id == measure_id)
        told = session.exec(own.order_by(col(MeasureEvent.id))).all()
        assert told[-2:] == ["release", "stop_schedule"]
        assert session.get_one(Occurrence, occurrence.id).outcome == "done"


def test_after_all_these_races_every_total_is_what_is_there(database: Engine) -> None:
    """Runs last: no race has left anything in the totals of another measure."""
    with Session(database) as session:
        assert list_wrong_totals(session) == []
