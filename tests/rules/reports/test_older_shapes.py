"""Reports that were stored by an older version are still read."""

from datetime import UTC, datetime
from typing import Any

from adapters.reports.excel import render_excel
from adapters.reports.report_page import render_page
from adapters.reports.report_view import report_of
from adapters.reports.word import render_word
from models import Snapshot, Status
from rules.reports.report import COUNTS, snapshots
from rules.reports.report_rows import LISTS, NamedRow
from tests.rules.reports.test_report import rows, tally

AT = datetime(2026, 11, 23, 1, tzinfo=UTC)

OWN = {
    "status": "released", "answering": False, "issued_on": "2026-11-10", "issued_by": "自治区",
    "issued_by_code": "15", "due_on": "2026-11-20", "acknowledged_on": None,
    "released_on": "2026-11-10", "passed_on": False, "sent_on": None, "late": False,
    "detail": None, "figures": [],
}  # fmt: skip


def first_shape() -> dict[str, Any]:
    """A snapshot as the first version wrote it."""
    named = NamedRow(1, "1504", "赤峰市", "league", "自治区", 7, "once", AT.date().replace(day=20),
                     Status.ISSUED, None, None, None)  # fmt: skip
    lists = {kind: [named] for kind in LISTS}
    data = snapshots(rows(tallies=[tally("once")], named=lists))[1]
    data["shape"] = 1
    data["measures"][0]["own"] = OWN
    for part in (data, *data["measures"]):
        for row in (part["below"], *part["levels"], *part["lower"]):
            del row["asked"]
    for found in data["lists"].values():
        del found["levels"]
        found["rows"] = [row | {"days": 3} for row in found["rows"]]
    return data


def test_every_face_of_a_report_of_the_first_shape_is_made() -> None:
    data = first_shape()
    report = report_of(
        Snapshot(
            campaign_id=1, unit_id=1, as_of=AT.date(), data=data, made_at=AT, checksum="0" * 64
        )
    )
    below = report.data["below"]
    assert below["asked"] == below["answering"] == 3
    assert set(COUNTS) <= below.keys()
    (row,) = report.data["lists"]["overdue"]["rows"]
    assert row["days"] == 1  # from a Friday to a Monday
    assert "asked" not in data["below"]
    page = render_page(report).decode()
    assert "已报 1/3" in page
    for language in ("zh", "en"):
        assert render_word(report, language)
        assert render_excel(report, language)
