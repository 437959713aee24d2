from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, func, select

from models import Account, AnswerNumber, Assignment, Measure, Snapshot, Status, Unit
from queries.reports.snapshots import find_snapshot, list_snapshot_dates, list_snapshots
from queries.units.units import below, get_unit
from rules.assignments.states import REPORTED, REVIEWED, UNSENT
from rules.forms.rolled_figures import number_text
from rules.reports.report import COUNTS, checksum
from rules.sentences.refusal import Refusal
from services.campaigns.closings import close_measures
from services.reports.snapshots import take_snapshots
from tests.building import (
    BANNER,
    LEAGUE,
    OTHER_LEAGUE,
    REGION,
    VILLAGE,
    make_account,
    make_campaign,
)
from tests.conftest import NOW
from tests.counting import statements
from tests.present import present
from tests.reports_building import TODAY, answer


@pytest.fixture
def campaign(answered_campaign: int) -> int:
    return answered_campaign


def take(session: Session, campaign: int, codes: list[Any] | None = None) -> dict[str, Any]:
    ids = take_snapshots(session, campaign, codes, as_of=TODAY, actor=None, now=NOW)
    by_id = {snapshot.id: snapshot for snapshot in list_snapshots(session, ids)}
    return {by_id[snapshot_id].data["unit"]["code"]: by_id[snapshot_id] for snapshot_id in ids}


def recounted(session: Session, code: str, measure_id: int) -> dict[str, int]:
    """Every answer below the unit, counted from the assignments one by one."""
    wanted = (
        select(Assignment)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .where(
            below(get_unit(session, code)),
            Assignment.measure_id == measure_id,
            col(Assignment.answering),
        )
    )
    rows = session.exec(wanted).all()
    sent = [row for row in rows if row.status in REPORTED]
    passed = [row for row in rows if row.status in REVIEWED]
    unsent = [row for row in rows if row.status in UNSENT and row.closed_at is None]
    return {
        "issued": len(rows),
        "acknowledged": sum(row.acknowledged_at is not None for row in rows),
        "released": sum(row.released_at is not None for row in rows),
        "submitted": len(sent),
        "approved": len(passed),
        "returned": sum(row.status == Status.RETURNED for row in rows),
        "unsent": len(unsent),
        "overdue": sum(row.due_on < TODAY for row in unsent),
        "late": sum(row.late for row in rows),
        "answering": len(rows),
        "asked": len(rows),
        "reported": len(sent),
        "reviewed": len(passed),
        "sent": sum(row.sent_at is not None for row in rows),
        "extended": sum(row.extended for row in rows),
        "excused": 0,
    }


def test_every_count_is_what_a_recount_of_the_assignments_gives(
    session: Session, campaign: int
) -> None:
    for code, snapshot in take(session, campaign).items():
        for measure in snapshot.data["measures"]:
            counts = {name: measure["below"][name] for name in COUNTS}
            assert counts == recounted(session, code, measure["measure_id"]), code


def test_levels_and_lower_units_add_up_to_everything_below(session: Session, campaign: int) -> None:
    for snapshot in take(session, campaign).values():
        for part in (snapshot.data, *snapshot.data["measures"]):
            for name in COUNTS:
                assert sum(row[name] for row in part["lower"]) == part["below"][name]
            for name in ("asked", "answering", "reported", "reviewed"):
                assert sum(row[name] for row in part["levels"]) == part["below"][name]
            assert [row["issued"] for row in part["levels"]][-1] == part["below"]["issued"]


