"""The life of an assignment: which act leads from which status to which.

`NEXT` is the only place that says so. `docs/states.md` is generated from `NEXT`.
"""

from models.assignment import Assignment, Status
from models.history import Act
from models.measure import Gate
from rules.sentences.refusal import N_, Refusal, Term

NEXT: dict[Status, dict[Act, Status]] = {
    Status.ISSUED: {
        Act.ACKNOWLEDGE: Status.ACKNOWLEDGED,
        Act.PASS_ON: Status.RELEASED,
        Act.PASS_ON_FOR_TIME: Status.RELEASED,
        Act.SUBMIT: Status.SUBMITTED,
        Act.DECLINE: Status.DECLINED,
        Act.WITHDRAW: Status.WITHDRAWN,
    },
    Status.ACKNOWLEDGED: {
        Act.DETAIL: Status.ACKNOWLEDGED,
        Act.RELEASE: Status.RELEASED,
        Act.PASS_ON: Status.RELEASED,
        Act.PASS_ON_FOR_TIME: Status.RELEASED,
        Act.SUBMIT: Status.SUBMITTED,
        Act.DECLINE: Status.DECLINED,
        Act.WITHDRAW: Status.WITHDRAWN,
    },
    Status.RELEASED: {
        Act.ACKNOWLEDGE: Status.RELEASED,
        Act.SUBMIT: Status.SUBMITTED,
        Act.WITHDRAW: Status.WITHDRAWN,
    },
    Status.SUBMITTED: {
        Act.ACKNOWLEDGE: Status.SUBMITTED,
        Act.RECALL: Status.ACKNOWLEDGED,
        Act.APPROVE: Status.APPROVED,
        Act.RETURN: Status.RETURNED,
        Act.WITHDRAW: Status.WITHDRAWN,
    },
    Status.RETURNED: {
        Act.SUBMIT: Status.SUBMITTED,
        Act.REOPEN: Status.SUBMITTED,
        Act.WITHDRAW: Status.WITHDRAWN,
    },
    Status.APPROVED: {
        Act.CORRECT: Status.SUBMITTED,
        Act.RETURN: Status.RETURNED,
        Act.REOPEN: Status.SUBMITTED,
        Act.CLOSE: Status.CLOSED,
        Act.WITHDRAW: Status.WITHDRAWN,
    },
    Status.CLOSED: {Act.OPEN_AGAIN: Status.APPROVED},
    Status.WITHDRAWN: {},
    Status.DECLINED: {
        Act.INSIST: Status.ISSUED,
        Act.TAKE: Status.ACKNOWLEDGED,
        Act.HAND_OVER: Status.HANDED_OVER,
        Act.EXCUSE: Status.EXCUSED,
        Act.WITHDRAW: Status.WITHDRAWN,
    },
    Status.HANDED_OVER: {},
    Status.EXCUSED: {},
}
"""Status → act → the status after the act.

`RECALL` leads back to `released` where the unit has lower units, and to `approved` where the unit
takes a correction back (see `possible`). When a measure is closed, an assignment that is not
approved keeps its status (`Assignment.closed_at` marks the closing).
"""

REPORTED = (Status.SUBMITTED, Status.APPROVED, Status.CLOSED)
"""The answer has arrived and counts in the reported totals."""
REVIEWED = (Status.APPROVED, Status.CLOSED)
"""The unit above has approved the answer; the answer counts in the reviewed totals."""
BY_ITSELF = (Act.PASS_ON, Act.PASS_ON_FOR_TIME)
"""The measure went on to the lower units by itself."""
UNSENT = (Status.ISSUED, Status.ACKNOWLEDGED, Status.RELEASED, Status.RETURNED)
"""The unit still owes an answer. The assignment is overdue once the due date has passed."""
UNANSWERED = (*UNSENT, Status.DECLINED)
"""No answer has arrived: the unit owes one, or a unit above is to rule."""
OUT = (Status.WITHDRAWN, Status.HANDED_OVER, Status.EXCUSED)
"""Nobody answers the assignment any more; it is in no denominator."""

STATUS_NAMES: dict[Status, str] = {
    Status.ISSUED: N_("待签收"),
    Status.ACKNOWLEDGED: N_("已签收"),
    Status.RELEASED: N_("已下发"),
    Status.SUBMITTED: N_("待审核"),
    Status.RETURNED: N_("已退回"),
    Status.APPROVED: N_("已通过"),
    Status.CLOSED: N_("已办结"),
    Status.WITHDRAWN: N_("已撤回"),
    Status.DECLINED: N_("退单待裁定"),
    Status.HANDED_OVER: N_("已转办"),
    Status.EXCUSED: N_("已免办"),
}
ACT_NAMES: dict[Act, str] = {
    Act.ISSUE: N_("交办"),
    Act.ACKNOWLEDGE: N_("签收"),
    Act.DETAIL: N_("细化"),
    Act.RELEASE: N_("下发"),
    Act.PASS_ON: N_("自动下发"),
    Act.PASS_ON_FOR_TIME: N_("提前自动下发"),
    Act.SUBMIT: N_("填报"),
    Act.RECALL: N_("收回填报"),
    Act.APPROVE: N_("审核通过"),
    Act.RETURN: N_("退回"),
    Act.REOPEN: N_("撤销审核"),
    Act.CORRECT: N_("更正填报"),
    Act.CHANGE_FORM: N_("换用新版表单"),
    Act.CLOSE: N_("办结"),
    Act.OPEN_AGAIN: N_("重新开启"),
    Act.WITHDRAW: N_("撤回"),
    Act.MOVE_DUE: N_("调整截止日期"),
    Act.DECLINE: N_("退单"),
    Act.ESCALATE: N_("转上一级裁定"),
    Act.INSIST: N_("裁定：仍由本单位办理"),
    Act.TAKE: N_("裁定：上级代办"),
    Act.HAND_OVER: N_("裁定：转其他单位"),
    Act.EXCUSE: N_("裁定：免办"),
    Act.ASK_EXTENSION: N_("申请延期"),
    Act.REFUSE_EXTENSION: N_("不同意延期"),
}

