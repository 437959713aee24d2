from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.reports.report_view import written
from models import ComplaintKind, MeasureKind, MeasureStatus, Status
from rules.dates.calendar import PUBLISHED
from rules.forms.rolled_figures import number_text
from rules.reports.report import checksum, snapshots
from rules.reports.report_rows import (
    LISTS,
    ComplaintRow,
    CoverageRow,
    ListedRow,
    MeasureRow,
    NamedRow,
    ReportedCampaign,
    ReportedLevel,
    ReportedUnit,
    ReportRows,
    TallyRow,
)
from rules.reports.shares import NONE, share

REGION = ReportedUnit(1, "15", "自治区", "region", None, 1, 10)
LEAGUE = ReportedUnit(2, "1504", "赤峰市", "league", 1, 2, 9)
AT = datetime(2026, 11, 23, 1, tzinfo=UTC)


def rows(**given_rows: list[Any] | dict[str, list[Any]]) -> ReportRows:
    values: dict[str, Any] = {
        "campaign": ReportedCampaign(1, "专项", "", ""),
        "as_of": date(2026, 11, 23),
        "levels": [
            ReportedLevel("region", 0, "自治区", "Region"),
            ReportedLevel("league", 1, "盟市", "L"),
        ],
        "reported_units": [1],
        "calendar": PUBLISHED,
        "members": [REGION, LEAGUE],
        "measures": [
            MeasureRow(7, "一", "排查", MeasureKind.FIGURES, MeasureStatus.RELEASED, None, "", None)
        ],
        "form_fields": {},
        "assignments": [],
        "passed_on": set(),
        "tallies": [],
        "totals": [],
        "numbers": [],
        "answers": [],
        "coverage": [],
        "answering": {7: {"league"}},
        "named": {kind: [] for kind in LISTS},
    }
    return ReportRows(**(values | given_rows))


def tally(period: str, unit: int = 1, issued: int = 3) -> TallyRow:
    return TallyRow(7, period, unit, "league", issued, 2, 1, 1, 0, 0, 2, 1, 0, issued, 1, 0)


def test_a_share_says_a_hundred_percent_only_when_nothing_is_missing() -> None:
    assert share(9999, 10000) == "99.9%"
    assert share(10000, 10000) == "100.0%"
    assert share(7, 8) == "87.5%"


def test_a_share_of_nothing_is_a_dash() -> None:
    assert share(0, 0) == NONE


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_share_is_never_more_than_the_truth(part: int, whole: int) -> None:
    assert float(share(part, whole)[:-1]) <= 100 * part / whole + 1e-9


def test_numbers_are_printed_without_the_zeros_they_are_stored_with() -> None:
    assert number_text(125_000) == "12.5"
    assert number_text(-30_000) == "-3"
    assert number_text(9_223_372_036_854_775_807) == "922337203685477.5807"


def test_the_checksum_does_not_depend_on_the_order_of_keys() -> None:
    assert checksum({"a": 1, "b": [2]}) == checksum({"b": [2], "a": 1})
    assert checksum({"a": 1}) != checksum({"a": 2})


def test_a_unit_nothing_has_reached_has_a_report_that_says_so() -> None:
    data = snapshots(rows())[1]
    assert data["measures"] == []
    assert data["below"]["issued"] == 0
    assert data["below"]["submitted_share"] == NONE
    assert data["lists"]["overdue"] == {"count": 0, "levels": [], "rows": []}


TOO_SOON = ComplaintRow(3, ComplaintKind.TOO_SOON, answered=True, helped=False)


def test_complaints_below_are_counted_by_kind() -> None:
    said = [
        TOO_SOON,
        TOO_SOON._replace(place=4, helped=True),
        TOO_SOON._replace(place=5, answered=False),
        ComplaintRow(3, ComplaintKind.NOT_OURS, answered=False, helped=False),
        TOO_SOON._replace(place=1),  # the unit's own
        TOO_SOON._replace(place=11),  # beside the unit
    ]
    found = snapshots(rows(complaints=said, coverage=[CoverageRow(1, 3, 0)]))[1]["complaints"]
    assert found == [
        {"kind": "too_soon", "count": 3, "answered": 2, "helped": 1},
        {"kind": "not_ours", "count": 1, "answered": 0, "helped": 0},
    ]


def test_a_count_that_would_say_who_complained_is_left_out() -> None:
    asked = [CoverageRow(1, 2, 0)]
    assert snapshots(rows(complaints=[TOO_SOON], coverage=asked))[1]["complaints"] == []


def test_every_period_of_a_measure_is_a_line_of_its_own() -> None:
    data = snapshots(rows(tallies=[tally("202611"), tally("202610", issued=2)]))[1]
    lines = [
        (measure["number"], measure["period"], measure["below"]["issued"])
        for measure in data["measures"]
    ]
    assert lines == [(1, "202610", 2), (2, "202611", 3)]
    assert data["below"]["issued"] == 5
    assert data["levels"][0]["issued"] == 5


def test_several_choices_stay_apart_for_every_face_to_join_in_its_language() -> None:
    listed = [
        ListedRow(1, 7, "once", "1504", "赤峰市", "means", ("炉子", "电暖")),
        ListedRow(1, 7, "once", "1505", "通辽市", "means", ("炉子",)),
    ]
    data = snapshots(rows(tallies=[tally("once")], listed=listed))[1]
    several, alone = data["measures"][0]["narratives"]["lower"]
    assert (several["text"], alone["text"]) == (["炉子", "电暖"], "炉子")
    assert (written(several, "zh"), written(several, "en")) == ("炉子、电暖", "炉子, 电暖")
    assert written(alone, "en") == "炉子"


def test_the_count_of_a_list_is_complete_where_its_rows_are_not() -> None:
    named = NamedRow(1, "1504", "赤峰市", "league", "自治区", 7, "once", date(2026, 11, 20),
                     Status.ISSUED, None, None, None)  # fmt: skip
    data = snapshots(
        rows(tallies=[tally("once")], named={key: [] for key in LISTS} | {"overdue": [named]})
    )[1]
    assert data["lists"]["overdue"]["count"] == 1
    assert data["lists"]["missing"]["count"] == 2
    [row] = data["lists"]["overdue"]["rows"]
    assert (row["days"], row["measure"], row["above"]) == (1, 1, "自治区")  # Friday to Monday


def test_in_time_extended_and_late_add_up_to_what_was_sent() -> None:
    counted = tally("once")._replace(sent=8, extended=2, late=1, excused=3)
    data = snapshots(rows(tallies=[counted], coverage=[CoverageRow(1, 3, 0)]))[1]
    timely = data["timely"]
    assert (timely["on_time"], timely["extended"], timely["late"]) == (5, 2, 1)
    assert (timely["on_time_share"], timely["extended_share"]) == ("62.5%", "25.0%")
    assert (timely["excused"], data["lists"]["excused"]["count"]) == (3, 3)
    nothing = snapshots(rows())[1]["timely"]
    assert (nothing["sent"], nothing["late_share"]) == (0, NONE)
