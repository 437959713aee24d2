"""The page of one submission that is reviewed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import Request, Response
from sqlmodel import Session

from models import Decision, Status
from queries.assignments.coverage import get_coverage
from queries.assignments.visible_assignments import Seen
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
from queries.review.review_list import WaitingSubmissions, find_next, find_previous
from queries.review.reviews import find_page
from rules.assignments.states import waits_for_review
from rules.dates.calendar import local_date
from rules.filling.checks.flags import Flag, asked_before
from rules.sentences.not_found import NotFound
from services.filling.comparisons import find_flags_now
from web.edge.language import Words, words_of
from web.edge.rendering import render
from web.edge.security import Viewer
from web.filling.flags import flag_in_words
from web.filling.returned_fields import ReturnedField, list_returned
from web.review.review_answers import compare, compare_totals
from web.review.review_filters import address_of, read_filter
from web.review.review_notices import find_decided
from web.review.review_reasons import list_reasons

TAKEN_BACK = (Status.ACKNOWLEDGED, Status.RELEASED)
"""Where what had been sent stands after it was recalled."""


def show_review(
    request: Request,
    session: Session,
    viewer: Viewer,
    seen: Seen,
    now: datetime,
    *,
    status: int = 200,
    **values: Any,
) -> Response:
    """The page; `values` is what was typed before it was refused."""
    one = seen.assignment
    revisions = list_revisions(session, one.id)
    if not revisions:
        raise NotFound
    last, before = revisions[0], _before(revisions[1:])
    labels = get_labels(session, last.submission.form_version_id)
    words, due_on = words_of(request), one.review_due_on
    assert due_on is not None
    shown: dict[str, Any] = {
        "refusal": "", "reason": "", "ready": "", "ticked": (), "notes": {}, "returning": False,
    }  # fmt: skip
    return render(
        request,
        "pages/review/show.html",
        status=status,
        seen=seen,
        one=one,
        last=last,
        before=before,
        corrects=_corrects(before),
        why=get_why(session, last.submission) if _corrects(before) else "",
        labels=labels,
        flags=_flags(words, session, seen, last, labels),
        waiting=waits_for_review(one),
        recalled_at=find_recalled_at(session, one.id) if one.status in TAKEN_BACK else None,
        review_due=due_on,
        overdue=waits_for_review(one) and due_on < local_date(now),
        reasons=list_reasons(words, session, viewer.unit_id),
        decided=find_decided(request, session, viewer.unit_id, now),
        returned=_returned(words, session, seen, last, before),
        newer=_newer_version(session, seen, last),
        **_answers(words, session, seen, last, before),
        **_below(session, seen, last),
        **_neighbours(request, session, viewer, seen, last, now),
        **{**shown, **values},
    )


def _flags(
    words: Words, session: Session, seen: Seen, last: Revision, labels: Mapping[str, str]
) -> list[dict[str, Any]]:
    """What the checks ask about it, and whether that came up only after it was sent."""
    submission = last.submission
    asked = asked_before(submission.asked, submission.flags)
    return [
        {
            "sentence": flag_in_words(words, flag, labels),
            "later": Flag.from_json(flag).mark not in asked,
        }
        for flag in find_flags_now(session, seen.assignment, submission)
    ]


def _before(earlier: Any) -> Revision | None:
    """What to compare with: the last one that was decided on, else the last one sent."""
    decided = (one for one in earlier if one.review)
    return next(decided, earlier[0] if earlier else None)


def _corrects(before: Revision | None) -> bool:
    """The unit corrects what had been approved."""
    review = before.review if before else None
    return review is not None and review.decision == Decision.APPROVE


def _returned(
    words: Words, session: Session, seen: Seen, last: Revision, before: Revision | None
) -> list[ReturnedField]:
    """The fields of the return the page tells of, as they were called when it was made."""
    told = last if seen.assignment.status == Status.RETURNED else before
    if told is None or told.review is None or not told.review.fields:
        return []
    fields = get_submitted_fields(session, last.submission)
    asked = {one.name for one in fields}
    if told.submission.form_version_id != last.submission.form_version_id:
        fields = get_submitted_fields(session, told.submission)
    return list_returned(words, fields, told.review.fields, told.review.notes, asked)


def _newer_version(session: Session, seen: Seen, last: Revision) -> dict[str, int] | None:
    """The numbers of the version that was answered and of the one in use, where they differ."""
    old, new = last.submission.form_version_id, seen.measure.form_version_id
    if old is None or new is None or old == new:
        return None
    return {"old": get_version(session, old).number, "new": get_version(session, new).number}


def _answers(
    words: Words, session: Session, seen: Seen, last: Revision, before: Revision | None
) -> dict[str, Any]:
    fields = get_submitted_fields(session, last.submission)
    period = find_last_period(session, seen.assignment)
    earlier = before.submission.answers if before else None
    answers = compare(
        words,
        fields,
        last.submission.answers,
        earlier,
        period.submission.answers if period else None,
    )
    return {"answers": answers, "last_period": period.period if period else ""}


def _below(session: Session, seen: Seen, last: Revision) -> dict[str, Any]:
    """Both sums of a unit that sums up: as it sent them, and as they are now."""
    sent = last.submission.rolled_up
    if not sent:
        return {"sums": [], "units_now": None}
    now = get_coverage(session, seen.assignment)
    return {"sums": compare_totals(sent, now), "units_now": now["units"]}


def _neighbours(
    request: Request, session: Session, viewer: Viewer, seen: Seen, last: Revision, now: datetime
) -> dict[str, Any]:
    chosen = read_filter(request.query_params)
    wanted = WaitingSubmissions(viewer.unit_id, chosen, local_date(now))
    here = wanted.position(seen.assignment, last.submission, seen.unit)
    page, total = find_page(session, wanted, here)
    return {
        "chosen": chosen,
        "to": address_of(chosen),
        "back": address_of(chosen, page)("/review"),
        "previous_id": find_previous(session, wanted, here),
        "next_id": find_next(session, wanted, here),
        "total": total,
    }
