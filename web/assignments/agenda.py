"""What a unit has to do, in the order in which it is due: now, newly arrived, and later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from models import Status
from queries.assignments.inbox import Owed, WaitingAnswers
from rules.dates.calendar import Calendar
from web.edge.pages.due_dates import SOON, days_left


@dataclass(frozen=True)
class AgendaEntry:
    """One thing to do: an assignment to answer, or answers of lower units to review."""

    owed: Owed | None
    waiting: WaitingAnswers | None
    due_on: date
    left: int
    """Working days until it is due; below 0 for a date that has passed."""

    @property
    def campaign(self) -> tuple[int, str]:
        """The id and the title of the campaign."""
        found = self.owed or self.waiting
        assert found is not None
        return found.campaign_id, found.campaign


@dataclass(frozen=True)
class CampaignEntries:
    """The entries of one campaign, by due date."""

    campaign_id: int
    title: str
    entries: Sequence[AgendaEntry]


@dataclass(frozen=True)
class Agenda:
    """Everything to do. Each entry stands in one part, and the campaign with the earliest due date
    comes first."""

    now: Sequence[CampaignEntries]
    """What was returned, is overdue, is due within `SOON` working days, or waits for review."""
    new: Sequence[CampaignEntries]
    """What has come in, is not signed for, and has time."""
    later: Sequence[CampaignEntries]
    unsigned: frozenset[int]
    """The assignments that the unit has not signed for, urgent ones as well."""

    @property
    def urgent(self) -> int:
        """How many entries stand in `now`."""
        return sum(len(group.entries) for group in self.now)

    @property
    def fresh(self) -> int:
        """How many entries stand in `new`."""
        return sum(len(group.entries) for group in self.new)

    @property
    def calm(self) -> int:
        """How many entries stand in `later`."""
        return sum(len(group.entries) for group in self.later)


def agenda_of(
    owed: Sequence[Owed], waiting: Sequence[WaitingAnswers], today: date, calendar: Calendar
) -> Agenda:
    """What is to be done; `owed` and `waiting` as the inbox gives them."""
    entries = [_to_answer(assignment, today, calendar) for assignment in owed]
    reviews = [_to_review(answers, today, calendar) for answers in waiting]
    urgent, new, later = _parted(entries)
    return Agenda(
        now=grouped(urgent + reviews),
        new=grouped(new),
        later=grouped(later),
        unsigned=frozenset(assignment.id for assignment in owed if is_new(assignment)),
    )


def is_new(assignment: Owed) -> bool:
    """Whether the unit has still to sign for the assignment."""
    return assignment.acknowledged_at is None and assignment.status != Status.RETURNED


def grouped(entries: Iterable[AgendaEntry]) -> list[CampaignEntries]:
    """The entries by campaign, each campaign by due date, the most urgent campaign first."""
    found: dict[tuple[int, str], list[AgendaEntry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.due_on):
        found.setdefault(entry.campaign, []).append(entry)
    return [CampaignEntries(*campaign, own) for campaign, own in found.items()]


def _to_answer(assignment: Owed, today: date, calendar: Calendar) -> AgendaEntry:
    left = days_left(calendar, assignment.due_on, today)
    return AgendaEntry(assignment, None, assignment.due_on, left)


def _to_review(answers: WaitingAnswers, today: date, calendar: Calendar) -> AgendaEntry:
    due_on = answers.due_on or today
    return AgendaEntry(None, answers, due_on, days_left(calendar, due_on, today))


def _parted(
    entries: Iterable[AgendaEntry],
) -> tuple[list[AgendaEntry], list[AgendaEntry], list[AgendaEntry]]:
    urgent: list[AgendaEntry] = []
    new: list[AgendaEntry] = []
    later: list[AgendaEntry] = []
    for entry in entries:
        assert entry.owed is not None
        if entry.left <= SOON or entry.owed.status == Status.RETURNED:
            urgent.append(entry)
        else:
            (new if is_new(entry.owed) else later).append(entry)
    return urgent, new, later
