"""The page of one submission that is reviewed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from fastapi import Response
from sqlmodel import Session

from models import Assignment, Decision, Status
from queries.assignments.coverage import get_coverage
from queries.assignments.visible_assignments import Seen
from queries.campaigns.notice_files import HandedNotice, get_handed_notice
from queries.filling.last_period import find_last_period
from queries.filling.submissions import (
    Revision,
    find_recalled_at,
    get_submitted_fields,
    get_why,
    list_revisions,
)
from queries.forms.field_labels import get_labels
from queries.forms.forms import get_version
from queries.review.review_list import ReviewFilter, WaitingSubmissions, find_next, find_previous
from queries.review.reviews import find_page
from rules.assignments.states import waits_for_review
from rules.filling.checks.flags import asked_before
from rules.sentences.not_found import NotFound
from services.filling.comparisons import find_flags_now
from web.edge.pages.rendering import Page, render
from web.edge.viewer.context import Context
from web.edge.viewer.language import Words
from web.filling.flags import flag_in_words
from web.filling.returned_fields import ReturnedField, list_returned
from web.review.review_answers import ComparedQuestion, ComparedTotal, compare, compare_totals
from web.review.review_filters import address_of, read_filter
from web.review.review_notices import Decided, find_decided
from web.review.review_reasons import ListedReason, list_reasons
from web.review.typed_decision import NOTHING_TYPED, TypedDecision

TAKEN_BACK = (Status.ACKNOWLEDGED, Status.RELEASED)
"""The statuses of an assignment whose answer was recalled."""


@dataclass(frozen=True)
class ShownFlag:
    """Something the checks ask about a submission."""

    sentence: str
    later: bool
    """The question came up only after the sending."""


class Versions(NamedTuple):
    """The numbers of two form versions: the answered one, and the one in use."""

    old: int
    new: int


@dataclass(frozen=True)
class Neighbours:
    """The way from one submission to the others of the filtered list."""

    back: str
    """The address of the list, at the page of this submission."""
    previous_id: int | None
    next_id: int | None
    total: int


@dataclass(frozen=True)
class SubmissionPage(Page):
    """One submission beside the one before, and the decision about it."""

    TEMPLATE = "pages/review/show.html"

    seen: Seen
    assignment: Assignment
    notice: HandedNotice
    last: Revision
    before: Revision | None
    """What the submission is compared with."""
    corrects: bool
    """The unit corrects what had been approved."""
    why: str
    """Why the unit corrects the answer."""
    labels: Mapping[str, str]
    flags: Sequence[ShownFlag]
    waiting: bool
    recalled_at: datetime | None
    review_due: date
    overdue: bool
    answers: Sequence[ComparedQuestion]
    last_period: str
    """The code of the last period, if the unit answered then."""
    sums: Sequence[ComparedTotal]
    """Both sums of a unit that sums up."""
    units_now: Mapping[str, int] | None
    """How many lower units answer now; None for a unit that sums up nothing."""
    returned: Sequence[ReturnedField]
    newer: Versions | None
    """Where the answered version is no longer in use."""
    chosen: ReviewFilter
    to: Callable[..., str]
    near: Neighbours
    decided: Decided | None
    reasons: Sequence[ListedReason]
    typed: TypedDecision
    refusal: str


def show_review(
    context: Context, seen: Seen, typed: TypedDecision = NOTHING_TYPED, refusal: str = ""
) -> Response:
    """The page; with `refusal`, what was typed before the decision was refused."""
    revisions = list_revisions(context.session, seen.assignment.id)
    if not revisions:
        raise NotFound
    page = _page(context, seen, revisions[0], _before(revisions[1:]), typed, refusal)
    return render(context.request, page, status=409 if refusal else 200)


def _page(
    context: Context,
    seen: Seen,
    last: Revision,
    before: Revision | None,
    typed: TypedDecision,
    refusal: str,
) -> SubmissionPage:
    session, words, assignment = context.session, context.words, seen.assignment
    waiting, due_on = waits_for_review(assignment), assignment.review_due_on
    assert due_on is not None
    recalled = assignment.status in TAKEN_BACK
    corrects = _corrects(before)
    labels = get_labels(session, last.submission.form_version_id)
    answers, last_period = _answers(words, session, seen, last, before)
    sums, units_now = _below(session, seen, last)
    chosen = read_filter(context.query)
    return SubmissionPage(
        seen=seen,
        assignment=assignment,
        notice=get_handed_notice(session, seen.campaign.id),
        last=last,
        before=before,
        corrects=corrects,
        why=get_why(session, last.submission) if corrects else "",
        labels=labels,
        flags=_flags(words, session, seen, last, labels),
        waiting=waiting,
        recalled_at=find_recalled_at(session, assignment.id) if recalled else None,
        review_due=due_on,
        overdue=waiting and due_on < context.today,
        answers=answers,
        last_period=last_period,
        sums=sums,
        units_now=units_now,
        returned=_returned(words, session, seen, last, before),
        newer=_newer_version(session, seen, last),
        chosen=chosen,
        to=address_of(chosen),
        near=_neighbours(context, seen, last),
        decided=find_decided(context),
        reasons=list_reasons(words, session, context.viewer.unit_id),
        typed=typed,
        refusal=refusal,
    )


def _flags(
    words: Words, session: Session, seen: Seen, last: Revision, labels: Mapping[str, str]
) -> list[ShownFlag]:
    submission = last.submission
    asked = asked_before(submission.asked, submission.flags)
    return [
        ShownFlag(flag_in_words(words, flag, labels), flag.mark not in asked)
        for flag in find_flags_now(session, seen.assignment, submission)
    ]


def _before(earlier: Sequence[Revision]) -> Revision | None:
    """The revision to compare with: the last with a decision, else the last that was sent."""
    decided = (revision for revision in earlier if revision.review)
    return next(decided, earlier[0] if earlier else None)


def _corrects(before: Revision | None) -> bool:
    """See `SubmissionPage.corrects`."""
    review = before.review if before else None
    return review is not None and review.decision == Decision.APPROVE


def _returned(
    words: Words, session: Session, seen: Seen, last: Revision, before: Revision | None
) -> list[ReturnedField]:
    """The fields of the return that the page tells of, as they were called at that time."""
    told = last if seen.assignment.status == Status.RETURNED else before
    if told is None or told.review is None or not told.review.fields:
        return []
    fields = get_submitted_fields(session, last.submission)
    asked = {field.name for field in fields}
    if told.submission.form_version_id != last.submission.form_version_id:
        fields = get_submitted_fields(session, told.submission)
    return list_returned(words, fields, told.review.fields, told.review.notes, asked)


def _newer_version(session: Session, seen: Seen, last: Revision) -> Versions | None:
    old, new = last.submission.form_version_id, seen.measure.form_version_id
    if old is None or new is None or old == new:
        return None
    return Versions(get_version(session, old).number, get_version(session, new).number)


def _answers(
    words: Words, session: Session, seen: Seen, last: Revision, before: Revision | None
) -> tuple[list[ComparedQuestion], str]:
    """The answers beside the earlier ones, and the last period that is among these."""
    fields = get_submitted_fields(session, last.submission)
    period = find_last_period(session, seen.assignment)
    earlier = before.submission.answers if before else None
    of_period = period.submission.answers if period else None
    answers = compare(words, fields, last.submission.answers, earlier, of_period)
    return answers, period.period if period else ""


def _below(
    session: Session, seen: Seen, last: Revision
) -> tuple[list[ComparedTotal], Mapping[str, int] | None]:
    """The sums as the unit sent them, beside those of now, and the lower units of now."""
    sent = last.submission.rolled_up
    if not sent:
        return [], None
    now = get_coverage(session, seen.assignment)
    return compare_totals(sent, now), now["units"]


def _neighbours(context: Context, seen: Seen, last: Revision) -> Neighbours:
    session, chosen = context.session, read_filter(context.query)
    wanted = WaitingSubmissions(context.viewer.unit_id, chosen, context.today)
    here = wanted.position(seen.assignment, last.submission, seen.unit)
    page, total = find_page(session, wanted, here)
    return Neighbours(
        back=address_of(chosen, page)("/review"),
        previous_id=find_previous(session, wanted, here),
        next_id=find_next(session, wanted, here),
        total=total,
    )
