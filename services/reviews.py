"""Reviews: the unit above approves a submission, or returns it with a reason."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, delete, func, insert, literal
from sqlalchemy.orm import aliased
from sqlmodel import Date, Session, col, select

from models import Account, Act, Assignment, Decision, Review, Status, Submission
from queries.not_found import NotFound
from queries.submissions import find_current, get_submitted_fields, is_latest
from rules.dates.calendar import add_workdays, local_date
from rules.forms.field_values import clean_text
from rules.refusal import N_, Refusal
from services.changes import change, change_all, lock_assignment
from services.roll_up import lock_measures

SHORTEST_REASON = 4
LONGEST_REASON = 1_000
RETURN_WORKDAYS = 2
"""Working days a unit has at least to mend what was returned: time is given, not eaten."""

_DECISIONS: dict[Act, tuple[Decision, Status]] = {
    Act.APPROVE: (Decision.APPROVE, Status.APPROVED),
    Act.RETURN: (Decision.RETURN, Status.RETURNED),
}


def approve(session: Session, submission_id: int, *, actor: Account, now: datetime) -> Review:
    """Approve a submission.

    Raises `Refusal` when the actor's unit is not the one above, a later revision has come in, or
    the assignment's status forbids it.
    """
    submission, assignment = _lock(session, submission_id)
    _check_reviewable(session, submission, assignment, actor)
    change(session, assignment, Act.APPROVE, actor=actor, now=now)
    return _write(session, submission, Decision.APPROVE, "", [], actor, now)


def return_(
    session: Session,
    submission_id: int,
    *,
    reason: str,
    fields: Sequence[str] = (),
    actor: Account,
    now: datetime,
) -> Review:
    """Return a submission, whole or the named fields only, with a reason of four characters up.

    The unit gets at least two working days for it. An approved submission can be returned too.
    Raises `Refusal` as `approve` does, and for a missing reason or an unknown field.
    """
    reason = _reason(reason)
    submission, assignment = _lock(session, submission_id)
    _check_reviewable(session, submission, assignment, actor)
    names = _field_names(session, submission, fields)
    due_on = max(assignment.due_on, _mend_by(now))
    change(session, assignment, Act.RETURN, actor=actor, now=now, reason=reason, due_on=due_on)
    return _write(session, submission, Decision.RETURN, reason, names, actor, now)


def approve_many(
    session: Session, submission_ids: Sequence[int], *, actor: Account, now: datetime
) -> int:
    """Approve those that still wait for the actor's unit; returns how many.

    Left out: what has been replaced, decided or taken back meanwhile, and what is another
    unit's to review. The number of statements does not depend on how many there are.
    """
    return _decide(session, submission_ids, Act.APPROVE, "", {}, actor, now)


def return_many(
    session: Session,
    submission_ids: Sequence[int],
    *,
    reason: str,
    actor: Account,
    now: datetime,
) -> int:
    """Return those that still wait for the actor's unit, whole, for one reason; as `approve_many`.

    Raises `Refusal` for a missing reason.
    """
    due_on = case(
        (col(Assignment.due_on) < _mend_by(now), literal(_mend_by(now), Date)),
        else_=col(Assignment.due_on),
    )
    values = {"due_on": due_on}
    return _decide(session, submission_ids, Act.RETURN, _reason(reason), values, actor, now)


def _lock(session: Session, submission_id: int) -> tuple[Submission, Assignment]:
    submission = session.get(Submission, submission_id)
    if submission is None:
        raise NotFound
    return submission, lock_assignment(session, submission.assignment_id)


def _check_reviewable(
    session: Session, submission: Submission, assignment: Assignment, actor: Account
) -> None:
    if actor.unit_id != _reviewing_unit_id(session, assignment):
        raise Refusal(N_("这份填报由直接上级单位审核。"))
    current = find_current(session, submission.assignment_id)
    if current and current.submission.id != submission.id:
        raise Refusal(
            N_("“%(who)s”已经重新填报（第 %(revision)s 次），请打开最新的一份再审核。"),
            who=current.sender,
            revision=current.submission.revision,
        )


def _reviewing_unit_id(session: Session, assignment: Assignment) -> int:
    """The unit of the assignment above; the issuing unit reviews itself."""
    if assignment.parent_id is None:
        return assignment.unit_id
    return session.get_one(Assignment, assignment.parent_id).unit_id


def _field_names(session: Session, submission: Submission, names: Sequence[str]) -> list[str]:
    """`names` in the order of the form. Raises `Refusal` for one that takes no answer."""
    asked = [one.name for one in get_submitted_fields(session, submission) if one.answered]
    unknown = sorted(set(names) - set(asked))
    if unknown:
        raise Refusal(N_("表单里没有这些项：%(names)s。"), names=unknown)
    return [name for name in asked if name in names]


def _reason(typed: str) -> str:
    reason = clean_text(typed, multiline=True)
    if len(reason) < SHORTEST_REASON:
        raise Refusal(N_("请写明退回的原因，至少 %(shortest)s 个字。"), shortest=SHORTEST_REASON)
    if len(reason) > LONGEST_REASON:
        raise Refusal(N_("退回的原因最多 %(longest)s 字。"), longest=LONGEST_REASON)
    return reason


def _mend_by(now: datetime) -> date:
    return add_workdays(local_date(now), RETURN_WORKDAYS)


def _write(
    session: Session,
    submission: Submission,
    decision: Decision,
    reason: str,
    fields: list[str],
    actor: Account,
    now: datetime,
) -> Review:
    """The review in force; an earlier decision stays in the assignment's history."""
    assert submission.id is not None
    assert actor.id is not None
    session.execute(delete(Review).where(col(Review.submission_id) == submission.id))
    review = Review(
        submission_id=submission.id,
        decision=decision,
        reason=reason,
        fields=fields,
        decided_at=now,
        decided_by=actor.id,
    )
    session.add(review)
    session.flush()
    return review


def _decide(
    session: Session,
    submission_ids: Sequence[int],
    act: Act,
    reason: str,
    values: dict[str, Any],
    actor: Account,
    now: datetime,
) -> int:
    decision, status = _DECISIONS[act]
    named = select(Submission.assignment_id).where(col(Submission.id).in_(submission_ids))
    lock_measures(session, col(Assignment.id).in_(named))
    able = _list_able(session, submission_ids, actor)
    if not able:
        return 0
    session.execute(delete(Review).where(col(Review.submission_id).in_(able)))
    session.execute(
        insert(Review),
        [
            {
                "submission_id": key, "decision": decision, "reason": reason, "fields": [],
                "decided_at": now, "decided_by": actor.id,
            }
            for key in able
        ],
    )  # fmt: skip
    chosen = col(Assignment.id).in_(list(able.values()))
    return change_all(session, chosen, act, status, actor=actor, now=now, reason=reason, **values)


def _list_able(session: Session, submission_ids: Sequence[int], actor: Account) -> dict[int, int]:
    """Submission id → assignment id, of those the actor's unit can decide on now."""
    above = aliased(Assignment)
    wanted = (
        select(Submission.id, Assignment.id)
        .join(Assignment, col(Assignment.id) == Submission.assignment_id)
        .outerjoin(above, col(above.id) == Assignment.parent_id)
        .where(
            col(Submission.id).in_(submission_ids),
            is_latest(),
            Assignment.status == Status.SUBMITTED,
            func.coalesce(above.unit_id, Assignment.unit_id) == actor.unit_id,
        )
        .order_by(col(Submission.id))
    )
    return {submission: assignment for submission, assignment in session.execute(wanted)}  # noqa: C416
