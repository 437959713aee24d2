"""Builders for tests of answers: a handed-down measure, and units that send and review."""

import os
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from sqlmodel import Session, select

from models import Account, Assignment, Decision, FormVersion, Measure, Status, Submission, Total
from rules.filling.answers import Typed
from rules.filling.posting import Posting
from services.campaigns.measures import GateChoice
from services.filling import sendings
from services.filling.sendings import Asked, Faulty, Sending, Sent
from services.filling.submissions import open_to_keep, save_draft
from services.review.review_batches import decide_ticked
from tests.building import (
    REGION,
    assignment_of,
    get_unit,
    make_account,
    make_measure,
    release_all_down,
)
from tests.conftest import NOW
from tests.scenes import scene

ANSWER = {"checked": ["12"], "spent": ["3.5"], "note": ["逐户走访。"]}
NARRATIVE = {"narrative": ["各村均已完成。"]}
_keys = count(1)


def send_key() -> str:
    """A key no other sending has, neither in this process nor in a scene another one built."""
    return f"send-key-{os.getpid()}-{next(_keys):08d}"


def account_of(session: Session, code: str) -> Account:
    """The account of the unit with that code; made when it has none."""
    unit = get_unit(session, code)
    found = session.exec(select(Account).where(Account.unit_id == unit.id)).first()
    return found or make_account(session, code)


def approve_many(
    session: Session, submission_ids: list[int], *, actor: Account, now: datetime
) -> int:
    """Approve those that wait for the actor's unit; how many."""
    batch = decide_ticked(session, submission_ids, Decision.APPROVE, actor=actor, now=now)
    return batch.count if batch else 0


def return_many(
    session: Session, submission_ids: list[int], *, reason: str, actor: Account, now: datetime
) -> int:
    """Return those that wait for the actor's unit, whole; how many."""
    batch = decide_ticked(
        session, submission_ids, Decision.RETURN, reason=reason, actor=actor, now=now
    )
    return batch.count if batch else 0


def released_measure(
    session: Session,
    **choices: FormVersion
    | str
    | int
    | dict[str, GateChoice]
    | tuple[tuple[str, str], tuple[str, str]],
) -> Measure:
    """A measure that has reached the whole sample tree."""
    return released_measures(session, choices)[0]


def released_measures(session: Session, *choices: dict[str, Any]) -> list[Measure]:
    """Measures of these choices, handed down to the whole sample tree."""
    office = account_of(session, REGION)
    measures = [make_measure(session, office, **chosen) for chosen in choices]
    release_all_down(session, measures, office)
    return measures


@scene
def handed_down(session: Session) -> int:
    """The id of a measure that has reached the whole sample tree."""
    measure = released_measure(session)
    return measure.id


def arrived(outcome: Sent | Faulty | Asked) -> Sent:
    """What was sent without a fault and without a question."""
    assert isinstance(outcome, Sent), outcome
    return outcome


@pytest.fixture
def measure(session: Session, handed_down: int) -> Measure:
    """A measure that has reached the whole sample tree."""
    return session.get_one(Measure, handed_down)


def totals_of(session: Session, measure: Measure, code: str) -> dict[str, tuple[int, int]]:
    """What was reported and reviewed below a unit, by field."""
    unit = get_unit(session, code)
    session.expire_all()
    rows = session.exec(
        select(Total).where(Total.measure_id == measure.id, Total.unit_id == unit.id)
    )
    return {row.field: (row.reported_sum, row.reviewed_sum) for row in rows}


def try_to_send(
    session: Session,
    assignment_id: int,
    typed: Typed,
    *,
    actor: Account,
    now: datetime,
    **known: Any,
) -> Sent | Faulty | Asked:
    """Post a form to be sent; `known`: what its page had seen (`Posting`)."""
    return sendings.send(session, Sending(assignment_id, typed, Posting(**known), actor, now))


def keep_draft(
    session: Session,
    assignment_id: int,
    typed: Typed,
    *,
    actor: Account,
    now: datetime,
    **known: Any,
) -> int:
    """Post a form to be kept; see `try_to_send`."""
    sheet = open_to_keep(session, assignment_id, actor=actor)
    return save_draft(session, sheet, typed, Posting(**known), actor=actor, now=now)


def send(
    session: Session,
    assignment: Assignment,
    typed: dict[str, list[str]] | None = None,
    *,
    actor: Account,
    key: str | None = None,
    now: datetime = NOW,
) -> Submission:
    """Send a filled form that has no faults."""
    typed = ANSWER if typed is None else typed
    outcome = try_to_send(
        session, assignment.id, typed, send_key=key or send_key(), actor=actor, now=now
    )
    return arrived(outcome).submission


def answer(
    session: Session, measure: Measure, code: str, checked: int = 12, now: datetime = NOW
) -> Submission:
    """What the unit with that code answers to the sample form."""
    assignment = assignment_of(session, measure, code)
    typed = {**ANSWER, "checked": [str(checked)]} if assignment.lowest else NARRATIVE
    return send(session, assignment, typed, actor=account_of(session, code), now=now)


def in_next_period(session: Session, assignment: Assignment) -> Assignment:
    """The same assignment for November; the given one, with what was answered, is October's."""
    session.refresh(assignment)
    assignment.period = "202610"
    values = assignment.model_dump(exclude={"id"}) | {
        "period": "202611", "status": Status.ISSUED, "revision": 0, "review_due_on": None,
    }  # fmt: skip
    copied = Assignment(**values)
    session.add_all([assignment, copied])
    session.flush()
    return copied
