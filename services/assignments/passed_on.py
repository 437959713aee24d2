"""Units are told that a measure went on to their lower units by itself."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from models import Act, Assignment, Measure, MessageKind, Status
from rules.sentences.sentence import N_, Sentence
from services.messages.messages import Told, tell_units

SENTENCES = {
    Act.PASS_ON: N_("“%(title)s”到时没有下发，系统已自动下发给下级。"),
    Act.PASS_ON_FOR_TIME: N_(
        "“%(title)s”再等下去，最低一级剩下的办理时间就不够了，系统已提前自动下发给下级。"
    ),
}


def tell_passed_on(
    session: Session,
    chosen: ColumnElement[bool],
    act: Act,
    *,
    now: datetime,
    given: dict[str, Any] | None = None,
) -> None:
    """Tell the units of the chosen assignments that were released; two statements. `given`: the
    parameters of the clause."""
    wanted = (
        select(col(Assignment.id), col(Assignment.unit_id), col(Measure.title))
        .join(Measure, col(Measure.id) == Assignment.measure_id)
        .where(chosen, col(Assignment.status) == Status.RELEASED)
    )
    rows = session.execute(wanted, given or {})
    tell_units(
        session,
        [
            Told(
                row.unit_id, MessageKind.PASSED_ON, f"assignment {row.id}",
                Sentence(SENTENCES[act], {"title": row.title}), f"/assignments/{row.id}",
            )
            for row in rows
        ],
        now=now,
    )  # fmt: skip
