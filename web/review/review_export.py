"""What waits for a unit's decision as an Excel file."""

from collections.abc import Sequence

from fastapi import Response

from adapters.language import tell_period
from queries.review.review_list import WaitingSubmissions
from queries.review.reviews import WaitingSubmission, list_waiting_rows
from rules.sentences.refusal import N_
from web.edge.pages.exports import Column, exported, in_pages, when
from web.edge.viewer.context import Context

COLUMNS = (
    Column(N_("单位"), 36),
    Column(N_("单位代码"), 16),
    Column(N_("上级单位"), 30),
    Column(N_("措施"), 50),
    Column(N_("周期"), 16),
    Column(N_("第几次报送"), 10, "count"),
    Column(N_("迟报"), 8),
    Column(N_("提示"), 8, "count"),
    Column(N_("报送时间"), 18),
    Column(N_("审核期限"), 12, "date"),
    Column(N_("审核超期工作日"), 12, "count"),
)


def export_waiting(context: Context, wanted: WaitingSubmissions) -> Response:
    """The waiting submissions with the filter and in the order of the page, of all its pages."""

    def read(page: int, size: int) -> Sequence[WaitingSubmission]:
        return list_waiting_rows(context.session, wanted, page=page, size=size)

    title = context.words.say(N_("%(unit)s待审核的填报"), unit=context.viewer.unit.name)
    return exported(context, title, COLUMNS, (_cells(context, row) for row in in_pages(read)))


def _cells(context: Context, row: WaitingSubmission) -> tuple[object, ...]:
    say, today, due_on = context.words.say, context.today, row.review_due_on
    overdue = (
        context.calendar.workdays_between(due_on, today) if due_on and row.overdue(today) else None
    )
    return (
        row.unit_name, row.unit_code, row.upper_name or "", row.measure_title,
        tell_period(row.period, context.words.language), row.revision,
        say(N_("迟报")) if row.late else "", row.flag_count, when(row.sent_at),
        due_on.isoformat() if due_on else None, overdue,
    )  # fmt: skip
