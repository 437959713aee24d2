"""The flow that sweeps up: what waits for review gets the flags the others' answers make."""

from functools import partial
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from sqlmodel import Session, col, select

from flows.sweep import sweep
from models import Submission
from tests.answering import ANSWER, account_of, released_measure, send
from tests.building import VILLAGE, assignment_of
from tests.flows.test_hand_down import task_runs
from tests.live import until
from tests.second_try import REAL

pytestmark = REAL

NEIGHBOUR = "150402005003"
NOTE = "逐户走访，登记取暖设备，发现隐患当场整改，已经建立台账，下一步继续巡查并上报结果。"


def test_a_sweep_brings_flags_up_to_date_and_a_second_one_changes_nothing(
    client: SyncPrefectClient, session: Session
) -> None:
    measure = released_measure(session)
    for code in (VILLAGE, NEIGHBOUR):
        typed = {**ANSWER, "note": [NOTE]}
        send(session, assignment_of(session, measure, code), typed, actor=account_of(session, code))
    counted = select(Submission.flag_count).order_by(col(Submission.id))
    assert session.exec(counted).all() == [0, 1]
    session.commit()

    def looked_at(run: str) -> str | None:
        return task_runs(client, run).get("更新审核提示")

    for changed in ("更新提示 1 份", "更新提示 0 份"):
        state: Any = sweep(return_state=True)
        run = str(state.state_details.flow_run_id)
        until(partial(looked_at, run))
        assert task_runs(client, run)["更新审核提示"] == changed
        assert session.exec(counted).all() == [1, 1]
        session.commit()
