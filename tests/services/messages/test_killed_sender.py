"""Reminding and sending, killed at every point: nothing is told or sent twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete
from sqlmodel import Session, select

from models import Account, Channel, Delivery, DeliveryStatus, Message, MessageKind, ReminderRound
from services.messages.messages import Told, tell_units
from services.messages.outbox import LEASE, queue
from tests.building import REGION, TOWNSHIP, get_unit, make_measure, release_down
from tests.channels import make_channel
from tests.conftest import NOW
from tests.killing import Order, Workers
from tests.messages import SENTENCE
from tests.second_try import REAL

pytestmark = [pytest.mark.long, REAL]


@pytest.fixture
def session(committed: Engine) -> Iterator[Session]:
    """Commits what a worker is to see, and begins with an empty outbox."""
    with Session(committed) as session:
        for table in (Delivery, Channel, Message, ReminderRound):
            session.execute(delete(table))
        session.commit()
        yield session


def test_a_sender_killed_anywhere_has_said_nothing_twice(
    session: Session, workers: Workers, each_point: Callable[..., Iterator[Any]], tmp_path: Path
) -> None:
    def prepare(session: Session) -> tuple[Path, Order]:
        for table in (Delivery, Channel, Message):
            session.execute(delete(table))
        make_channel(session, REGION)
        told = Told(get_unit(session, TOWNSHIP).id, MessageKind.DIGEST, "", SENTENCE)
        tell_units(session, [told], now=NOW)
        queue(session, MessageKind.DIGEST, NOW.date(), hours=(9, 18), now=NOW)
        group = tmp_path / f"{len(list(tmp_path.iterdir()))}.txt"
        group.touch()
        return group, {"work": "send_messages", "group": str(group)}

    outcomes = Counter[DeliveryStatus]()
    for group, order, _ in each_point(prepare, step=2):
        again = {name: value for name, value in order.items() if name != "kill_at"}
        workers.run(**again, now=(NOW + 2 * LEASE).isoformat())
        session.expire_all()
        status = session.exec(select(Delivery.status)).one()
        session.commit()
        said = group.read_text().count("\n")
        assert said <= 1
        assert status in (DeliveryStatus.SENT, DeliveryStatus.UNSURE)
        assert said == 1 or status == DeliveryStatus.UNSURE
        outcomes[DeliveryStatus(status)] += 1
    assert outcomes[DeliveryStatus.SENT] > outcomes[DeliveryStatus.UNSURE] > 0


def test_reminding_that_was_killed_anywhere_tells_every_unit_once(
    session: Session, workers: Workers, each_point: Callable[..., Iterator[Any]]
) -> None:
    office = session.exec(select(Account).where(Account.login == f"office-{REGION}")).one()
    measure = make_measure(session, office, due_rule="2026-11-24")
    release_down(session, measure, office)
    make_channel(session, REGION)
    session.commit()
    order: Order = {"work": "remind_units", "now": (NOW + timedelta(days=1)).isoformat()}

    def prepare(session: Session) -> tuple[None, Order]:
        for table in (Delivery, Message, ReminderRound):
            session.execute(delete(table))
        return None, order

    counts = set()
    for _ in each_point(prepare):
        workers.run(**order)
        session.expire_all()
        units = session.exec(select(Message.unit_id)).all()
        sent = session.exec(select(Delivery.unit_id)).all()
        session.commit()
        assert len(set(units)) == len(units)
        counts.add((len(units), len(sent)))
    assert len(counts) == 1
    assert counts.pop()[0] > 1
