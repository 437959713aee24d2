"""`jieli notice`: read a notice from a document and show what was found. Nothing is stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rules.sentences.refusal import N_, Refusal

if TYPE_CHECKING:
    from rich.console import Console
    from rich.tree import Tree

    from rules.campaigns.notice.notice import DraftMeasure, ReadNotice

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
    from adapters.documents.documents import extracted_text
    from cli.terminal import refusals
    from rules.campaigns.notice.notice import read_notice

    with refusals():
        notice = read_notice(extracted_text(_content(file), file.name))
    _print(notice, as_json)


def _print(notice: ReadNotice, as_json: bool) -> None:
    from rich.console import Console

    from rules.campaigns.notice.notice_json import notice_json

    if as_json:
        typer.echo(json.dumps(notice_json(notice), ensure_ascii=False, indent=2))
    else:
        _show(notice, Console())


def _content(file: Path) -> bytes:
    """The content, or one byte more than is accepted, so that a huge file is not read whole."""
    from adapters.documents.documents import SIZE_LIMIT

    try:
        with file.open("rb") as opened:
            return opened.read(SIZE_LIMIT + 1)
    except FileNotFoundError as error:
        raise Refusal(N_("找不到文件：%(file)s"), file=file) from error
    except IsADirectoryError as error:
        raise Refusal(N_("这是文件夹，不是文件：%(file)s"), file=file) from error
    except OSError as error:
        raise Refusal(N_("无法读取文件：%(file)s"), file=file) from error


def _show(notice: ReadNotice, console: Console) -> None:
    from rich.table import Table

    from cli.terminal import words

    header = Table.grid(padding=(0, 2))
    found = {
        N_("标题"): notice.title,
        N_("文号"): notice.number,
        N_("发文单位"): notice.issuer,
    }
    for label, value in found.items():
        header.add_row(words(label), value.value if value else "—")
    header.add_row(words(N_("日期")), notice.date.isoformat() if notice.date else "—")
    console.print(header)
    console.print(_outline(notice))
    for measure in notice.measures:
        console.print(_measure(measure))


def _outline(notice: ReadNotice) -> Tree:
    from rich.tree import Tree

    from cli.terminal import words

    root = Tree(words(N_("通知提纲")))
    branches: list[Tree] = []
    for heading in notice.outline:
        above = root if heading.above is None else branches[heading.above]
        branches.append(above.add(f"{heading.mark}{heading.heading}"))
    return root


def _measure(measure: DraftMeasure) -> Tree:
    from rich.tree import Tree

    from cli.terminal import listed, words

    tree = Tree(f"[bold]{measure.path}[/bold]  {measure.title}")
    rows = {
        N_("层级"): listed(measure.levels),
        N_("标签"): listed(measure.tags),
        N_("数量"): listed(
            f"{d.text} {d.count}{'+' if d.at_least else ''}" for d in measure.duties
        ),
        N_("时限"): listed(f"{d.text} {d.value}" for d in measure.deadlines),
        N_("牵头单位"): listed(unit.value for unit in measure.lead),
        N_("配合单位"): listed(unit.value for unit in measure.cooperating),
        N_("待核对"): listed(f"“{d.text}”{words(d.why)}" for d in measure.uncertain),
    }
    for label, value in rows.items():
        if value:
            tree.add(f"{words(label)}  {value}")
    return tree
