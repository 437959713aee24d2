"""Lists of a unit's assignments and of its measures as Excel files."""

from collections.abc import Sequence
from datetime import date

from fastapi import Response

from adapters.language import tell_period
from queries.assignments.inbox import Owed, list_assignments_of
from queries.assignments.progress import Below, LowerUnit
from queries.assignments.receipts import ReceiptRow, list_receipts
from queries.assignments.standings import list_standings
from queries.assignments.visible_assignments import Seen
from rules.assignments.counting import Answers
from rules.assignments.states import STATUS_NAMES, UNSENT
from rules.dates.calendar import Calendar
from rules.sentences.refusal import N_
from web.edge.pages.exports import Column, exported, in_pages, when
from web.edge.viewer.context import Context
from web.edge.viewer.language import Words

ANSWERS = (
    Column(N_("应报"), 10, "count"),
    Column(N_("已交办"), 10, "count"),
    Column(N_("已报"), 10, "count"),
    Column(N_("已审"), 10, "count"),
    Column(N_("已退回"), 10, "count"),
    Column(N_("逾期"), 10, "count"),
)
TASKS = (
    Column(N_("任务"), 50),
    Column(N_("周期"), 16),
    Column(N_("状态"), 12),
    Column(N_("截止"), 12, "date"),
    Column(N_("逾期工作日"), 10, "count"),
)
STANDINGS = (
    Column(N_("措施"), 50), Column(N_("周期"), 16), Column(N_("本级截止"), 12, "date"), *ANSWERS,
)  # fmt: skip
RECEIPTS = (
    Column(N_("回执号"), 24),
    Column(N_("措施"), 50),
    Column(N_("周期"), 16),
    Column(N_("第几次报送"), 10, "count"),
    Column(N_("报送时间"), 18),
    Column(N_("状态"), 12),
)
LOWER = (
    Column(N_("下级单位"), 36),
    Column(N_("单位代码"), 16),
    Column(N_("本单位状态"), 12),
    Column(N_("本级截止"), 12, "date"),
    *ANSWERS,
    Column(N_("单位电话"), 20),
)


def answer_cells(answers: Answers) -> tuple[int, ...]:
    """The cells of the columns `ANSWERS`."""
    return (
        answers.asked, answers.reached, answers.reported, answers.reviewed, answers.returned,
        answers.overdue,
    )  # fmt: skip


def export_standings(context: Context) -> Response:
    """How far each measure has got below the unit, as the first page lists them."""
    language = context.words.language
    rows = (
        (row.title, tell_period(row.period, language), row.due_on.isoformat(),
         *answer_cells(row.answers))
        for row in list_standings(context.session, context.viewer.unit_id, context.today)
    )  # fmt: skip
    title = context.words.say(N_("%(unit)s各项措施办理进度"), unit=context.viewer.unit.name)
    return exported(context, title, STANDINGS, rows)


def export_assignments(context: Context, campaign_id: int | None) -> Response:
    """Everything the unit was ever given, or what it was given of a campaign, the newest first."""
    unit_id = context.viewer.unit_id

    def read(page: int, size: int) -> Sequence[Owed]:
        return list_assignments_of(
            context.session, unit_id, page=page, size=size, campaign_id=campaign_id
        )[0]

    say, language = context.words.say, context.words.language
    rows = (
        (row.title, tell_period(row.period, language), say(STATUS_NAMES[row.status]),
         row.due_on.isoformat(), days_late(context.calendar, row, context.today))
        for row in in_pages(read)
    )  # fmt: skip
    return exported(
        context, say(N_("%(unit)s全部任务"), unit=context.viewer.unit.name), TASKS, rows
    )


def days_late(calendar: Calendar, row: Owed, today: date) -> int | None:
    """Working days since the due date; None where nothing is overdue."""
    owes = row.status in UNSENT and row.closed_at is None
    return calendar.workdays_between(row.due_on, today) if owes and row.due_on < today else None


def export_receipts(context: Context) -> Response:
    """The unit's own receipts, the newest first."""

    def read(page: int, size: int) -> Sequence[ReceiptRow]:
        return list_receipts(context.session, context.viewer.unit_id, page=page, size=size)[0]

    say, language = context.words.say, context.words.language
    rows = (
        (row.number, row.title, tell_period(row.period, language), row.revision,
         when(row.sent_at), say(row.standing or STATUS_NAMES[row.status]))
        for row in in_pages(read)
    )  # fmt: skip
    title = say(N_("%(unit)s回执"), unit=context.viewer.unit.name)
    return exported(context, title, RECEIPTS, rows)


def export_lower(context: Context, seen: Seen, below: Below) -> Response:
    """The units directly below an assignment, as its progress page lists them."""
    say = context.words.say
    title = say(
        N_("%(measure)s：%(unit)s下级办理进度"), measure=seen.measure.title, unit=seen.unit.name
    )
    return exported(context, title, LOWER, (_lower(context.words, row) for row in below.lower))


def _lower(words: Words, row: LowerUnit) -> tuple[object, ...]:
    return (
        row.unit.name, row.unit.code,
        words.say(STATUS_NAMES[row.assignment.status]),
        row.assignment.due_on.isoformat(),
        *answer_cells(row.answers), row.unit.telephone,
    )  # fmt: skip
