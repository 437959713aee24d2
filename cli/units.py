"""`jieli units`: import and check lists of units."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.terminal import prepare_database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from rules.units.heads import Line
    from services.units.units import ImportResult

app = typer.Typer(help="单位名单 / lists of units", no_args_is_help=True)

FILE_LIMIT = 200 * 1024 * 1024
"""The most bytes of a list. A list of the whole country has about 40 MB."""

Levels = Annotated[
    Path | None,
    typer.Option(help="层级表：code,name,name_en，自上而下（不给则用原有的或默认五级）"),
]


@app.callback()
def prepare(context: typer.Context) -> None:
    """Bring the tables to this version, except for checking a list, which needs no tables."""
    if context.invoked_subcommand != "check":
        prepare_database()


@app.command("import")
def import_(
    file: Annotated[Path | None, typer.Argument(help="CSV 或 XLSX 名单")] = None,
    levels: Levels = None,
    tags: Annotated[Path | None, typer.Option(help="标签规则：tag,name,how,value,…")] = None,
    exclude: Annotated[Path | None, typer.Option(help="不派任务的单位：how,value,reason")] = None,
    inner_mongolia: Annotated[
        bool,
        typer.Option("--inner-mongolia", help="导入随附的内蒙古示例名单（连同标签和排除规则）"),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="名单里没有的单位直接停用，不再询问")] = False,
) -> None:
    """导入名单：全部导入，或者一行也不导入。"""
    from adapters import clock
    from adapters.database import transaction
    from cli.terminal import refusals, say
    from rules.sentences.refusal import N_, Refusal
    from services.units.shipped_tree import import_shipped_tree

    now = clock.now()
    with refusals():
        if (file is None) != inner_mongolia or (inner_mongolia and (levels or tags or exclude)):
            raise Refusal(N_("请给出一个名单文件，或者只用 --inner-mongolia。"))
        lines = _units_file(file) if file else []
        if file and not yes:
            _ask_before_ending(lines, levels, now)
        with transaction() as session:
            if file is None:
                result = import_shipped_tree(session, actor=None, now=now)
            else:
                result = _import_lines(session, lines, levels, now)
                _apply_rules(session, tags, exclude)
    say(
        N_("名单共 %(listed)d 个单位：新增 %(added)d，改动 %(changed)d"
           "（其中变更上级 %(moved)d），停用 %(ended)d。"),
        **vars(result),
    )  # fmt: skip


@app.command()
def check(file: Path, levels: Levels = None) -> None:
    """检查名单，不导入，也不需要数据库里有任何东西。"""
    from adapters.tables import read_table_file
    from cli.terminal import refusals, say
    from models import Level
    from rules.sentences.refusal import N_
    from rules.units.levels import DEFAULT_LEVELS, LEVEL_HEADS, read_levels
    from rules.units.unit_list import read_units

    with refusals():
        rows = read_levels(read_table_file(levels, LEVEL_HEADS).lines) if levels else DEFAULT_LEVELS
        known = [Level(rank=rank, **row._asdict()) for rank, row in enumerate(rows)]
        units = read_units(_units_file(file), known)
    say(N_("名单没有错误，共 %(count)d 个单位。"), count=len(units.rows))


@app.command()
def show(
    code: Annotated[str | None, typer.Argument(help="单位代码；不给则为顶层单位")] = None,
) -> None:
    """一个单位、它的上级、它和下级各层级的单位数。"""
    from adapters.database import transaction
    from cli.terminal import refusals
    from queries.units.unit_groups import count_by_level
    from queries.units.units import get_root, get_unit, list_above, list_levels

    with refusals(), transaction(readonly=True) as session:
        unit = get_unit(session, code) if code else get_root(session)
        names = {level.code: level.name for level in list_levels(session)}
        path = [above.name for above in list_above(session, unit)]
        typer.echo(f"{unit.code} {' / '.join([*path, unit.name])}")
        for level, count in count_by_level(session, unit).items():
            typer.echo(f"  {names[level]} {count}")


def _ask_before_ending(lines: "Sequence[Line]", levels: Path | None, now: datetime) -> None:
    """Ask whether units that the list leaves out are to end; nothing is held open meanwhile."""
    from adapters.database import transaction
    from cli.terminal import words
    from rules.sentences.refusal import N_, Refusal

    with transaction() as session:
        result = _import_lines(session, lines, levels, now)
        session.rollback()
    if not result.ended:
        return
    asked = words(
        N_("现有单位中有 %(ended)d 个不在这份名单里（名单共 %(listed)d 个），导入后将停用。"
           "要继续吗？"),
        ended=result.ended, listed=result.listed,
    )  # fmt: skip
    try:
        agreed = typer.confirm(asked)
    except typer.Abort:
        agreed = False
    if not agreed:
        raise Refusal(N_("没有导入，一个单位也没有改动。确实要停用的，请加上 --yes。"))


def _import_lines(
    session: "Session", lines: "Sequence[Line]", levels: Path | None, now: datetime
) -> "ImportResult":
    from adapters.tables import read_table_file
    from queries.units.units import list_levels
    from rules.units.levels import LEVEL_HEADS, read_levels
    from rules.units.unit_list import read_units
    from services.units.levels import define_levels
    from services.units.units import import_units

    if levels:
        define_levels(session, read_levels(read_table_file(levels, LEVEL_HEADS).lines), actor=None)
    elif not list_levels(session):
        define_levels(session, actor=None)
    units = read_units(lines, list_levels(session))
    return import_units(session, units, actor=None, now=now)


def _units_file(file: Path) -> "Sequence[Line]":
    """The list's lines; says which sheet was read where there are several."""
    from adapters.tables import read_table_file
    from cli.terminal import say
    from rules.sentences.refusal import N_
    from rules.units.unit_list import UNIT_HEADS

    table = read_table_file(file, UNIT_HEADS, FILE_LIMIT)
    if table.others:
        say(N_("读的是工作表“%(sheet)s”。没有读：%(others)s。"),
            sheet=table.sheet, others=list(table.others))  # fmt: skip
    return table.lines


def _apply_rules(session: "Session", tags: Path | None, exclude: Path | None) -> None:
    from adapters.tables import read_table_file
    from rules.units.unit_choice import EXCLUSION_HEADS, TAG_HEADS, read_exclusions, read_tag_rules
    from services.units.unit_choice import apply_exclusions, apply_tags

    if tags:
        apply_tags(session, read_tag_rules(read_table_file(tags, TAG_HEADS).lines), actor=None)
    if exclude:
        apply_exclusions(
            session, read_exclusions(read_table_file(exclude, EXCLUSION_HEADS).lines), actor=None
        )
