"""The one rule by which every face counts: home, progress, the report, its Word file, its ledger.

- Answers are counted: a unit that is to answer counts once for a measure and period. A unit in
  between, which passes the measure on and sums up, is counted at its own level only. Levels are
  never added together.
- The denominator is *asked*: every unit below that will be asked, whether the measure has reached
  the unit or is still on its way. Of *asked*, the measure has *reached* some; of these some have
  *reported*; of these some are *reviewed*.
- *Missing* are the units that the measure has reached and that have not reported. *To come* are
  the units that the measure has not reached.
- Of a measure that is closed or withdrawn nobody else will be asked: *asked* is what it reached.
- *Returned*, *overdue* and *late* are counted at the levels that answer.
- Days late are working days, counted from the due date that was missed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from models.assignment import Assignment, Status
from rules.assignments.states import OUT, REPORTED, REVIEWED, is_over, owes
from rules.forms.form_fields import FormField, RollUp


@dataclass(frozen=True)
class Answers:
    """How many answers there are below a unit, and of how many."""

    reached: int = 0
    reported: int = 0
    reviewed: int = 0
    returned: int = 0
    overdue: int = 0
    late: int = 0
    to_come: int = 0
    """Units that will be asked and that the measure has not reached."""

    @property
    def asked(self) -> int:
        """All that will be asked: the denominator of every share."""
        return self.reached + self.to_come

    @property
    def missing(self) -> int:
        """Units that were asked and have not reported."""
        return self.reached - self.reported

    def plus(self, other: "Answers") -> "Answers":
        """Both together."""
        return Answers(**{name: getattr(self, name) + getattr(other, name) for name in NAMES})


NAMES = tuple(Answers.__dataclass_fields__)


def added(parts: Iterable[Answers]) -> Answers:
    """The parts together."""
    total = Answers()
    for part in parts:
        total = total.plus(part)
    return total


def own_answer(assignment: Assignment, today: date) -> Answers:
    """What the unit's own assignment counts. A unit that only passes the measure on counts
    nothing."""
    if not assignment.answering or assignment.status in OUT:
        return Answers()
    return Answers(
        reached=1,
        reported=int(assignment.status in REPORTED),
        reviewed=int(assignment.status in REVIEWED),
        returned=int(assignment.status == Status.RETURNED),
        overdue=int(owes(assignment) and assignment.due_on < today),
        late=int(assignment.late),
    )


def sums_levels(fields: Iterable[FormField], levels: int) -> bool:
    """Whether a sum would add a number of a unit to the numbers of the units below it: a form that
    sums is answered at several levels."""
    return levels > 1 and any(field.rollup is RollUp.SUM for field in fields)


def may_come(assignment: Assignment) -> bool:
    """Whether more units below may still be asked, as far as the assignment itself tells."""
    return not assignment.lowest and not is_over(assignment)
