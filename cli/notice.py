"""`jieli notice`: read a notice from a document and show what was found, storing nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rules.refusal import N_, Refusal

if TYPE_CHECKING:
    from rich.console import Console
    from rich.tree import Tree

    from rules.notice import DraftMeasure, Notice

app = typer.Typer(help="通知：读取文件 / Notices: read a document.", no_args_is_help=True)


@app.callback()
def notices() -> None:
    """Commands about notices."""


@app.command()
def read(
    file: Annotated[Path, typer.Argument(help=".docx, .pdf, .txt or .html")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Read a notice without storing it: header, outline, draft measures."""
    from adapters.documents import extracted_text
    from rules.notice import read_notice

    try:
        notice = read_notice(extracted_text(_content(file), file.name))
    except Refusal as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from refusal
    _print(notice, as_json)


def _print(notice: Notice, as_json: bool) -> None:
    from rich.console import Console

    from rules.notice_json import notice_json

    if as_json:
        typer.echo(json.dumps(notice_json(notice), ensure_ascii=False, indent=2))
    else:
        _show(notice, Console())


def _content(file: Path) -> bytes:
    """At most one byte more than is accepted, so that a huge file is refused without reading it."""
    from adapters.documents import SIZE_LIMIT

    try:
        with file.open("rb") as opened:
            return opened.read(SIZE_LIMIT + 1)
    except FileNotFoundError as error:
        raise Refusal(N_("找不到文件：%(file)s"), file=file) from error
    except IsADirectoryError as error:
        raise Refusal(N_("这是文件夹，不是文件：%(file)s"), file=file) from error
    except OSError as error:
        raise Refusal(N_("文件读不出来：%(file)s"), file=file) from error


def _show(notice: Notice, console: Console) -> None:
    from rich.table import Table

    header = Table.grid(padding=(0, 2))
    found = {"标题": notice.title, "文号": notice.number, "发文机关": notice.issuer}
    for label, value in found.items():
        header.add_row(label, value.value if value else "—")
    header.add_row("日期", notice.date.isoformat() if notice.date else "—")
    console.print(header)
    console.print(_outline(notice))
    for measure in notice.measures:
        console.print(_measure(measure))


def _outline(notice: Notice) -> Tree:
    from rich.tree import Tree

    root = Tree("提纲")
    branches: list[Tree] = []
    for heading in notice.outline:
        above = root if heading.above is None else branches[heading.above]
        branches.append(above.add(f"{heading.mark}{heading.heading}"))
    return root


def _measure(measure: DraftMeasure) -> Tree:
    from rich.tree import Tree

    tree = Tree(f"[bold]{measure.path}[/bold]  {measure.title}")
    rows = {
        "层级": "、".join(measure.levels),
        "标签": "、".join(measure.tags),
        "数量": "；".join(
            f"{d.text}（{d.count}{'+' if d.at_least else ''}）" for d in measure.duties
        ),
        "时限": "；".join(f"{d.text}（{d.value}）" for d in measure.deadlines),
        "牵头": "、".join(unit.value for unit in measure.lead),
        "配合": "、".join(unit.value for unit in measure.cooperating),
        "待确认": "；".join(f"“{d.text}”{d.why}" for d in measure.uncertain),
    }
    for label, value in rows.items():
        if value:
            tree.add(f"{label}：{value}")
    return tree
