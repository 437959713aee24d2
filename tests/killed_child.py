"""Work that is killed: forks a worker for each order to kill, and kills it at the wanted moment.

`python -m tests.killed_child`, with `JIELI_DATABASE_URL` set; reads orders as lines of JSON and
answers each with lines of JSON, the last of which says how the worker ended. Imports what the
services need and no more, once; a worker costs a fork.

A *point* is one moment of a worker: before each SQL statement, before and after each COMMIT.
(What follows a statement precedes the next one, or the COMMIT.) An order with `kill_at` has the
worker send itself SIGKILL at that point; one with `kill_after` has it killed from outside after
so many seconds; any other is carried out here, which fills the cache of compiled statements
that the workers inherit.

PostgreSQL ends the session of a killed worker a moment after the worker. Until then that session
holds its locks, and a dispatcher passes over a row that is locked. A killed worker therefore
counts as ended once its session is gone.
"""

import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import event, text
from sqlmodel import Session

from adapters.database import get_engine, transaction
from flows.send_messages import send_ready
from models import Account, Measure
from rules.filling.posting import Posting
from rules.messages.outcomes import Result, SendOutcome
from services.assignments import assignments, hand_down
from services.assignments.reminders import tell_digests
from services.campaigns.closings import close_measures
from services.filling import sendings
from services.filling.sendings import Sending, Sent
from services.messages.outbox import Outgoing
from services.workbooks.workbooks import send_upload
from tests.due import attempt_each

Order = dict[str, Any]


def carry_out(order: Order, now: datetime) -> None:
    """What the flow does with a wish: a transaction for each part of each step."""
    ids = order["hand_down_ids"]
    with transaction() as session:
        plan = hand_down.plan(session, ids)
        hand_down.start(session, ids, order["flow_run_id"])
    for level in plan.levels:
        start: int | None = 0
        while start is not None:
            with transaction() as session:
                start = hand_down.hand_down_part(
                    session, ids, level, start=start, size=order["size"], now=now
                ).next
    with transaction() as session:
        hand_down.finish(session, ids, now=now)


def sign_and_release(order: Order, now: datetime) -> None:
    """Two clicks of a unit at a gate: it signs, it releases; the wish is written with it."""
    for act in (assignments.acknowledge, assignments.release):
        with transaction() as session:
            actor = session.get_one(Account, order["account_id"])
            act(session, order["assignment_id"], actor=actor, now=now)


def send(order: Order, now: datetime) -> None:
    """A filled form is sent; the receipt is given once it is stored."""
    with transaction() as session:
        actor = session.get_one(Account, order["account_id"])
        posting = Posting(send_key=order["send_key"])
        wanted = Sending(order["assignment_id"], order["typed"], posting, actor, now)
        sent = sendings.send(session, wanted)
        assert isinstance(sent, Sent)
        receipt = sent.submission.receipt
    answer(receipt=receipt)


def send_many(order: Order, now: datetime) -> None:
    """Forms of several units are sent together; each receipt is given once all are stored."""
    with transaction() as session:
        outcomes = sendings.send_each(
            session,
            [
                Sending(
                    form["assignment_id"], order["typed"], Posting(send_key=form["send_key"]),
                    session.get_one(Account, form["account_id"]), now,
                )
                for form in order["forms"]
            ],
        )  # fmt: skip
        receipts = [outcome.submission.receipt for outcome in outcomes if isinstance(outcome, Sent)]
    answer(receipts=receipts)


def carry_out_due(_order: Order, now: datetime) -> None:
    """What the dispatcher does with the timetable."""
    attempt_each(transaction, now)


def send_workbook(order: Order, now: datetime) -> None:
    """A township sends the workbook it has uploaded."""
    with transaction() as session:
        actor = session.get_one(Account, order["account_id"])
        given = (session, order["assignment_id"], order["token"])
        send_upload(*given, seen=order["seen"], actor=actor, now=now)


def close(order: Order, now: datetime) -> None:
    """The office closes a measure."""
    with transaction() as session:
        measure = session.get_one(Measure, order["measure_id"])
        actor = session.get_one(Account, order["account_id"])
        close_measures(session, [measure], actor=actor, now=now)


def send_messages(order: Order, now: datetime) -> None:
    """What a sender does with the outbox. Whoever gets a message writes a line."""

    def send(outgoing: Outgoing, _now: datetime) -> SendOutcome:
        with open(order["group"], "a") as group:
            group.write(f"{outgoing.delivery_id}\n")
        return SendOutcome(Result.SENT)

    send_ready(send, lambda: now)


def remind_units(_order: Order, now: datetime) -> None:
    """The reminders of a day are written."""
    with transaction() as session:
        tell_digests(session, now=now)


WORK: dict[str, Callable[[Order, datetime], None]] = {
    "carry_out": carry_out,
    "sign_and_release": sign_and_release,
    "send": send,
    "send_many": send_many,
    "carry_out_due": carry_out_due,
    "send_workbook": send_workbook,
    "close": close,
    "send_messages": send_messages,
    "remind_units": remind_units,
}


def answer(**values: object) -> None:
    """One line for who ordered; written at once, so that a kill cannot take it back."""
    os.write(sys.stdout.fileno(), json.dumps(values).encode() + b"\n")


class Points:
    """Counts the moments of this process, and ends it at one of them."""

    def __init__(self) -> None:
        self.passed = 0
        self.kill_at = 0
        for moment in ("before_cursor_execute", "commit"):
            event.listen(get_engine(), moment, self.pass_one)
        event.listen(Session, "after_commit", self.pass_one)

    def pass_one(self, *_: object) -> None:
        self.passed += 1
        if self.passed == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def work(order: Order, points: Points) -> None:
    """One piece of work; says how many points it passed."""
    points.passed, points.kill_at = 0, order.get("kill_at") or 0
    WORK[order["work"]](order, datetime.fromisoformat(order["now"]))
    answer(points=points.passed)


def kill_after(pid: int, seconds: float | None) -> None:
    """End the worker from outside, unless it has ended by then; None: it ends itself."""
    ended = os.pidfd_open(pid)
    if not select.select([ended], [], [], seconds)[0]:
        os.kill(pid, signal.SIGKILL)
    os.close(ended)


def session_name(pid: int) -> str:
    """What the sessions of a worker are called in PostgreSQL."""
    return f"worker {pid}"


def wait_for_end(pid: int) -> int:
    """How the worker ended, once it and its session in the database have."""
    ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if get_engine().dialect.name == "postgresql":
        limit = time.monotonic() + 60
        while _sessions(session_name(pid)):
            assert time.monotonic() < limit, "PostgreSQL keeps the session of a killed worker"
            time.sleep(0.002)
        get_engine().dispose()
    return ended


def _sessions(name: str) -> int:
    asked = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = :name")
    with get_engine().connect() as connection:
        count: int = connection.execute(asked, {"name": name}).scalar_one()
    return count


def main() -> None:
    """Carry out orders until there are no more."""
    points = Points()
    for line in sys.stdin:
        order = json.loads(line)
        if order.keys() & {"kill_at", "kill_after"}:
            pid = os.fork()
            if pid == 0:
                os.environ["PGAPPNAME"] = session_name(os.getpid())
                return work(order, points)  # the worker, which ends here
            kill_after(pid, order.get("kill_after"))
            answer(exit=wait_for_end(pid))
        else:
            work(order, points)
            get_engine().dispose()  # a worker must not share a connection
            answer(exit=0)


if __name__ == "__main__":
    main()
