"""Clerks who send, take back and send again, while the servers that they send to are killed."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Any

import httpx
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models import Assignment, Role, Submission, Total, Unit
from rules.filling.receipts import is_whole
from services.assignments.roll_up import recount
from tests.building import make_account, make_measure, release_down
from tests.web.conftest import SAME_SITE
from tests.web.signed_in import open_session
from web.edge.viewer.security import SESSION_COOKIE

CLERKS = 20
PATIENCE = 120
"""Seconds in which servers that are there must have given the receipts that are waited for."""


@dataclass
class Clerk:
    """One village's clerk, who sends, takes back, and sends again."""

    token: str
    assignment_id: int
    number: int
    receipts: dict[str, int] = field(default_factory=dict)
    """Receipt → the figure it was given for."""


def sign_in_clerks(session: Session) -> list[Clerk]:
    """Twenty villages of the tree with an assignment and a signed-in clerk each."""
    office = make_account(session)
    release_down(session, make_measure(session, office), office)
    found = session.exec(
        select(Assignment.id, Unit.code)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .where(Assignment.lowest)
        .order_by(col(Unit.lft))
        .limit(CLERKS)
    ).all()
    return [
        Clerk(_sign_in(session, code), assignment_id, number)
        for number, (assignment_id, code) in enumerate(found)
    ]


def _sign_in(session: Session, code: str) -> str:
    clerk = make_account(session, code, Role.CLERK)
    return open_session(session, clerk, datetime.now(UTC), hours=8)


class Work:
    """Twenty threads at work, and how many receipts they hold together."""

    def __init__(self, address: str, clerks: list[Clerk]) -> None:
        self.address, self.clerks = address, clerks
        self.over = threading.Event()
        self.grown = threading.Condition()
        self.given = 0
        self.faults: list[str] = []
        self.threads = [threading.Thread(target=self._work, args=(clerk,)) for clerk in clerks]

    def _work(self, clerk: Clerk) -> None:
        with httpx.Client(
            base_url=self.address, headers=SAME_SITE, cookies={SESSION_COOKIE: clerk.token},
            timeout=20, trust_env=False,
        ) as client:  # fmt: skip
            round_ = 0
            while not self.over.is_set():
                round_ += 1
                self._send(client, clerk, 1_000 * round_ + clerk.number, seen=round_ - 1)
                if not self.over.is_set():
                    self._until_answered(client, f"/assignments/{clerk.assignment_id}/recall", {})

    def _send(self, client: httpx.Client, clerk: Clerk, figure: int, seen: int) -> None:
        answer = self._until_answered(
            client,
            f"/assignments/{clerk.assignment_id}/form",
            {
                "_act": "send", "_send_key": token_urlsafe(16), "_seen": str(seen),
                "f-checked": str(figure), "f-spent": "1.5", "f-note": f"第 {figure} 次。",
            },
        )  # fmt: skip
        if answer is None:
            return
        place = answer.headers.get("Location", "")
        with self.grown:
            if answer.status_code == 303 and place.startswith("/receipts/"):
                clerk.receipts[place.rpartition("/")[2]] = figure
                self.given += 1
            else:
                self.faults.append(f"{answer.status_code} {place}")
            self.grown.notify_all()

    def _until_answered(
        self, client: httpx.Client, path: str, fields: dict[str, Any]
    ) -> httpx.Response | None:
        """The same request again and again until the server answers it; None: work is over."""
        while True:
            try:
                return client.post(path, data=fields)
            except httpx.TransportError:
                if self.over.wait(0.1):
                    return None

    def __enter__(self) -> "Work":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def wait_for(self, receipts: int) -> None:
        with self.grown:
            enough = self.grown.wait_for(lambda: self.given >= receipts or self.faults, PATIENCE)
        assert enough, f"only {self.given} receipts of {receipts}"
        assert not self.faults


def check_all_is_kept(engine: Engine, work: Work) -> None:
    """Every receipt that was given stands for one whole submission, and the totals are right."""
    given = {receipt: figure for clerk in work.clerks for receipt, figure in clerk.receipts.items()}
    assert len(given) == work.given, "no receipt was given twice"
    with Session(engine) as session:
        stored = session.exec(select(Submission)).all()
        assert all(is_whole(submission) for submission in stored)
        kept = {submission.receipt: submission.answers["checked"] for submission in stored}
        assert {receipt: kept.get(receipt) for receipt in given} == given
        keys = [submission.send_key for submission in stored]
        assert len(set(keys)) == len(keys)
        _check_totals(session, work.clerks[0].assignment_id)


def _check_totals(session: Session, assignment_id: int) -> None:
    assignment = session.get_one(Assignment, assignment_id)
    running = _totals(session)
    recount(session, assignment.measure_id, assignment.period)
    session.expire_all()
    assert running == _totals(session)


def _totals(session: Session) -> set[Any]:
    return {
        (total.unit_id, total.field, total.reported_sum, total.reported_count)
        for total in session.exec(select(Total))
        if total.reported_count
    }
