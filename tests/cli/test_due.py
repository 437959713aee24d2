"""`jieli due`: dates to check by hand, one JSON object, or a sentence."""

import json

import pytest
from typer.testing import CliRunner

from cli.main import app

RUNNER = CliRunner()


def test_the_json_is_one_object_with_the_agreed_keys() -> None:
    told = RUNNER.invoke(
        app, ["due", "workdays:5", "--received=2026-12-11", "--levels=1", "--json"]
    )
    assert json.loads(told.stdout) == {
        "rule": "workdays:5",
        "received": "2026-12-11",
        "known_until": "2026-12-31",
        "levels": [{"level": 1, "due_on": "2026-12-18", "workdays": 5}],
        "warnings": [],
    }


def test_people_read_dates_with_their_weekdays_and_what_is_odd() -> None:
    told = RUNNER.invoke(app, ["due", "2027-01-03", "--received", "2026-12-11", "--levels", "2"])
    assert told.exit_code == 0
    assert "2027-01-03  星期日" in told.stdout
    assert "第1级的截止日期2027-01-03不是工作日。" in told.stdout
    assert "2027年的放假安排尚未公布" in told.stdout


@pytest.mark.parametrize(
    "arguments",
    [["soon"], ["2026-02-30"], ["workdays:5", "--received=2026-12-32"], ["weekly:8"],
     ["workdays:5", "--received=9999-01-01"]],
)  # fmt: skip
def test_what_cannot_be_worked_out_is_told_in_a_sentence(arguments: list[str]) -> None:
    told = RUNNER.invoke(app, ["due", *arguments])
    assert told.exit_code == 1
    assert told.stderr.strip().endswith(("。", "样子。"))
    assert "Traceback" not in told.output
