"""The rows a report is composed from, as `queries.reports.report_data` reads them.

They cover every reported unit (a unit that a report is for) and its direct lower units. Both
together are called the members here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from models import ComplaintKind, MeasureKind, MeasureStatus, Status
from rules.assignments.held_days import HeldTable
from rules.dates.calendar import Calendar
from rules.forms.rolled_figures import Extremes

LISTS = ("returned", "overdue", "late", "missing", "excused")
"""Kinds of lists in a report that name units."""
LIST_ROWS = 5000
"""The most rows of each list that a report keeps. The counts beside a list are always complete."""


class ReportedCampaign(NamedTuple):
    """The campaign, and the notice that it starts from."""

    id: int
    title: str
    number: str
    issuer: str


class ReportedLevel(NamedTuple):
    code: str
    rank: int
    name: str
    name_en: str


class ReportedUnit(NamedTuple):
    """One member, in the order of the tree."""

    id: int
    code: str
    name: str
    level: str
    parent_id: int | None
    lft: int
    rgt: int


class MeasureRow(NamedTuple):
    """A measure that has been released, in the order of the notice."""

    id: int
    path: str
    title: str
    kind: MeasureKind
    status: MeasureStatus
    target_count: int | None
    target_label: str
    form_version_id: int | None


class ShortRow(NamedTuple):
    """A release that left the lowest level fewer working days than the floor."""

    measure_id: int
    period: str
    differs: Mapping[str, Any]
    """`workdays_left`: the floor, and the days that were left."""
    account: str
    """Who signed for it; empty: nobody."""
    reason: str


class AssignmentRow(NamedTuple):
    """The assignment of a member, with who handed it down and what the member added."""

    id: int
    measure_id: int
    period: str
    unit_id: int
    level: str
    status: Status
    answering: bool
    late: bool
    extended: bool
    due_on: date
    issued_at: datetime
    acknowledged_at: datetime | None
    released_at: datetime | None
    sent_at: datetime | None
    closed_at: datetime | None
    issuer_code: str
    issuer_name: str
    detail_text: str | None
    detail_due_on: date | None
    detail_contact: str | None
    stood_in: bool = False
    """The unit above has answered in the place of the unit."""


class TallyRow(NamedTuple):
    """What lies below a member at one level. The columns are those of `models.roll_up.Tally`."""

    measure_id: int
    period: str
    unit_id: int
    level: str
    issued: int
    acknowledged: int
    released: int
    submitted: int
    approved: int
    returned: int
    unsent: int
    overdue: int
    late: int
    answering: int
    reported: int
    reviewed: int
    sent: int = 0
    extended: int = 0
    excused: int = 0


class TotalRow(NamedTuple):
    """One numeric field over everything below a member. Sums are × 10,000."""

    measure_id: int
    period: str
    unit_id: int
    field: str
    reported_sum: int
    reported_count: int
    reviewed_sum: int
    reviewed_count: int


class NumberRow(NamedTuple):
    """One number of a member's own current answer, × 10,000."""

    assignment_id: int
    field: str
    value: int


class AnswerRow(NamedTuple):
    """A member's own current answer."""

    assignment_id: int
    form_version_id: int | None
    answers: dict[str, Any]


class ListedRow(NamedTuple):
    """An answer below a reported unit that the report lists, or that is the latest one."""

    report_unit_id: int
    measure_id: int
    period: str
    code: str
    name: str
    field: str
    value: tuple[str, ...]
    """The answer in words, several where several choices were ticked."""
    above: str = ""
    """The name of the unit above, because names of villages repeat."""
    stood_in: bool = False
    """The unit above has answered in the place of the unit."""


class NamedRow(NamedTuple):
    """One assignment that the report of `report_unit_id` names in a list."""

    report_unit_id: int
    code: str
    name: str
    level: str
    above: str
    measure_id: int
    period: str
    due_on: date
    status: Status
    sent_at: datetime | None
    closed_at: datetime | None
    reason: str | None
    stood_in: bool = False
    """The unit above has answered in the place of the unit."""


class TargetRow(NamedTuple):
    """What the units below a reported unit have done of a target, each at most its own (× 10,000),
    and how many units have reached it."""

    report_unit_id: int
    measure_id: int
    period: str
    reported: int
    reported_met: int
    reviewed: int
    reviewed_met: int


class CoverageRow(NamedTuple):
    """The number of units below a reported unit that have something to answer, and that have
    answered all."""

    report_unit_id: int
    expected: int
    complete: int


class ComplaintRow(NamedTuple):
    """A complaint about a measure of the campaign, without a word on whose it is."""

    place: int
    """`Unit.lft` of the unit that wrote the complaint."""
    kind: ComplaintKind
    answered: bool
    helped: bool


@dataclass(frozen=True)
class ReportRows:
    """Everything from which the snapshots of some units of one campaign are composed."""

    campaign: ReportedCampaign
    as_of: date
    calendar: Calendar
    """By which days late are counted."""
    levels: list[ReportedLevel]
    reported_units: list[int]
    members: list[ReportedUnit]
    measures: list[MeasureRow]
    form_fields: dict[int, list[dict[str, Any]]]
    """Form version → its fields."""
    assignments: list[AssignmentRow]
    passed_on: set[int]
    """Ids of assignments that went on to the lower units by themselves."""
    tallies: list[TallyRow]
    totals: list[TotalRow]
    numbers: list[NumberRow]
    answers: list[AnswerRow]
    coverage: list[CoverageRow]
    extremes: dict[tuple[int, int, str, str], Extremes] = field(default_factory=dict)
    """(unit, measure, period, field) → the smallest and the largest number below the unit."""
    listed: list[ListedRow] = field(default_factory=list)
    """Answers that are handed up one by one."""
    answering: dict[int, set[str]] = field(default_factory=dict)
    """Measure → the levels that answer."""
    to_come: dict[tuple[int, int, str], dict[str, int]] = field(default_factory=dict)
    """(unit, measure, period) → level → how many units below the measure has not reached."""
    targets: list[TargetRow] = field(default_factory=list)
    short: list[ShortRow] = field(default_factory=list)
    complaints: list[ComplaintRow] = field(default_factory=list)
    held: dict[int, HeldTable] = field(default_factory=dict)
    """Reported unit → where the working days went."""
    held_units: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Unit with the most days → its code and name."""
    named: dict[str, list[NamedRow]] = field(default_factory=dict)
    """Kind of list (`LISTS`) → its first rows for each reported unit."""
