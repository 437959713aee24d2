"""The dispatcher: reads the wishes from the database and calls the flow at once.

The dispatcher is a warm process, because a flow run through a polled worker takes ten seconds to
begin and a person waits for three (docs/decisions/0003-warm-dispatcher.md). Nothing that matters is
kept in memory only: killed anywhere and started again, the dispatcher finds the open wishes.

On PostgreSQL several dispatchers share the wishes, on one machine or several. A dispatcher claims a
measure, reads its wishes once more and hands them down. What a killed dispatcher had claimed is
free at once (docs/decisions/0022-several-machines.md).
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import cast
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.flow_engine import run_flow
from prefect.states import Crashed, Pending
from sqlalchemy.exc import InterfaceError, OperationalError

from adapters import clock
from adapters.claims import Claim, Claims, claiming
from adapters.database import get_engine, transaction
from adapters.locks import DISPATCHER
from adapters.private import hide_new_files, make_folder
from adapters.settings import Settings, get_settings
from flows.batch import Batch, group
from flows.carry_out_due import carry_out_all
from flows.connect import API_ERRORS, connected
from flows.deploy import deploy
from flows.hand_down import about_plan, describe, hand_down, tags_of_plan
from flows.keep_schedules import DEPLOYMENT
from flows.send_messages import keep_sending
from flows.sweep import follow_all, pass_on
from flows.watch import keep_timetable, look
from models import HandDown
from queries.assignments.hand_downs import list_pending
from rules.campaigns.troubles import DISPATCHER as DISPATCHER_LOOKS
from services.assignments import hand_down as service

POLL_SECONDS = 0.2
AWAY_SECONDS = 0.5
"""The pause after the server or the database did not answer."""
DUE_SECONDS = 1.0
"""How often the timetable is asked what is due. It takes two reads, which mostly find nothing."""
TIDY_SECONDS = 5.0
"""How often Prefect's schedules are renewed, so that a new schedule soon shows on its page."""
WATCH_SECONDS = 30.0
"""How often Prefect's server is looked at for what keeps work from being done."""
GATE_SECONDS = 600.0
"""How often gates are looked at. A gate opens by itself on a day, not at a time of day."""
OTHERS_TIME = timedelta(minutes=2)
"""How long a wish is left to a flow run that another process is working on."""
LONGEST_PAUSE = 300.0
"""The most seconds before a hand-down that failed is tried again."""
TAG = "dispatcher"
"""Marks the flow runs of the dispatcher on Prefect's server."""

log = logging.getLogger("jieli.dispatch")


ALONE = Claims()
"""The claims of a dispatcher that works alone on its database."""


class Dispatcher:
    """Carries out open wishes through `client`. What the object remembers may be forgotten."""

    def __init__(self, client: SyncPrefectClient, claims: Claims = ALONE) -> None:
        self.client, self.claims = client, claims
        self.deployments = deploy(client)
        end_left_running(client, claims)
        self.over: set[str] = set()
        """Flow runs that keep nobody from a wish who has claimed its measure."""
        self.left: set[str] = set()
        """Flow runs of dispatchers that Prefect believes to be at work."""
        self.failures: dict[tuple[int, str], int] = {}
        self.again_at: dict[tuple[int, str], float] = {}
        self.due_at = self.tidy_at = self.gates_at = self.look_at = self.watch_at = 0.0

    def turn(self) -> bool:
        """Carry out the first batch that nobody has in hand and that does not wait for its next
        attempt; False: none."""
        return any(self._take(batch) for batch in self._list_ready())

    def _take(self, batch: Batch) -> bool:
        """Carry out what is still open of the batch, unless another dispatcher has the measure."""
        with self.claims.taken(Claim.MEASURE, batch.measure_id) as claimed:
            ready = self._list_ready(batch.measure_id) if claimed else []
            for still in ready[:1]:
                self._note(still, self._carry_out(still))
            return bool(ready)

    def _list_ready(self, measure_id: int | None = None) -> list[Batch]:
        """The batches whose turn has come, of all measures or of one."""
        with transaction(readonly=True) as session:
            pending = list_pending(session, measure_id=measure_id)
        self._learn_what_is_over(pending)
        instant = time.monotonic()
        return [
            batch
            for batch in group(wish for wish in pending if self._may_take(wish))
            if instant >= self.again_at.get(batch.subject, 0)
        ]

    def tidy(self) -> None:
        """Carry out what is due, open gates and renew Prefect's schedules, each in its own
        rhythm."""
        instant = time.monotonic()
        if instant >= self.due_at:
            self.due_at = instant + DUE_SECONDS
            carry_out_all(self.client)
        if instant >= self.tidy_at:
            self.tidy_at = instant + TIDY_SECONDS
            if self.claims.keep(Claim.TIMETABLE):
                self._tidy_for_all(instant)

    def _tidy_for_all(self, instant: float) -> None:
        """Have due dates follow the calendars, open gates and renew Prefect's schedules, which one
        dispatcher does for all."""
        follow_all()
        if instant >= self.gates_at:
            self.gates_at = instant + GATE_SECONDS
            pass_on()
            end_left_running(self.client, self.claims)
        if instant >= self.watch_at:
            self.watch_at = instant + WATCH_SECONDS
            look(self.client, self.deployments, DISPATCHER_LOOKS)
        keep_timetable(self.client, self.deployments[DEPLOYMENT])

    def _learn_what_is_over(self, wishes: Sequence[HandDown]) -> None:
        """Ask Prefect about the flow runs that have taken the wishes up.

        A flow run with the dispatcher's tag is over for whoever has claimed the measure, whatever
        Prefect says. The flow run belonged to an earlier connection or process, which has failed
        or was killed.
        """
        unknown = {wish.flow_run_id for wish in wishes if wish.flow_run_id} - self.over
        instant = time.monotonic()
        if not unknown or instant < self.look_at:
            return
        self.look_at = instant + AWAY_SECONDS
        wanted = FlowRunFilter.model_validate({"id": {"any_": list(unknown)}})
        for run in self.client.read_flow_runs(flow_run_filter=wanted):
            if TAG in run.tags or _has_ended(run):
                self.over.add(str(run.id))
            if TAG in run.tags and not _has_ended(run):
                self.left.add(str(run.id))

    def _may_take(self, wish: HandDown) -> bool:
        """Whether no flow run of a schedule or of Prefect's page has the wish in hand."""
        if wish.flow_run_id is None or wish.flow_run_id in self.over:
            return True
        return clock.now() - wish.requested_at > OTHERS_TIME

    def _carry_out(self, batch: Batch) -> State:
        for run_id in self.left.intersection(batch.before):
            _end(self.client, UUID(run_id))
            self.left.discard(run_id)
        flow_run = self._create(batch)
        self.over.add(str(flow_run.id))
        return cast(State, run_flow(hand_down, flow_run=flow_run, return_type="state"))

    def _create(self, batch: Batch) -> FlowRun:
        """Create the flow run of a batch. Asking twice with one key gives the same flow run."""
        with transaction(readonly=True) as session:
            plan = service.plan(session, batch.hand_down_ids)
        flow_run = self.client.create_flow_run_from_deployment(
            self.deployments["hand-down"],
            name=describe(plan),
            parameters={
                "measure_id": batch.measure_id,
                "period": batch.period,
                "hand_down_ids": list(batch.hand_down_ids),
                "about": about_plan(plan),
            },
            state=Pending(),
            idempotency_key=batch.key,
            tags=[TAG, *tags_of_plan(plan)],
        )
        if flow_run.state_type != StateType.PENDING:
            self.client.set_flow_run_state(flow_run.id, Pending(), force=True)
            flow_run = self.client.read_flow_run(flow_run.id)
        return flow_run

    def _note(self, batch: Batch, state: State) -> None:
        if state.is_completed():
            self.failures.pop(batch.subject, None)
            return
        count = self.failures[batch.subject] = self.failures.get(batch.subject, 0) + 1
        pause = min(2.0**count, LONGEST_PAUSE)
        self.again_at[batch.subject] = time.monotonic() + pause
        log.error("%s failed (%s); again in %.0f s", batch, state.message, pause)


