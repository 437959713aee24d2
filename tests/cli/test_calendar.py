"""`jieli calendar`: days are listed, exported and imported, and `jieli due` goes by them."""

import json
from pathlib import Path

from typer.testing import CliRunner

from cli.main import app

RUNNER = CliRunner()


def test_days_are_exported_imported_and_counted(installation: Path) -> None:
    file, listed = installation / "days.csv", ["calendar", "list", "--year=2027"]
    assert RUNNER.invoke(app, listed).stdout == ""
    exported = RUNNER.invoke(app, ["calendar", "export", str(file)])
    assert "已导出 771 天" in exported.stdout
    file.write_text(f"{file.read_text('utf-8-sig')}2027-01-04,放假,补休\n", "utf-8")
    arguments = ["calendar", "import", str(file), "--published=2027", "--yes"]
    assert "共 772 天" in RUNNER.invoke(app, arguments).stdout
    assert RUNNER.invoke(app, listed).stdout == "2027-01-04  星期一  放假  补休\n"
    told = RUNNER.invoke(app, ["due", "workdays:1", "--received=2026-12-31", "--json"])
    due = json.loads(told.stdout)
    assert (due["known_until"], due["levels"][-1]["due_on"]) == ("2027-12-31", "2027-01-05"), (
        "1 January is off by law, whoever has written the year down"
    )


def test_a_file_with_faults_changes_nothing(installation: Path) -> None:
    file = installation / "days.csv"
    file.write_text("日期,安排\n2027-01-04,放假\n明天,放假\n", "utf-8")
    refused = RUNNER.invoke(app, ["calendar", "import", str(file), "--yes"])
    assert refused.exit_code == 1
    assert "第 3 行：“明天”不是日期" in refused.stderr
    assert RUNNER.invoke(app, ["calendar", "list", "--year=2027"]).stdout == ""


def test_a_tag_without_a_calendar_is_told(installation: Path) -> None:
    refused = RUNNER.invoke(app, ["calendar", "list", "--tag=school"])
    assert refused.exit_code == 1
    assert "没有自己的日历" in refused.stderr
