"""What becomes of drafts and answers when a released measure takes another form version."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Assignment, Draft, FormVersion, Measure, Status, Submission
from queries.filling.current_submission import is_current
from rules.assignments.states import REPORTED
from rules.forms.form_change import FormChange, clashes, compare, removed_codes
from rules.forms.form_differences import FieldDifference, list_differences
from rules.forms.form_fields import FormField, read_form
from rules.forms.form_tree import flat, place_of
from rules.sentences.faults import Fault

AT_ONCE = 500
"""How many rows are in memory at once while drafts and answers are read."""


class AnsweredVersion(NamedTuple):
    """How many current answers of a measure were given on one form version."""

    version: FormVersion
    reported: int
    """Answers that count in the totals."""
    returned: int
    """Answers that were returned. They are given again, on the version the measure has then."""


@dataclass(frozen=True)
class Outlook:
    """What becomes of a measure's drafts and totals with another version of its form."""

    change: FormChange
    answered: Sequence[AnsweredVersion]
    drafts: int
    typed: Mapping[str, int]
    """Field that is gone or altered → in how many drafts the field holds text."""
    faults: Mapping[int, list[Fault]]
    """Index of a field in the new version → why the field cannot replace the old one."""
    differences: tuple[FieldDifference, ...]
    """What differs in the questions that stay."""

    @property
    def reported(self) -> int:
        """Answers of all versions that count in the totals."""
        return sum(version.reported for version in self.answered)

    @property
    def returned(self) -> int:
        """Answers of all versions that were returned."""
        return sum(version.returned for version in self.answered)


def get_outlook(session: Session, measure: Measure, fields: Sequence[FormField]) -> Outlook:
    """What becomes of drafts and totals if `fields` become the measure's form.

    Three or four statements. Drafts are read once, `AT_ONCE` at a time.
    """
    answered = list_answered_versions(session, measure.id)
    current = _current(session, measure)
    change = compare(current, fields)
    drafts, typed = count_drafts(session, measure.id, [field.name for field in change.lost])
    faults = _clashes(session, measure, answered, fields)
    differences = list_differences(current, fields)
    return Outlook(change, answered, drafts, typed, faults, differences)


def find_clashes(
    session: Session, measure: Measure, fields: Sequence[FormField]
) -> dict[int, list[Fault]]:
    """Index in `fields` → why the field cannot become part of the measure's form.

    Drafts are not looked at.
    """
    return _clashes(session, measure, list_answered_versions(session, measure.id), fields)


def _clashes(
    session: Session,
    measure: Measure,
    answered: Sequence[AnsweredVersion],
    fields: Sequence[FormField],
) -> dict[int, list[Fault]]:
    old = [read_form(given.version.fields) for given in answered]
    return clashes(old, fields, _taken(session, measure, old, fields))


def list_answered_versions(session: Session, measure_id: int) -> list[AnsweredVersion]:
    """The form versions on which current answers were given, the newest first."""
    reported = func.count().filter(col(Assignment.status).in_(REPORTED))
    returned = func.count().filter(col(Assignment.status) == Status.RETURNED)
    counts = (
        select(Submission.form_version_id, reported.label("reported"), returned.label("returned"))
        .join(Assignment, is_current())
        .where(col(Assignment.measure_id) == measure_id, col(Assignment.answering))
        .where(col(Assignment.status).in_((*REPORTED, Status.RETURNED)))
        .group_by(col(Submission.form_version_id))
        .subquery()
    )
    by_name = ByName(
        AnsweredVersion,
        version=FormVersion,
        reported=counts.c.reported,
        returned=counts.c.returned,
    )
    wanted = (
        select(*by_name.columns)
        .join(counts, counts.c.form_version_id == FormVersion.id)
        .order_by(col(FormVersion.id).desc())
    )
    return by_name.values(session.exec(wanted))


def count_drafts(
    session: Session, measure_id: int, names: Collection[str]
) -> tuple[int, dict[str, int]]:
    """How many drafts a measure has, and field → in how many of the drafts the field holds text.

    Drafts are streamed, and only where `names` holds a field.
    """
    drafts = (
        select(func.count())
        .select_from(Draft)
        .join(Assignment, col(Assignment.id) == Draft.assignment_id)
        .where(col(Assignment.measure_id) == measure_id)
    )
    total = session.exec(drafts).one()
    if not total or not names:
        return total, {}
    wanted = (
        select(Draft.answers)
        .join(Assignment, col(Assignment.id) == Draft.assignment_id)
        .where(col(Assignment.measure_id) == measure_id)
        .execution_options(yield_per=AT_ONCE)
    )
    counted: Counter[str] = Counter()
    for answers in session.exec(wanted):
        counted.update(_written(answers, names))
    return total, dict(counted)


def _written(answers: Mapping[str, list[str]], names: Collection[str]) -> list[str]:
    """Those of the fields and repeats in which a draft holds text."""
    found = {name for name in names if name in answers and _has_text(answers[name])}
    for key in [key for key in answers if "." in key]:
        inner = place_of(key)
        if inner and (inner[0] in names or inner[2] in names) and _has_text(answers[key]):
            found |= {inner[0], inner[2]} & set(names)
    return list(found)


def _has_text(texts: Iterable[str]) -> bool:
    return any(text.strip() for text in texts)


def _current(session: Session, measure: Measure) -> tuple[FormField, ...]:
    version = session.get(FormVersion, measure.form_version_id) if measure.form_version_id else None
    return read_form(version.fields) if version else ()


def _taken(
    session: Session,
    measure: Measure,
    old: Sequence[Sequence[FormField]],
    fields: Sequence[FormField],
) -> dict[str, set[str]]:
    """Field that loses choices → its chosen codes. Without such a field no answer is read."""
    new = {field.name: field for field in fields}
    names = {
        field.name for form in old for field in form
        if field.name in new and removed_codes(field, new[field.name])
    }  # fmt: skip
    return list_chosen(session, measure.id, names) if names else {}


def list_chosen(session: Session, measure_id: int, names: Collection[str]) -> dict[str, set[str]]:
    """Field → the codes in current answers to the field, for these fields."""
    wanted = (
        select(Submission.answers)
        .join(Assignment, is_current())
        .where(col(Assignment.measure_id) == measure_id, col(Assignment.answering))
        .execution_options(yield_per=AT_ONCE)
    )
    found: dict[str, set[str]] = {name: set() for name in names}
    for answers in session.exec(wanted):
        for key, value in flat(answers).items():
            inner = place_of(key)
            name = inner[2] if inner else key
            if name in found:
                found[name].update(value if isinstance(value, list) else [value])
    return found
