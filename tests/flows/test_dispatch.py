"""The dispatcher: every wish is carried out, by one flow run, whatever was killed before."""

import contextvars
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.states import Failed, Running
from sqlmodel import Session, select

from flows.batch import group
from flows.dispatch import TAG, Dispatcher, dispatch
from flows.hand_down import hand_down
from models import Gate, HandDown, Measure
from services.assignments import hand_down as service
from services.assignments.assignments import release
from services.campaigns.measures import GateChoice, release_measure
from tests.building import REGION, URGENT, assignment_of, make_account, make_measure
from tests.live import until
from tests.second_try import REAL

pytestmark = REAL

LEAGUES = ("150400000000", "152500000000")


def release_one(session: Session, **content: object) -> HandDown:
    """The wish of a measure just released by the region."""
    account = make_account(session, REGION)
    measure = make_measure(session, account, **content)  # type: ignore[arg-type]
    wish = release_measure(session, measure, reason=URGENT, actor=account, now=datetime.now(UTC))
    written = session.get_one(HandDown, wish)
    session.commit()
    return written


def wishes(session: Session) -> list[HandDown]:
    """As they are stored now; leaves no transaction open."""
    session.expire_all()
    found = list(session.exec(select(HandDown)))
    session.commit()
    return found


def done(session: Session) -> Callable[[], bool]:
    return lambda: all(wish.done_at for wish in wishes(session))


def test_a_wish_is_carried_out_and_then_there_is_nothing_to_do(
    client: SyncPrefectClient, session: Session
) -> None:
    release_one(session)
    dispatcher = Dispatcher(client)
    assert dispatcher.turn()
    assert done(session)()
    assert not dispatcher.turn()


def test_wishes_of_one_measure_share_a_flow_run(
    client: SyncPrefectClient, session: Session
) -> None:
    release_one(session, gates={"league": GateChoice(Gate.DETAIL)})
    dispatcher = Dispatcher(client)
    dispatcher.turn()
    measure = session.get_one(Measure, wishes(session)[0].measure_id)
    for code in LEAGUES:
        there = assignment_of(session, measure, code)
        account = make_account(session, code)
        release(session, there.id, actor=account, now=datetime.now(UTC))
    session.commit()
    assert dispatcher.turn()
    assert not dispatcher.turn()
    assert len({wish.flow_run_id for wish in wishes(session)}) == 2


def test_a_flow_run_left_by_a_killed_dispatcher_is_ended_and_its_wish_taken_up(
    client: SyncPrefectClient, session: Session
) -> None:
    wish = release_one(session)
    killed = client.create_flow_run(hand_down, tags=[TAG], state=Running())
    service.start(session, [wish.id], str(killed.id))
    session.commit()
    dispatcher = Dispatcher(client)
    assert client.read_flow_run(killed.id).state_type == StateType.CRASHED
    assert dispatcher.turn()
    assert done(session)()


def test_what_another_flow_run_has_just_taken_up_is_left_to_it_for_a_while(
    client: SyncPrefectClient, session: Session
) -> None:
    wish = release_one(session)
    another = client.create_flow_run(hand_down, state=Running())
    service.start(session, [wish.id], str(another.id))
    session.commit()
    dispatcher = Dispatcher(client)
    assert not dispatcher.turn()
    wish.requested_at = datetime.now(UTC) - timedelta(minutes=5)
    session.add(wish)
    session.commit()
    assert dispatcher.turn()


@pytest.mark.parametrize("tags", [[TAG], []])
def test_a_wish_whose_flow_run_has_failed_is_taken_up_at_once_by_whoever_comes_next(
    client: SyncPrefectClient, session: Session, tags: list[str]
) -> None:
    """By a dispatcher that knows nothing of it: after a restart, or a database that was away."""
    wish = release_one(session)
    failed = client.create_flow_run(hand_down, tags=tags, state=Failed())
    service.start(session, [wish.id], str(failed.id))
    session.commit()
    assert Dispatcher(client).turn()
    assert done(session)()


def test_asking_twice_for_the_same_wishes_gives_one_flow_run(
    client: SyncPrefectClient, session: Session
) -> None:
    batch = group([release_one(session)])[0]
    dispatcher = Dispatcher(client)
    assert dispatcher._create(batch).id == dispatcher._create(batch).id


def test_a_hand_down_that_fails_is_tried_again_later_and_holds_nobody_up(
    client: SyncPrefectClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, broken = service.hand_down_part, release_one(session)

    def fail_for_one(
        session: Session, ids: list[int], *given: Any, **named: Any
    ) -> service.LevelPart:
        if broken.id in ids:
            raise ValueError("broken")
        return real(session, ids, *given, **named)

    monkeypatch.setattr(service, "hand_down_part", fail_for_one)
    instants = [1_000.0]  # a turn may itself take longer than the first pause
    monkeypatch.setattr("flows.dispatch.time", SimpleNamespace(monotonic=lambda: instants[-1]))
    account = make_account(session, REGION, login="second")
    measure = make_measure(session, account)
    release_measure(session, measure, reason=URGENT, actor=account, now=datetime.now(UTC))
    session.commit()
    dispatcher = Dispatcher(client)
    assert dispatcher.turn()
    assert dispatcher.turn()
    assert not dispatcher.turn()
    monkeypatch.setattr(service, "hand_down_part", real)
    instants.append(1_002.0)
    assert dispatcher.turn()
    assert not dispatcher.failures


def test_the_loop_carries_out_what_is_clicked_while_it_runs_and_stops_when_told(
    prefect_server: object, installation: Path, session: Session
) -> None:
    stop, ready = threading.Event(), installation / "ready"
    with_settings = contextvars.copy_context().run  # where the server of the tests is
    thread = threading.Thread(target=with_settings, args=(dispatch, stop, ready))
    thread.start()
    until(ready.exists)
    release_one(session)
    until(done(session))
    stop.set()
    thread.join(60)
    assert not thread.is_alive()
    assert not ready.exists()
