"""`jieli units`: importing and checking lists of units."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.terminal import prepare_database

if TYPE_CHECKING:
    from sqlmodel import Session

    from services.units.units import ImportResult

app = typer.Typer(help="单位名单 / lists of units", no_args_is_help=True)

FILE_LIMIT = 200 * 1024 * 1024
"""Bytes; a list of the whole country is about 40 MB."""

Levels = Annotated[
    Path | None,
    typer.Option(help="层级表：code,name,name_en，自上而下（不给则用原有的或默认五级）"),
]


@app.callback()
def prepare(context: typer.Context) -> None:
    """Bring the tables to this version; checking a list needs none."""
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
) -> None:
    """导入名单：全部导入，或者一行也不导入。"""
    from adapters import clock
    from adapters.database import transaction
    from cli.terminal import refusals, say
    from rules.sentences.refusal import N_, Refusal
    from services.units.shipped_tree import import_shipped_tree

    now = clock.now()
    with refusals(), transaction() as session:
        if (file is None) != inner_mongolia or (inner_mongolia and (levels or tags or exclude)):
            raise Refusal(N_("请给出一个名单文件，或者只用 --inner-mongolia。"))
        if file is None:
            result = import_shipped_tree(session, actor=None, now=now)
        else:
            result = _import_file(session, file, levels, now)
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
    from rules.units.levels import DEFAULT_LEVELS, read_levels
    from rules.units.unit_list import read_units

    with refusals():
        rows = read_levels(read_table_file(levels)) if levels else DEFAULT_LEVELS
        known = [Level(rank=rank, **row._asdict()) for rank, row in enumerate(rows)]
        units = read_units(read_table_file(file, FILE_LIMIT), known)
    say(N_("名单没有错误，共 %(count)d 个单位。"), count=len(units.rows))


@app.command()
def show(
    code: Annotated[str | None, typer.Argument(help="单位代码；不给则为顶层单位")] = None,
) -> None:
    """一个单位、它的上级、它和下级各层级的单位数。"""
    from adapters.database import transaction
    from cli.terminal import refusals
    from queries.units.units import count_by_level, get_root, get_unit, list_above, list_levels

    with refusals(), transaction(readonly=True) as session:
        unit = get_unit(session, code) if code else get_root(session)
        names = {level.code: level.name for level in list_levels(session)}
        path = [above.name for above in list_above(session, unit)]
        typer.echo(f"{unit.code} {' / '.join([*path, unit.name])}")
        for level, count in count_by_level(session, unit).items():
            typer.echo(f"  {names[level]} {count}")


def _import_file(
    session: "Session", file: Path, levels: Path | None, now: datetime
) -> "ImportResult":
    from adapters.tables import read_table_file
    from queries.units.units import list_levels
    from rules.units.levels import read_levels
    from rules.units.unit_list import read_units
    from services.units.levels import define_levels
    from services.units.units import import_units

    if levels:
        define_levels(session, read_levels(read_table_file(levels)), actor=None)
    elif not list_levels(session):
        define_levels(session, actor=None)
    units = read_units(read_table_file(file, FILE_LIMIT), list_levels(session))
    return import_units(session, units, actor=None, now=now)


def _apply_rules(session: "Session", tags: Path | None, exclude: Path | None) -> None:
    from adapters.tables import read_table_file
    from rules.units.unit_choice import read_exclusions, read_tag_rules
    from services.units.unit_choice import apply_exclusions, apply_tags

    if tags:
        apply_tags(session, read_tag_rules(read_table_file(tags)), actor=None)
    if exclude:
        apply_exclusions(session, read_exclusions(read_table_file(exclude)), actor=None)
