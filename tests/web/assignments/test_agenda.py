"""What a unit has to do, by due date and by campaign."""

from datetime import date, timedelta
from typing import Any

from models import Status
from queries.assignments.inbox import Owed, WaitingAnswers
from rules.dates.calendar import PUBLISHED
from tests.conftest import NOW
from web.assignments.agenda import CampaignEntries, agenda_of

TODAY = date(2026, 11, 23)
SIGNED = NOW


def owed(number: int, days: int, campaign: int = 1, **more: Any) -> Owed:
    """An assignment that is due so many days from today, signed for unless told."""
    known: dict[str, Any] = {"status": Status.ACKNOWLEDGED, "acknowledged_at": SIGNED, **more}
    return Owed(
        id=number, title=f"第{number}项", period="once", due_on=TODAY + timedelta(days=days),
        lowest=True, reason=None, fields=None, draft_at=None,
        campaign=f"专项{campaign}", campaign_id=campaign, **known,
    )  # fmt: skip


def waiting(number: int, due_on: date | None, campaign: int = 1) -> WaitingAnswers:
    return WaitingAnswers(number, f"第{number}项", 3, NOW, due_on, f"专项{campaign}", campaign)


def numbers(groups: list[CampaignEntries]) -> list[tuple[int, list[int]]]:
    return [
        (group.campaign_id, [(entry.owed.id if entry.owed else 0) for entry in group.entries])
        for group in groups
    ]


def test_nothing_to_do_is_nothing_in_any_part() -> None:
    agenda = agenda_of([], [], TODAY, PUBLISHED)
    assert (agenda.now, agenda.new, agenda.later) == ([], [], [])


def test_the_campaign_with_the_earliest_date_comes_first_and_dates_rise_within() -> None:
    rows = [owed(1, 3, 2), owed(2, 1, 1), owed(3, -4, 2), owed(4, 2, 1)]
    assert numbers(list(agenda_of(rows, [], TODAY, PUBLISHED).now)) == [(2, [3, 1]), (1, [2, 4])]


def test_what_was_returned_is_for_today_whatever_its_date() -> None:
    agenda = agenda_of([owed(1, 30, status=Status.RETURNED), owed(2, 30)], [], TODAY, PUBLISHED)
    assert numbers(list(agenda.now)) == [(1, [1])]
    assert numbers(list(agenda.later)) == [(1, [2])]


def test_what_is_not_signed_for_and_has_time_is_new_and_what_is_urgent_is_for_today() -> None:
    rows = [owed(n, 30, acknowledged_at=None, status=Status.ISSUED) for n in range(1, 31)]
    urgent = owed(31, 1, acknowledged_at=None, status=Status.ISSUED)
    agenda = agenda_of([*rows, urgent], [], TODAY, PUBLISHED)
    assert (agenda.urgent, agenda.fresh, agenda.calm) == (1, 30, 0)
    assert agenda.unsigned == set(range(1, 32))


def test_answers_that_wait_for_review_stand_among_the_tasks_by_their_own_date() -> None:
    reviews = [waiting(9, TODAY, 1), waiting(8, None, 2)]
    agenda = agenda_of([owed(1, 2, 1)], reviews, TODAY, PUBLISHED)
    assert numbers(list(agenda.now)) == [(1, [0, 1]), (2, [0])]
    assert agenda.now[1].entries[0].due_on == TODAY, "without a date of its own it is for today"


def test_two_campaigns_of_one_title_stay_apart() -> None:
    first, second = owed(1, 1, 1), owed(2, 1, 2)
    rows = [first, Owed(**{**vars(second), "campaign": first.campaign})]
    assert [len(group.entries) for group in agenda_of(rows, [], TODAY, PUBLISHED).now] == [1, 1]
