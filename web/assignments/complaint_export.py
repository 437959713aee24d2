"""The list of complaints as an Excel file."""

from collections.abc import Sequence

from fastapi import Response

from models import ComplaintKind
from queries.assignments.complaints import WhichComplaints, Written, list_complaints
from rules.assignments.complaints import KIND_NAMES, STANDING_NAMES
from rules.sentences.refusal import N_
from web.edge.pages.exports import Column, exported, in_pages, when
from web.edge.viewer.context import Context

COLUMNS = (
    Column(N_("反映时间"), 18),
    Column(N_("单位"), 30),
    Column(N_("情况"), 16),
    Column(N_("措施"), 50),
    Column(N_("反映的内容"), 60),
    Column(N_("答复单位"), 30),
    Column(N_("答复期限"), 12, "date"),
    Column(N_("办理情况"), 14),
)


def export_complaints(
    context: Context, shown: WhichComplaints, kind: ComplaintKind | None
) -> Response:
    """The complaints that the page lists with this filter, of all its pages."""

    def read(page: int, size: int) -> Sequence[Written]:
        own = context.viewer.unit
        return list_complaints(context.session, own, shown=shown, kind=kind, page=page, size=size)[
            0
        ]

    say = context.words.say
    title = say(N_("%(unit)s减负反映"), unit=context.viewer.unit.name)
    return exported(context, title, COLUMNS, (_cells(context, row) for row in in_pages(read)))


def _cells(context: Context, row: Written) -> tuple[object, ...]:
    say, complaint = context.words.say, row.complaint
    return (
        when(complaint.at), row.unit.name, say(KIND_NAMES[complaint.kind]), row.title or "",
        complaint.text, context.words.listed(row.asked),
        complaint.answer_due_on.isoformat() if complaint.answer_due_on else None,
        say(STANDING_NAMES[row.standing(context.today)]),
    )  # fmt: skip