def test_sums_are_what_adding_the_answers_gives_and_lower_units_add_up_to_them(
    session: Session, campaign: int
) -> None:
    snapshot = take(session, campaign, [REGION])[REGION]
    for measure in snapshot.data["measures"]:
        for figure in measure["figures"]:
            total = session.exec(
                select(func.sum(AnswerNumber.value), func.count())
                .join(Assignment, col(Assignment.id) == AnswerNumber.assignment_id)
                .where(
                    Assignment.measure_id == measure["measure_id"],
                    AnswerNumber.field == figure["field"],
                    col(Assignment.status).in_(REPORTED),
                )
            ).one()
            assert (figure["reported"], figure["reported_units"]) == (
                number_text(int(total[0])),
                total[1],
            )
            assert figure["of"] == 32
            for name in ("reported_units", "reviewed_units", "of"):
                assert sum(row[name] for row in figure["lower"]) == figure[name]
            for name in ("reported", "reviewed"):
                parts = sum(round(float(row[name]) * 10_000) for row in figure["lower"])
                assert number_text(parts) == figure[name]


def test_lists_name_as_many_as_the_counts_say(session: Session, campaign: int) -> None:
    for snapshot in take(session, campaign).values():
        for found in snapshot.data["lists"].values():
            assert found["count"] == len(found["rows"])


def test_a_return_is_listed_with_its_reason_and_an_overdue_unit_with_its_days(
    session: Session, campaign: int
) -> None:
    lists = take(session, campaign, [REGION])[REGION].data["lists"]
    assert all(row["reason"] == "户数与上月不符，请核对" for row in lists["returned"]["rows"])
    assert all(row["days"] > 0 for row in lists["overdue"]["rows"])


def test_the_target_is_counted_for_every_unit_that_answers(session: Session, campaign: int) -> None:
    target = take(session, campaign, [REGION])[REGION].data["measures"][0]["target"]
    assert (target["each"], target["units"], target["whole"]) == (3, 32, 96)


def test_the_surplus_of_one_unit_does_not_hide_what_others_have_not_done(
    session: Session, campaign: int
) -> None:
    measure = present(
        session.exec(
            select(Measure).where(Measure.campaign_id == campaign, Measure.position == 0)
        ).first()
    )
    rows = session.exec(
        select(Assignment.status, AnswerNumber.value)
        .join(AnswerNumber, col(AnswerNumber.assignment_id) == Assignment.id)
        .where(Assignment.measure_id == measure.id, AnswerNumber.field == "checked")
    ).all()
    sent = [value for status, value in rows if status in REPORTED]
    target = take(session, campaign, [REGION])[REGION].data["measures"][0]["target"]
    capped = sum(min(value, 3 * 10_000) for value in sent)
    assert target["reported"] == number_text(capped)
    assert target["reported_surplus"] == number_text(sum(sent) - capped)
    assert target["reported_met"] == sum(value >= 3 * 10_000 for value in sent)
    assert float(target["reported_share"][:-1]) <= 100 * len(sent) / 32
    below = take(session, campaign)
    parts = [below[code].data["measures"][0]["target"] for code in (LEAGUE, OTHER_LEAGUE)]
    assert sum(part["reported_met"] for part in parts) == target["reported_met"]


def test_narratives_of_direct_lower_units_are_quoted(session: Session, campaign: int) -> None:
    measure = take(session, campaign, [REGION])[REGION].data["measures"][0]
    assert measure["narratives"]["lower"][0]["text"] == "赤峰市组织力量逐村核查，进展正常。"
    own = take(session, campaign, [LEAGUE])[LEAGUE].data["measures"][0]["narratives"]["own"]
    assert own[0]["text"] == "赤峰市组织力量逐村核查，进展正常。"


def test_a_returned_answer_is_not_quoted_and_not_summed(session: Session, campaign: int) -> None:
    data = take(session, campaign, [REGION])[REGION].data
    assignment = present(
        session.exec(
            select(Assignment)
            .join(Unit, col(Unit.id) == Assignment.unit_id)
            .where(Unit.code == "152500000000")
        ).first()
    )
    measure = assignment.measure_id
    words = {"narrative": "这段话已被退回"}
    answer(session, assignment, make_account(session, LEAGUE), words, status=Status.RETURNED)
    after = take(session, campaign, [REGION])[REGION].data
    assert "这段话已被退回" not in str(after)
    place = [line["measure_id"] for line in data["measures"]].index(measure)
    for figure, before in zip(
        after["measures"][place]["figures"], data["measures"][place]["figures"], strict=True
    ):
        assert figure["reported"] == before["reported"]


