"""`jieli notice read`: one JSON object, a readable outline, or a sentence."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.notice import app
from tests.rules.campaigns import notice_texts

ROOT = Path(__file__).parent.parent.parent
RUNNER = CliRunner()


def test_the_json_is_one_object_with_the_agreed_keys(tmp_path: Path) -> None:
    file = tmp_path / "通知.txt"
    file.write_text(notice_texts.HEADER_BLOCK, encoding="utf-8")
    result = RUNNER.invoke(app, ["read", str(file), "--json"])
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert list(found) == ["title", "number", "issuer", "date", "outline", "measures"]
    assert found["measures"][0]["path"] == "二/（一）"
    first = found["outline"][0]
    assert (first["mark"], first["depth"], first["heading"]) == ("一、", 1, "总体要求")


def test_without_json_the_outline_and_measures_are_shown(tmp_path: Path) -> None:
    file = tmp_path / "通知.txt"
    file.write_text(notice_texts.PLAN, encoding="utf-8")
    result = RUNNER.invoke(app, ["read", str(file)])
    assert result.exit_code == 0
    assert "乡村道路冬季养护实施方案" in result.stdout
    assert "四/末段" in result.stdout


@pytest.mark.parametrize("name", ["missing.txt", "folder", "empty.txt"])
def test_what_cannot_be_read_is_told_in_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.txt").write_bytes(b"")
    result = RUNNER.invoke(app, ["read", str(tmp_path / name), "--json"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1


def test_the_sample_notice_reads_the_same_from_word_and_from_text() -> None:
    objects = [
        json.loads(RUNNER.invoke(app, ["read", str(ROOT / "samples" / name), "--json"]).stdout)
        for name in ("notice.docx", "notice.txt")
    ]
    word, text = (
        [(m["path"], m["title"], m["levels"], m["tags"]) for m in found["measures"]]
        for found in objects
    )
    assert word == text
    assert len(text) == 9
    assert objects[0]["number"] == "内基办发〔2026〕18号"
