"""The steps of an assignment, for the line on top of the page."""

from typing import NamedTuple

from models import Assignment, Status
from rules.assignments.states import REVIEWED
from rules.sentences.refusal import N_


class Step(NamedTuple):
    """One step, and whether it is done."""

    name: str
    done: bool


def steps_of(assignment: Assignment) -> list[Step]:
    """From hand-down to close; a unit without lower units for the measure passes nothing on."""
    sent = assignment.status in (Status.SUBMITTED, *REVIEWED)
    passed_on = Step(N_("下发"), assignment.released_at is not None)
    return [
        Step(N_("交办"), True),
        Step(N_("签收"), assignment.acknowledged_at is not None),
        *([] if assignment.lowest else [passed_on]),
        Step(N_("报送"), sent),
        Step(N_("审核通过"), assignment.status in REVIEWED),
        Step(N_("办结"), assignment.closed_at is not None),
    ]