def end_left_running(client: SyncPrefectClient, claims: Claims) -> None:
    """Mark as crashed the flow runs that killed dispatchers have left unfinished.

    A flow run whose measure is claimed may be at work, or is ended by whoever has the claim.
    """
    unfinished = [StateType.PENDING, StateType.RUNNING]
    mine = {"tags": {"all_": [TAG]}, "state": {"type": {"any_": unfinished}}}
    for run in client.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate(mine)):
        with claims.taken(Claim.MEASURE, run.parameters.get("measure_id", 0)) as claimed:
            if claimed:
                _end(client, run.id)


def _end(client: SyncPrefectClient, run_id: UUID) -> None:
    """Mark a flow run as crashed, unless it has ended. The caller has claimed its measure."""
    if not _has_ended(client.read_flow_run(run_id)):
        message = "执行它的进程中断；未完成的部分由新的运行接着办理。"
        client.set_flow_run_state(run_id, Crashed(message=message), force=True)


def _has_ended(run: FlowRun) -> bool:
    return run.state is not None and run.state.is_final()


def dispatch(stop: threading.Event, ready: Path) -> None:
    """Work until `stop` is set. The file `ready` holds this process's id once wishes are taken."""
    while not stop.is_set():
        try:
            with claiming(get_engine()) as claims, connected() as client:
                claims.join()
                dispatcher = Dispatcher(client, claims)
                ready.write_text(str(os.getpid()))
                _work(dispatcher, stop)
        except (*API_ERRORS, OperationalError, InterfaceError) as error:
            log.warning("not now: %s: %s", type(error).__name__, error)
            stop.wait(AWAY_SECONDS)
    ready.unlink(missing_ok=True)


def _work(dispatcher: Dispatcher, stop: threading.Event) -> None:
    while not stop.is_set():
        worked = dispatcher.turn()
        dispatcher.tidy()
        if not worked:
            stop.wait(POLL_SECONDS)


@contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    """On SQLite, wait until no other dispatcher works on this data folder. A kill releases the
    lock."""
    if not settings.is_sqlite:
        yield
        return
    folder = settings.data_dir
    make_folder(folder)
    with (folder / DISPATCHER).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(name: str = "dispatcher") -> None:
    """`jieli dispatch`: work until SIGTERM or Ctrl-C, and finish the hand-down in hand first.

    `name` tells this dispatcher from others of the data folder.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings = get_settings()
    ready = settings.data_dir / f"{name}.ready"
    with _only_one(settings), ThreadPoolExecutor(2) as pool:
        sending = pool.submit(keep_sending, stop)
        # In the main thread Prefect would turn SIGTERM into a crashed run.
        pool.submit(dispatch, stop, ready).result()
        sending.result()


if __name__ == "__main__":
    hide_new_files(get_settings())
    main(*sys.argv[1:])
