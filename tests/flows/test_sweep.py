"""The flow that sweeps up: what waits for review gets the flags the others' answers make."""

from datetime import timedelta
from functools import partial
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from sqlmodel import Session, col, select

from flows.sweep import sweep
from models import DeclineKind, Measure, Submission
from services.assignments.declines import decline
from tests.answering import ANSWER, account_of, released_measure, send
from tests.building import VILLAGE, assignment_of
from tests.conftest import NOW
from tests.flows.test_hand_down import task_runs
from tests.live import until
from tests.second_try import REAL

pytestmark = REAL

NEIGHBOUR = "150402005003"
NOTE = "逐户走访，登记取暖设备，发现隐患当场整改，已经建立台账，下一步继续巡查并上报结果。"


def _leave_unruled(session: Session, measure: Measure) -> None:
    """A decline that waits for the township, whose days are long over."""
    village = assignment_of(session, measure, "150402005004")
    decline(
        session, village.id, kind=DeclineKind.CANNOT, reason="人手不够", days=2,
        actor=account_of(session, "150402005004"), now=NOW - timedelta(days=4000),
    )  # fmt: skip


def test_a_sweep_brings_flags_up_to_date_and_a_second_one_changes_nothing(
    client: SyncPrefectClient, session: Session
) -> None:
    measure = released_measure(session)
    for code in (VILLAGE, NEIGHBOUR):
        typed = {**ANSWER, "note": [NOTE]}
        send(session, assignment_of(session, measure, code), typed, actor=account_of(session, code))
    counted = select(Submission.flag_count).order_by(col(Submission.id))
    assert session.exec(counted).all() == [0, 1]
    _leave_unruled(session, measure)
    session.commit()

    def looked_at(run: str) -> str | None:
        return task_runs(client, run).get("更新审核提示")

    for changed, escalated in (("更新提示 1 份", 1), ("更新提示 0 份", 0)):
        state: Any = sweep(return_state=True)
        run = str(state.state_details.flow_run_id)
        until(partial(looked_at, run))
        assert task_runs(client, run)["更新审核提示"] == changed
        assert task_runs(client, run)["退单到期转上一级"] == f"转上一级裁定 {escalated} 件"
        assert session.exec(counted).all() == [1, 1]
        session.commit()
