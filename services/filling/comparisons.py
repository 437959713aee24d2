"""Comparisons: flags that come from other units are brought up to date while a review is awaited.

A sending is compared with those that came before. What comes afterwards changes the picture: the
first answer may turn out to be far off, or to be the one that was copied. The waiting answers are
therefore compared again, below many units at once. The reviewer sees the same flags whatever the
order of sending. The flags of an answer that has been reviewed stay.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists, update
from sqlmodel import Session, col

from adapters.database import insert_into
from models import Assignment, Comparison, Flag, FlagKind, Status, Submission
from queries.filling.comparisons import (
    ComparedAnswer,
    Group,
    list_answers,
    list_compared_answers,
    list_further,
    list_numbers_below,
    list_prints_below,
    list_versions,
)
from queries.filling.submissions import fields_of
from rules.filling.checks.circle import Circle, CirclePlace, Holders
from rules.filling.checks.figures import against_siblings, compared_numbers
from rules.filling.checks.flags import COMPARED, in_order
from rules.filling.checks.text_prints import text_prints
from rules.forms.form_fields import FormField
from services.assignments.roll_up import lock_measures

MOST_GROUPS = 200
"""Units above whose lower units are looked at together: what is in memory at one time."""

Fields = tuple[FormField, ...]
Flags = tuple[Flag, ...]


class Compared(NamedTuple):
    """What a comparison has found."""

    flags: dict[int, Flags]
    """Submission → its flags, of those that wait."""
    changed: frozenset[int]
    """The submissions whose flags are others now."""
    narrow: frozenset[int]
    """The assignments above for which the units further away were looked at."""


def compare(session: Session, parent_ids: Collection[int], only: int | None = None) -> Compared:
    """Compare the answers that wait below these assignments with those beside them.

    `only`: the one assignment whose flags are wanted. Nothing is written. There are at most six
    statements, whatever the number of units.
    """
    answered = list_compared_answers(session, parent_ids)
    waiting = [
        answer
        for answer in answered
        if answer.assignment.status == Status.SUBMITTED and only in (None, answer.id)
    ]
    fields = _fields(session, waiting)
    names = {answer.id: compared_numbers(fields[answer.id]) for answer in waiting}
    circle, narrow = _circle(session, answered, parent_ids, names)
    alike = _alike(session, waiting, parent_ids, fields)
    flags = {answer.submission_id: _flags(answer, fields[answer.id], circle, names[answer.id],
                                       alike.get(answer.id, [])) for answer in waiting}  # fmt: skip
    changed = {
        answer.submission_id for answer in waiting if flags[answer.submission_id] != answer.flags
    }
    return Compared(flags, frozenset(changed), narrow)


def _fields(session: Session, waiting: Sequence[ComparedAnswer]) -> dict[int, Fields]:
    """Assignment → the fields that its answer was given on. Each form is read once."""
    ids = {answer.form_version_id for answer in waiting if answer.form_version_id is not None}
    versions = list_versions(session, ids)
    read: dict[tuple[int | None, bool, bool], Fields] = {}
    found: dict[int, Fields] = {}
    for answer in waiting:
        key = (answer.form_version_id, answer.assignment.answering, answer.assignment.lowest)
        if key not in read:
            read[key] = fields_of(answer.assignment, versions.get(answer.form_version_id or 0))
        found[answer.id] = read[key]
    return found


def _circle(
    session: Session,
    answered: Sequence[ComparedAnswer],
    parent_ids: Collection[int],
    names: Mapping[int, Sequence[str]],
) -> tuple[Circle, frozenset[int]]:
    """The numbers that answers are compared with, and the assignments above whose lower units are
    also compared with units further away."""
    near: dict[CirclePlace, list[int]] = {}
    for answer in answered:
        near.setdefault(answer.place, []).append(answer.id)
    fields = sorted({name for own in names.values() for name in own})
    circle = Circle(near, list_numbers_below(session, parent_ids, fields))
    narrow = {
        answer.place.parent_id
        for answer in answered
        if answer.id in names and circle.is_narrow(answer.id, answer.place, names[answer.id])
    }
    further, numbers = list_further(session, narrow, fields)
    return Circle(near, {**numbers, **circle.numbers}, further), frozenset(narrow)


def _alike(
    session: Session,
    waiting: Sequence[ComparedAnswer],
    parent_ids: Collection[int],
    fields: Mapping[int, Fields],
) -> dict[int, list[Flag]]:
    """Assignment → the flags of its texts. Only texts that share prints are read."""
    prints = list_prints_below(session, parent_ids)
    holders = {parent_id: Holders(held) for parent_id, held in prints.items()}
    suspects = [
        answer
        for answer in waiting
        if answer.place.parent_id in holders
        and answer.id in holders[answer.place.parent_id].suspects
    ]
    answers = list_answers(session, [answer.submission_id for answer in suspects])
    return {
        answer.id: _similar(
            answer.id,
            fields[answer.id],
            answers[answer.submission_id],
            holders[answer.place.parent_id],
        )
        for answer in suspects
    }


def _similar(
    assignment_id: int, fields: Fields, answers: Mapping[str, Any], holders: Holders
) -> list[Flag]:
    counts = {
        name: holders.count_alike(assignment_id, digests)
        for name, digests in text_prints(fields, answers).items()
    }
    return [
        Flag(FlagKind.SIMILAR_TEXT, name, count=count) for name, count in counts.items() if count
    ]


def _flags(
    answer: ComparedAnswer,
    fields: Fields,
    circle: Circle,
    names: Sequence[str],
    alike: Sequence[Flag],
) -> Flags:
    """The flags of an answer: its own flags as they are, and the flags that come from other units
    as of now."""
    own = circle.own(answer.id, names)
    kept = [flag for flag in answer.flags if flag.kind not in COMPARED]
    numbers = against_siblings(own, circle.others(answer.id, answer.place, list(own)))
    return tuple(in_order([*kept, *numbers, *alike], [field.name for field in fields]))


def store(session: Session, groups: Sequence[Group], found: Compared) -> int:
    """Keep the flags that have changed, of answers that still wait, and note how far the groups are
    compared. Returns how many flags changed. At most three statements."""
    rows = [
        {
            "one": submission_id,
            "found": found.flags[submission_id],
            "count": len(found.flags[submission_id]),
        }
        for submission_id in sorted(found.changed)
    ]
    if rows:
        lock_measures(session, col(Assignment.id).in_([group.parent_id for group in groups]))
        session.execute(_SET_FLAGS, rows)
    _mark(session, groups, found.narrow)
    session.expire_all()
    return len(rows)


def _mark(session: Session, groups: Sequence[Group], narrow: Collection[int]) -> None:
    added = insert_into(session, Comparison)
    kept = {name: added.excluded[name] for name in ("own", "around")}
    session.execute(
        added.on_conflict_do_update(index_elements=["assignment_id"], set_=kept),
        [
            {
                "assignment_id": group.parent_id,
                "own": group.own,
                "around": group.around if group.parent_id in narrow else None,
            }
            for group in groups
        ],
    )


_SET_FLAGS = (
    update(Submission.__table__)  # type: ignore[attr-defined]
    .where(
        col(Submission.id) == bindparam("one"),
        exists().where(
            col(Assignment.id) == Submission.assignment_id,
            col(Assignment.revision) == Submission.revision,
            col(Assignment.status) == Status.SUBMITTED,
        ),
    )
    .values(flags=bindparam("found"), flag_count=bindparam("count"))
)


def find_flags_now(session: Session, assignment: Assignment, submission: Submission) -> Flags:
    """The flags of an assignment's current submission: as of now while the submission waits, as of
    its review afterwards."""
    if assignment.status != Status.SUBMITTED or assignment.parent_id is None:
        return submission.flags
    found = compare(session, [assignment.parent_id], only=assignment.id)
    return found.flags.get(submission.id, submission.flags)


def bring_up_to_date(session: Session, assignment: Assignment, submission: Submission) -> None:
    """Keep the flags as of now, which are those that the reviewer has seen."""
    flags = find_flags_now(session, assignment, submission)
    if flags != submission.flags:
        submission.flags, submission.flag_count = flags, len(flags)
        session.flush()