def test_a_second_snapshot_of_the_day_takes_the_place_of_the_first(
    session: Session, campaign: int
) -> None:
    first = take(session, campaign, [REGION])[REGION]
    before = first.id, first.checksum
    village = present(
        session.exec(
            select(Assignment).where(Assignment.lowest, Assignment.status == Status.ISSUED)
        ).first()
    )
    answer(session, village, make_account(session, VILLAGE), {"checked": 4})
    second = take(session, campaign, [REGION])[REGION]
    assert second.id == before[0]
    assert second.checksum != before[1]
    assert session.exec(select(func.count()).select_from(Snapshot)).one() == 1


def test_the_same_data_have_the_same_checksum(session: Session, campaign: int) -> None:
    first = take(session, campaign, [BANNER])[BANNER].checksum
    second = take(session, campaign, [BANNER])[BANNER]
    assert second.checksum == first == checksum(second.data)


def test_a_unit_without_lower_units_has_its_own_line_and_nothing_below(
    session: Session, campaign: int
) -> None:
    data = take(session, campaign, [VILLAGE])[VILLAGE].data
    assert len(data["measures"]) == 2
    assert data["measures"][0]["own"]["issued_by"] == "内蒙古自治区"
    assert data["below"]["issued"] == 0
    assert data["lower"] == []


def test_an_empty_campaign_has_a_report_of_its_owner_only(session: Session) -> None:
    campaign = make_campaign(session, make_account(session))
    taken = take(session, campaign.id)
    assert list(taken) == [REGION]
    assert taken[REGION].data["measures"] == []


def test_only_today_can_be_taken(session: Session, campaign: int) -> None:
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(Refusal, match=day.isoformat()):
            take_snapshots(session, campaign, None, as_of=day, actor=None, now=NOW)


def test_taking_costs_the_same_statements_for_three_units_and_eighteen(
    session: Session, campaign: int
) -> None:
    with statements(session) as few:
        take(session, campaign, [REGION, LEAGUE, BANNER])
    with statements(session) as many:
        take(session, campaign)
    assert len(few) == len(many)


def test_the_dates_of_a_unit_are_listed_and_found(session: Session, campaign: int) -> None:
    take(session, campaign, [BANNER])
    unit = get_unit(session, BANNER)
    assert list_snapshot_dates(session, campaign, unit.id) == [TODAY]
    assert present(find_snapshot(session, campaign, unit.id, TODAY)).data["unit"]["code"] == BANNER
    assert find_snapshot(session, campaign, unit.id, TODAY - timedelta(days=1)) is None


def test_closing_changes_no_figure_but_what_is_owed(session: Session, campaign: int) -> None:
    before = take(session, campaign)[REGION].data
    measures = session.exec(select(Measure).where(Measure.campaign_id == campaign)).all()
    office = present(session.exec(select(Account)).first())
    close_measures(session, measures, actor=office, now=NOW)
    later: dict[str, Any] = {
        "as_of": TODAY + timedelta(days=1),
        "actor": None,
        "now": NOW + timedelta(days=1),
    }
    (found,) = list_snapshots(session, take_snapshots(session, campaign, [REGION], **later))
    after = found.data
    same = [name for name in COUNTS if name not in ("unsent", "overdue")]
    assert [after["below"][name] for name in same] == [before["below"][name] for name in same]
    assert (after["below"]["unsent"], after["below"]["overdue"]) == (0, 0)
    assert [measure["figures"] for measure in after["measures"]] == [
        measure["figures"] for measure in before["measures"]
    ]
    assert {measure["own"]["status"] for measure in after["measures"]} == {"closed"}
    for measure in after["measures"]:
        counts = {name: measure["below"][name] for name in COUNTS}
        assert counts == recounted(session, REGION, measure["measure_id"])
        for name in COUNTS:
            assert sum(row[name] for row in measure["lower"]) == measure["below"][name]
