from pathlib import Path
from typing import TypeVar

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner

from adapters.database import transaction
from cli.main import app
from models import Level, Unit, UnitTag
from tests.adapters.test_cell_texts import several
from tests.sample_tree import SAMPLE_UNITS

T = TypeVar("T")


def stored(column: T) -> list[T]:
    with transaction(readonly=True) as session:
        return list(session.exec(select(col(column))).all())


def test_a_list_is_imported_with_levels_tags_and_exclusions(empty: Path, runner: CliRunner) -> None:
    levels = empty / "levels.csv"
    levels.write_text("code,name\ngroup,集团\nplant,工厂\nshop,车间\n", encoding="utf-8")
    units = empty / "units.csv"
    units.write_text(
        "代码,名称,层级,上级代码\n1,总部,集团,\n2,一厂,工厂,1\n3,食堂,shop,2\n", encoding="gb18030"
    )
    tags = empty / "tags.csv"
    tags.write_text("tag,name,how,value\ncanteen,食堂,name,食堂\n", encoding="utf-8")
    exclude = empty / "exclude.csv"
    exclude.write_text("how,value,reason\ncode,3,没有人员\n", encoding="utf-8")
    done = runner.invoke(
        app,
        ["units", "import", str(units), "--levels", str(levels),
         "--tags", str(tags), "--exclude", str(exclude)],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "名单共 3 个单位：新增 3" in done.output
    assert stored(Level.code) == ["group", "plant", "shop"]
    assert len(stored(UnitTag.unit_id)) == 1
    assert stored(Unit.takes_assignments) == [True, True, False]


@pytest.mark.parametrize(
    "line",
    ["9,孤儿,village,nowhere", "15,重码,village,15", "9,圈,village,9", "x y,坏码,village,15"],
)
def test_a_list_with_a_fault_leaves_everything_as_it_was(
    installation: Path, runner: CliRunner, line: str
) -> None:
    file = installation / "units.csv"
    file.write_text(f"code,name,level,parent_code\n15,区,region,\n{line}\n", encoding="utf-8")
    for command in ("check", "import"):
        done = runner.invoke(app, ["units", command, str(file)])
        assert done.exit_code == 1
        assert "名单有 1 处错误，一个单位也没有导入。" in done.stderr
        assert "第 3 行" in done.stderr
    assert stored(Unit.code) == []
    assert stored(Level.code) == []


def test_tags_that_do_not_fit_undo_the_whole_import(installation: Path, runner: CliRunner) -> None:
    tags = installation / "tags.csv"
    tags.write_text("tag,name,how,value\nt,标签,code,999\n", encoding="utf-8")
    done = runner.invoke(app, ["units", "import", str(SAMPLE_UNITS), "--tags", str(tags)])
    assert done.exit_code == 1
    assert "第 2 行：名单里没有“999”。" in done.stderr
    assert stored(Unit.code) == []


def test_checking_needs_no_database(empty: Path, runner: CliRunner) -> None:
    done = runner.invoke(app, ["units", "check", str(SAMPLE_UNITS)])
    assert done.exit_code == 0
    assert "名单没有错误，共 50 个单位。" in done.output
    assert not (empty / "var").exists()


def test_a_file_that_is_no_list_is_refused_in_a_sentence(
    installation: Path, runner: CliRunner
) -> None:
    file = installation / "notice.csv"
    file.write_bytes(b"%PDF-1.7")
    done = runner.invoke(app, ["units", "import", str(file)])
    assert done.exit_code == 1
    assert done.stderr == "这个文件不是 CSV，也不是 Excel 表格（.xlsx）。\n"
    assert "请给出一个名单文件" in runner.invoke(app, ["units", "import"]).stderr


def test_a_unit_is_shown_with_what_stands_above_and_below(
    installation: Path, runner: CliRunner
) -> None:
    assert runner.invoke(app, ["units", "show"]).stderr == "没有找到。\n"
    runner.invoke(app, ["units", "import", str(SAMPLE_UNITS)])
    done = runner.invoke(app, ["units", "show", "150402000000"])
    assert done.output.splitlines() == [
        "150402000000 内蒙古自治区 / 赤峰市 / 红山区",
        "  旗县区 1", "  苏木乡镇街道 2", "  嘎查村社区 6",
    ]  # fmt: skip


def partial_list(folder: Path) -> Path:
    """The sample's list without its last three units."""
    file = folder / "part.csv"
    lines = SAMPLE_UNITS.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(lines[:-3]), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("arguments", "answer", "ended"),
    [([], "y\n", 3), ([], "n\n", 0), ([], "", 0), (["--yes"], "", 3)],
)
def test_units_a_list_leaves_out_end_only_after_asking(
    installation: Path, runner: CliRunner, arguments: list[str], answer: str, ended: int
) -> None:
    assert runner.invoke(app, ["units", "import", str(SAMPLE_UNITS)]).exit_code == 0
    before = len(stored(Unit.code))
    command = ["units", "import", str(partial_list(installation)), *arguments]
    done = runner.invoke(app, command, input=answer)
    assert sum(day is not None for day in stored(Unit.valid_to)) == ended
    assert done.exit_code == (0 if ended else 1)
    assert ("一个单位也没有改动" in done.stderr) == (not ended)
    if not arguments:
        assert f"现有单位中有 3 个不在这份名单里（名单共 {before - 3} 个）" in done.output


def test_the_sheet_that_was_read_is_named(installation: Path, runner: CliRunner) -> None:
    rows = [line.split(",") for line in SAMPLE_UNITS.read_text(encoding="utf-8").splitlines()]
    file = installation / "units.xlsx"
    file.write_bytes(several(("填写说明", [["怎么填"]], "visible"), ("单位", rows, "visible")))
    done = runner.invoke(app, ["units", "check", str(file)])
    assert "读的是工作表“单位”。没有读：填写说明。" in done.output
    assert "共 50 个单位" in done.output
