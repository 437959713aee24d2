"""Comparisons: flags that come from other units, brought up to date while a review is awaited.

Whoever sends is held against those who have sent before. What the others send afterwards changes
the picture: the first one may turn out to be far off, or to be the one that was copied. So the
answers that wait are held against each other again, many units above at once, and the reviewer
sees the same flags whatever the order they were sent in. What has been reviewed stays as it was.
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
    """What came out."""

    flags: dict[int, Flags]
    """Submission → its flags, of those that wait."""
    changed: frozenset[int]
    """The submissions whose flags are others now."""
    narrow: frozenset[int]
    """The assignments above for which the units further away were looked at."""


def compare(session: Session, parent_ids: Collection[int], only: int | None = None) -> Compared:
    """Hold the answers that wait below these assignments against those beside them.

    `only`: the one assignment of which it is asked. Nothing is written; at most six statements,
    whatever the number of units.
    """
    answered = list_compared_answers(session, parent_ids)
    waiting = [
        one
        for one in answered
        if one.assignment.status == Status.SUBMITTED and only in (None, one.id)
    ]
    fields = _fields(session, waiting)
    names = {one.id: compared_numbers(fields[one.id]) for one in waiting}
    circle, narrow = _circle(session, answered, parent_ids, names)
    alike = _alike(session, waiting, parent_ids, fields)
    flags = {one.submission_id: _flags(one, fields[one.id], circle, names[one.id],
                                       alike.get(one.id, [])) for one in waiting}  # fmt: skip
    changed = {one.submission_id for one in waiting if flags[one.submission_id] != one.flags}
    return Compared(flags, frozenset(changed), narrow)


def _fields(session: Session, waiting: Sequence[ComparedAnswer]) -> dict[int, Fields]:
    """Assignment → the fields it was answered on; each form is read once."""
    ids = {one.form_version_id for one in waiting if one.form_version_id is not None}
    versions = list_versions(session, ids)
    read: dict[tuple[int | None, bool, bool], Fields] = {}
    found: dict[int, Fields] = {}
    for one in waiting:
        key = (one.form_version_id, one.assignment.answering, one.assignment.lowest)
        if key not in read:
            read[key] = fields_of(one.assignment, versions.get(one.form_version_id or 0))
        found[one.id] = read[key]
    return found


def _circle(
    session: Session,
    answered: Sequence[ComparedAnswer],
    parent_ids: Collection[int],
    names: Mapping[int, Sequence[str]],
) -> tuple[Circle, frozenset[int]]:
    """What is held against, and the assignments above from which it looks further."""
    near: dict[CirclePlace, list[int]] = {}
    for one in answered:
        near.setdefault(one.place, []).append(one.id)
    fields = sorted({name for each in names.values() for name in each})
    circle = Circle(near, list_numbers_below(session, parent_ids, fields))
    narrow = {
        one.place.parent_id
        for one in answered
        if one.id in names and circle.is_narrow(one.id, one.place, names[one.id])
    }
    further, numbers = list_further(session, narrow, fields)
    return Circle(near, {**numbers, **circle.numbers}, further), frozenset(narrow)


def _alike(
    session: Session,
    waiting: Sequence[ComparedAnswer],
    parent_ids: Collection[int],
    fields: Mapping[int, Fields],
) -> dict[int, list[Flag]]:
    """Assignment → the flags of its texts. Only of those that share prints are the texts read."""
    prints = list_prints_below(session, parent_ids)
    holders = {parent_id: Holders(each) for parent_id, each in prints.items()}
    suspects = [
        one
        for one in waiting
        if one.place.parent_id in holders and one.id in holders[one.place.parent_id].suspects
    ]
    answers = list_answers(session, [one.submission_id for one in suspects])
    return {
        one.id: _similar(
            one.id, fields[one.id], answers[one.submission_id], holders[one.place.parent_id]
        )
        for one in suspects
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
    one: ComparedAnswer, fields: Fields, circle: Circle, names: Sequence[str], alike: Sequence[Flag]
) -> Flags:
    """Its own flags as they are, and those that come from others as they are now."""
    own = circle.own(one.id, names)
    kept = [flag for flag in one.flags if flag.kind not in COMPARED]
    numbers = against_siblings(own, circle.others(one.id, one.place, list(own)))
    return tuple(in_order([*kept, *numbers, *alike], [field.name for field in fields]))


def store(session: Session, groups: Sequence[Group], found: Compared) -> int:
    """Keep the flags that are others now, of what still waits, and how far the groups are
    compared; how many there were. At most three statements."""
    rows = [
        {"one": one, "found": found.flags[one], "count": len(found.flags[one])}
        for one in sorted(found.changed)
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
    """The flags of an assignment's current submission: while it waits, as they are at this
    moment; after its review as they were then."""
    if assignment.status != Status.SUBMITTED or assignment.parent_id is None:
        return submission.flags
    found = compare(session, [assignment.parent_id], only=assignment.id)
    return found.flags.get(submission.id, submission.flags)


def bring_up_to_date(session: Session, assignment: Assignment, submission: Submission) -> None:
    """Keep the flags as they are now: what the one who decides about it has seen."""
    flags = find_flags_now(session, assignment, submission)
    if flags != submission.flags:
        submission.flags, submission.flag_count = flags, len(flags)
        session.flush()
