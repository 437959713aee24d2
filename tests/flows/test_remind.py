"""The flow that reminds: run twice, run late, and with a sender that fails."""

from datetime import UTC, datetime, timedelta

import pytest
from prefect.client.orchestration import SyncPrefectClient
from sqlmodel import Session, select

import flows.send_messages
from adapters import clock
from flows.remind import remind
from models import Delivery, DeliveryStatus, Message
from rules.messages.outcomes import Result, SendOutcome
from tests.answering import released_measure
from tests.building import REGION
from tests.channels import make_channel
from tests.second_try import REAL

pytestmark = REAL

DUE = datetime(2026, 12, 18, 1, 0, tzinfo=UTC)
"""Nine o'clock of the day on which the measure of the test is due."""


def test_a_flow_that_runs_twice_and_late_tells_and_sends_each_message_once(
    client: SyncPrefectClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    released_measure(session, due_rule="2026-12-18")
    make_channel(session, REGION)
    session.commit()
    said: list[str] = []

    def say_to_group(
        _kind: object, _address: str, _secret: str, text: str, **_: object
    ) -> SendOutcome:
        said.append(text)
        return SendOutcome(Result.SENT)

    monkeypatch.setattr(flows.send_messages, "say_to_group", say_to_group)
    for hours in (0, 1, 72):
        monkeypatch.setattr(clock, "now", lambda hours=hours: DUE + timedelta(hours=hours))
        assert remind(return_state=True).is_completed()
    told = session.exec(select(Message)).all()
    days = {message.day.isoformat() for message in told}
    assert days == {"2026-12-18", "2026-12-21"}
    assert len({(message.unit_id, message.day) for message in told}) == len(told)
    sent = session.exec(select(Delivery).where(Delivery.status == DeliveryStatus.SENT)).all()
    assert len(sent) == len(said)
    assert len(said) > 0
    assert all("今日待办" in text for text in said)
