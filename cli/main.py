"""The command `jieli`. Each noun has its own file. A command imports what it needs when it runs."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli import accounts, forms, notice, reports, units, work_calendars

app = typer.Typer(
    help="接力 Jieli：任务逐级交办，结果逐级汇总。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(units.app, name="units")
app.add_typer(accounts.app, name="accounts")
app.add_typer(work_calendars.app, name="calendar")
app.add_typer(notice.app, name="notice")
app.add_typer(forms.app, name="form")
app.add_typer(reports.app, name="reports")


def prepare() -> None:
    """Keep other accounts from reading what the command and its processes make."""
    from pydantic import ValidationError

    from adapters.private import hide_new_files
    from adapters.settings import get_settings
    from cli.terminal import complain_of_settings

    try:
        hide_new_files(get_settings())
    except ValidationError as error:
        if sys.argv[1:2] != ["doctor"]:  # `doctor` reports it in its own form and stores nothing.
            complain_of_settings(error)
            sys.exit(1)


@app.command()
def run(
    parts: Annotated[
        list[str] | None,
        typer.Argument(
            help="本机运行的部分：prefect、web、dispatcher、worker；不给则按 JIELI_PARTS"
        ),
    ] = None,
) -> None:
    """启动全部：网页、Prefect、调度；Ctrl-C 停止。给出部分的名称，就只启动这些。"""
    from cli import run as processes

    processes.run(parts or ())


@app.command()
def dispatch() -> None:
    """只启动调度进程：把已点的下发交办下去。"""
    from cli import run as processes

    processes.dispatch()


@app.command("hand-down")
def hand_down(
    measure_id: Annotated[int, typer.Argument(help="措施编号")],
    unit: Annotated[str | None, typer.Option(help="从哪个单位（代码）；不给则从下发单位")] = None,
    period: Annotated[str | None, typer.Option(help="周期，如 202611；不给则本期")] = None,
) -> None:
    """交办一项措施：下发，或为某单位再办一次（重复执行无害）。"""
    from cli import run as processes

    processes.hand_down(measure_id, unit, period)


@app.command()
def due(
    rule: Annotated[str, typer.Argument(help="时限，如 2026-12-20、workdays:5、monthly:25")],
    received: Annotated[
        str | None, typer.Option(help="收到日期，如 2026-12-11；不给则今天")
    ] = None,
    levels: Annotated[int, typer.Option(min=1, max=20, help="下发单位以下有几级")] = 4,
    review_days: Annotated[int, typer.Option(min=0, max=60, help="每级审核几个工作日")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="给程序读的格式")] = False,
) -> None:
    """算时限：一条时限规则下每一级哪天截止、有几个工作日；不保存。"""
    from cli.due import show_due

    show_due(rule, received=received, levels=levels, review_days=review_days, as_json=as_json)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def prefect(context: typer.Context) -> None:
    """Prefect 自己的命令，对正在运行的服务执行，如 jieli prefect deploy --all。"""
    from cli import run as processes

    processes.prefect(context.args)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="备份文件；给目录则按时间取名")],
    force: Annotated[bool, typer.Option("--force", help="文件已存在时覆盖")] = False,
    keep: Annotated[int | None, typer.Option(min=1, help="目录里只留最新的几份")] = None,
) -> None:
    """备份：数据库、附件、密钥，合成一个文件；不必停止系统。"""
    from cli.backup import commands

    commands.backup(file, force=force, keep=keep)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="备份文件")],
    force: Annotated[bool, typer.Option("--force", help="先把现有数据移到一边，再恢复")] = False,
) -> None:
    """恢复：把备份放回停止的系统，逐项核对后才算完成。"""
    from cli.backup import commands

    commands.restore(file, force=force)


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="给程序读的格式")] = False,
) -> None:
    """体检：设置、数据库、磁盘、权限、备份等，逐项说明怎么办；不改动任何内容。"""
    from cli.doctor import commands

    commands.doctor(as_json=as_json)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="演完就退出")] = False,
) -> None:
    """演示：在真实的单位树上把全过程走一遍，然后继续提供网页。"""
    from cli.demo.show import show

    show(once=once)
