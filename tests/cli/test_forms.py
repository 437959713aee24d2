"""`jieli form check`: the fields as understood, or every fault with its cell."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.xlsform_building import workbook

SAMPLES = Path(__file__).parent.parent.parent / "samples"
BAD = workbook(
    [["type", "name", "label"], ["integer", "x", "[red]户数"], ["geopoint", "y", "位置"]]
)


def check(path: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["form", "check", str(path), *options])


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIELI_DATABASE_URL", "postgresql+psycopg://nobody@nowhere.invalid/none")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "120")
    (tmp_path / "bad.xlsx").write_bytes(BAD)


@pytest.mark.parametrize("name", ["form.xlsx", "form-bilingual.xlsx"])
def test_our_samples_pass_without_any_database(name: str) -> None:
    result = check(SAMPLES / name, "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert list(found) == ["ok", "title", "settings", "fields", "notes"]
    assert (found["ok"], found["notes"]) == (True, [])


def test_the_json_has_every_property_of_every_field_in_order() -> None:
    fields = json.loads(check(SAMPLES / "form-bilingual.xlsx", "--json").stdout)["fields"]
    assert [field["name"] for field in fields][:4] == ["thanks", "service", "sessions", "handled"]
    assert fields[2]["within"] == "service"
    assert (fields[2]["min"], fields[2]["max"], fields[2]["rollup"]) == (0, 31, "sum")
    assert fields[2]["readonly"] is False
    assert len({tuple(field) for field in fields}) == 1


def test_the_json_of_faults_names_their_cells(tmp_path: Path) -> None:
    result = check(tmp_path / "bad.xlsx", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "ok": False,
        "faults": [
            {"sheet": "survey", "row": 3, "column": "type", "cell": "A3",
             "sentence": "不支持类型“geopoint”：不收集位置；要写地点的，请改用 text"},
        ],
    }  # fmt: skip


def test_people_get_tables_in_which_no_sentence_is_cut(tmp_path: Path) -> None:
    result = check(SAMPLES / "form.xlsx")
    assert result.exit_code == 0
    assert "排查道路和桥涵" in result.stdout
    assert "没有错误，共 5 项" in result.stdout
    faults = check(tmp_path / "bad.xlsx")
    assert faults.exit_code == 1
    assert faults.stdout == ""
    assert "A3" in faults.stderr
    assert "不支持类型“geopoint”" in faults.stderr


@pytest.mark.parametrize(
    ("name", "words"), [("missing.xlsx", "无法打开文件"), (".", "无法打开文件")]
)
def test_a_file_that_cannot_be_opened_is_one_sentence(
    tmp_path: Path, name: str, words: str
) -> None:
    result = check(tmp_path / name)
    assert result.exit_code == 1
    assert words in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    [fault] = json.loads(check(tmp_path / name, "--json").stdout)["faults"]
    assert (fault["sheet"], fault["row"], fault["cell"]) == ("", None, "")


def test_asking_how_a_command_is_used_touches_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["jieli", "units", "import", "--help"])
    assert CliRunner().invoke(app, ["units", "import", "--help"]).exit_code == 0
