import pytest
from sqlmodel import Session

from queries.reports.report_data import (
    get_report_campaign,
    get_report_rows,
    list_codes,
    list_report_units,
)
from rules.reports.report_rows import ReportRows
from rules.sentences.refusal import Refusal
from tests.building import BANNER, REGION, TOWNSHIP, VILLAGE
from tests.counting import statements
from tests.reports_building import TODAY


@pytest.fixture
def campaign(answered_campaign: int) -> int:
    return answered_campaign


def read(session: Session, campaign: int, codes: list[str]) -> tuple[ReportRows, int]:
    units = [unit.id for unit in list_report_units(session, campaign, codes)]
    with statements(session) as sent:
        rows = get_report_rows(session, campaign, units, as_of=TODAY)
    return rows, len(sent)


def test_thirty_units_cost_as_many_statements_as_three(session: Session, campaign: int) -> None:
    codes = list_codes(session, ["region", "league", "banner", "township", "village"])
    three, cost_of_three = read(session, campaign, codes[:3])
    thirty, cost_of_thirty = read(session, campaign, codes[:30])
    assert (len(three.reported_units), len(thirty.reported_units)) == (3, 30)
    assert cost_of_three == cost_of_thirty <= 25


def test_members_are_the_reported_units_and_their_direct_lower_units(
    session: Session, campaign: int
) -> None:
    rows, _ = read(session, campaign, [TOWNSHIP])
    assert rows.members[0].code == TOWNSHIP
    assert VILLAGE in {member.code for member in rows.members}
    assert all(member.parent_id == rows.reported_units[0] for member in rows.members[1:])


def test_a_list_holds_nobody_outside_the_subtree(session: Session, campaign: int) -> None:
    rows, _ = read(session, campaign, [BANNER])
    for named in rows.named.values():
        assert all(unit.code.startswith(BANNER[:6]) for unit in named)
    assert rows.named["overdue"]


def test_without_codes_every_unit_that_handed_something_down_is_reported_on(
    session: Session, campaign: int
) -> None:
    codes = [unit.code for unit in list_report_units(session, campaign, None)]
    assert codes[0] == REGION
    assert len(codes) == 18
    assert VILLAGE not in codes


def test_an_unknown_unit_is_named_in_the_refusal(session: Session, campaign: int) -> None:
    with pytest.raises(Refusal, match="999"):
        list_report_units(session, campaign, [REGION, "999"])


def test_an_unknown_campaign_is_refused(session: Session) -> None:
    with pytest.raises(Refusal, match="4711"):
        get_report_campaign(session, 4711)