SIDES: tuple[frozenset[Act], ...] = (
    frozenset(
        {
            Act.ACKNOWLEDGE,
            Act.DETAIL,
            Act.RELEASE,
            Act.SUBMIT,
            Act.RECALL,
            Act.CORRECT,
            Act.DECLINE,
        },
    ),
    frozenset({Act.APPROVE, Act.RETURN, Act.REOPEN}),
    frozenset({Act.INSIST, Act.TAKE, Act.HAND_OVER, Act.EXCUSE}),
    frozenset({Act.CLOSE, Act.OPEN_AGAIN, Act.WITHDRAW}),
)
"""Sets of acts by who acts: the unit itself, the unit that reviews, the unit that rules, the
office."""


def owes(assignment: Assignment) -> bool:
    """Whether the unit still owes an answer: the assignment is open, and unsent or returned."""
    return assignment.status in UNSENT and assignment.closed_at is None


def is_over(assignment: Assignment) -> bool:
    """Whether no act is possible any more: nobody answers the assignment, or its measure is
    closed."""
    return assignment.status in OUT or assignment.closed_at is not None


def waits_for_review(assignment: Assignment) -> bool:
    """Whether the unit above still has to decide about what was sent."""
    return assignment.status == Status.SUBMITTED and assignment.closed_at is None


def sending(status: Status) -> Act:
    """The act of sending a form: a correction where the last answer was approved, else a
    submission."""
    return Act.CORRECT if status == Status.APPROVED else Act.SUBMIT


def after(status: Status, act: Act, *, lowest: bool, corrected: bool = False) -> Status:
    """The status that `act` leads to. Raises `IllegalChange`, which says what is possible instead.

    `lowest`: the unit has no lower units for this measure, so there is nothing to release. A unit
    with lower units answers only after releasing, and nobody answers in its place. `corrected`: the
    answer that waits for review replaced an approved one.
    """
    allowed = possible(status, lowest=lowest, corrected=corrected)
    if act not in allowed:
        raise IllegalChange(status, act, tuple(allowed))
    return allowed[act]


def possible(status: Status, *, lowest: bool, corrected: bool = False) -> dict[Act, Status]:
    """Act → the status it leads to, for every act possible in `status`. Arguments as in `after`."""
    allowed = dict(NEXT[status])
    if Act.RECALL in allowed and not lowest:
        allowed[Act.RECALL] = Status.RELEASED
    if Act.RECALL in allowed and corrected:
        allowed[Act.RECALL] = Status.APPROVED
    if lowest:
        for act in (Act.DETAIL, Act.RELEASE, *BY_ITSELF):
            allowed.pop(act, None)
        return allowed
    allowed.pop(Act.TAKE, None)
    if status in (Status.ISSUED, Status.ACKNOWLEDGED):
        allowed.pop(Act.SUBMIT, None)
    return allowed


def signing_releases(status: Status, *, lowest: bool, gate: Gate | None) -> bool:
    """Whether a unit that signs for an assignment in `status` releases the assignment as well.

    `gate` is that of the unit's level; None: the level has none.
    """
    return not lowest and status == Status.ISSUED and gate == Gate.ACKNOWLEDGE


class ClosedMeasure(Refusal):
    """The measure is closed. Only the office that issued the measure can open it again."""

    def __init__(self, act: Act, unit: str, at: str) -> None:
        super().__init__(
            N_(
                "这项任务已由%(unit)s于 %(at)s 办结，不能再%(act)s。"
                "确需继续办理的，请联系%(unit)s重新开启。"
            ),
            act=Term(ACT_NAMES[act]),
            unit=unit,
            at=at,
        )


class IllegalChange(Refusal):
    """The act does not fit the status. The sentence says what the same actor can do instead."""

    def __init__(self, status: Status, act: Act, allowed: tuple[Act, ...]) -> None:
        self.status, self.act, self.allowed = status, act, allowed
        terms = {"status": Term(STATUS_NAMES[status]), "act": Term(ACT_NAMES[act])}
        own = [Term(ACT_NAMES[possible]) for possible in allowed if _are_of_one_side(possible, act)]
        if not allowed:
            super().__init__(N_("任务现为“%(status)s”，不用也不能再%(act)s。"), **terms)
        elif not own:
            super().__init__(N_("任务现为“%(status)s”，现在不能%(act)s。"), **terms)
        else:
            super().__init__(
                N_("任务现为“%(status)s”，不能%(act)s；现在可以：%(allowed)s。"),
                **terms,
                allowed=own,
            )


def _are_of_one_side(act: Act, other: Act) -> bool:
    return any(act in side and other in side for side in SIDES)
